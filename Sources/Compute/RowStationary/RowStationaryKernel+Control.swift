// Control of the PEs in which something begins or ends at a clock edge. They are clocked up to this edge.

// MARK: - Runs of MACs

/// Decides what a PE in the MAC phase does from the next edge on: a run of MACs with one ifmap word, or nothing.
func beginRun(
  _ layer: LayerConstants, _ pe: inout RowStationaryPE, _ number: Int, _ sets: inout PESets,
  _ ends: inout MutableSpan<UInt64>, _ operands: Span<Int16>, _ standings: inout MutableSpan<Int>
) {
  guard pe.ifmapCount > pe.tap else { return pe.stand(.waitIfmap, &standings) }
  let filter = pe.pipeline.filter
  let weights = pe.filterCount &- pe.weight &- Int16(filter)
  guard weights > 0 else { return pe.stand(.waitFilter, &standings) }
  pe.pipeline.runEnd = UInt8(truncatingIfNeeded: min(Int16(pe.filters), Int16(filter) &+ weights))
  if filter == 0 {
    // The word is read for the first filter and held for the others; it stays in its place as long.
    let place = wrap(Int(pe.ifmapHead &+ pe.tap), layer.ifmapWords)
    pe.pipeline.ifmapRead = operands[number &* layer.operands &+ layer.banks.ifmapSpad &+ place]
    if !pe.pipeline.takesIfmap { sets.tapStarts &+= 1 }
    pe.pipeline.takesIfmap = true
  }
  pe.stand(pe.pipeline.ifmapRead == 0 ? .gated : .mac, &standings)
  ends.insert(pe, number, layer)
}

/// The end of a run: behind a tap's last filter, where no weight has come yet, or behind a flit's last psum.
func endRun(
  _ layer: LayerConstants, _ pe: inout RowStationaryPE, _ number: Int, _ sets: inout PESets,
  _ ends: inout MutableSpan<UInt64>, _ operands: Span<Int16>, _ standings: inout MutableSpan<Int>,
  _ tally: inout Tally
) {
  if pe.phase == .accumulate {
    pe.endFlit(layer, number, &sets, &standings, &tally)
  } else {
    guard pe.pipeline.filter == pe.filters else { return pe.stand(.waitFilter, &standings) }
    pe.pipeline.filter = 0
    pe.endTap(layer)
    pe.noteIfmapLoad(layer, number, &sets)
    if pe.endsPass { pe.noteFilterLoad(layer, number, &sets) }
  }
  switch pe.phase {
  case .mac: beginRun(layer, &pe, number, &sets, &ends, operands, &standings)
  case .accumulate: sets.flitBegins |= UInt64(member: number)
  case .off: break
  }
}

extension RowStationaryPE {
  /// Takes a standing, and with it what the data path issues at every edge.
  @inline(__always)
  mutating func stand(_ standing: Standing, _ standings: inout MutableSpan<Int>) {
    standings[Int(self.standing.rawValue)] &-= 1
    standings[Int(standing.rawValue)] &+= 1
    self.standing = standing
    pipeline.issue = standing.operation
  }

  /// Notes whether a word goes from the ifmap FIFO to its spad at the next edge.
  @inline(__always)
  func noteIfmapLoad(_ layer: LayerConstants, _ number: Int, _ sets: inout PESets) {
    let isRoom = Int(ifmapCount &- ifmapDropped) < layer.ifmapWords
    sets.ifmapLoads.set(UInt64(member: number), ifmapFIFOCount != 0 && isRoom)
  }

  /// Notes whether a word goes from the filter FIFO to its spad at the next edge.
  @inline(__always)
  func noteFilterLoad(_ layer: LayerConstants, _ number: Int, _ sets: inout PESets) {
    let isRoom = Int(filterCount &- filterDropped) < layer.filterWords
    sets.filterLoads.set(UInt64(member: number), filterFIFOCount != 0 && isRoom)
  }

  /// After the last filter of a tap: words that no window needs any more are dropped, then the next tap.
  mutating func endTap(_ layer: LayerConstants) {
    weight &+= Int16(filters)
    let words = Int16(truncatingIfNeeded: layer.windowColumns) &* Int16(channels)
    let slide = Int16(truncatingIfNeeded: layer.slideColumns) &* Int16(channels)
    ifmapDropped = min(tap &+ 1, endsRow ? words : slide)
    if endsPass { filterDropped = weight }
    tap &+= 1
    channel &+= 1
    if channel == channels {
      channel = 0
      tap &+= Int16(truncatingIfNeeded: layer.dilation &- 1) &* Int16(channels)
    }
    if tap >= words { phase = .accumulate }
  }

  /// After the last filter's psum: the window slides, or begins the next row or the next pass.
  ///
  /// What leaves the rings here was dropped before, so their room stays what it was.
  mutating func endWindow(_ layer: LayerConstants) {
    if endsPass {
      filterHead = Int16(truncatingIfNeeded: wrap(Int(filterHead &+ weight), layer.filterWords))
      filterCount &-= weight
      filterDropped = 0
    }
    let columns = endsRow ? layer.windowColumns : layer.slideColumns
    let words = Int16(truncatingIfNeeded: columns) &* Int16(channels)
    ifmapHead = Int16(truncatingIfNeeded: wrap(Int(ifmapHead &+ words), layer.ifmapWords))
    ifmapCount &-= words
    ifmapDropped = 0
    (tap, channel, weight) = (0, 0, 0)
    windowsLeft &-= 1
    if windowsLeft == 0 { endRow(layer) }
    endsRow = windowsLeft == 1
    endsPass = endsRow && rowsLeft == 1
    phase = passesLeft == 0 ? .off : channels == 0 ? .accumulate : .mac
  }

  /// After a row's last window: the next row, the next pass, or none.
  private mutating func endRow(_ layer: LayerConstants) {
    windowsLeft = layer.windows
    rowsLeft &-= 1
    guard rowsLeft == 0 else { return }
    rowsLeft = layer.rows
    passesLeft &-= 1
    if passesLeft == 1 { filters = lastFilters }
  }
}

// MARK: - Flits: runs of additions

extension RowStationaryPE {
  /// Decides whether the additions of a flit begin with the next edge: its psums and a place for its sums must be there.
  mutating func beginFlit(
    _ layer: LayerConstants, _ number: Int, _ ends: inout MutableSpan<UInt64>, _ standings: inout MutableSpan<Int>
  ) {
    if takesPsum, psumInCount == 0 { return stand(.waitPsum, &standings) }
    if Int(psumOutPromised) >= layer.banks.psumOutDepth { return stand(.waitOutput, &standings) }
    psumOutPromised &+= 1
    pipeline.runEnd = min(filters, pipeline.filter &+ layer.psumsPerFlit)
    stand(.accumulate, &standings)
    ends.insert(self, number, layer)
  }

  /// A flit's last addition is issued; its sums are in the output FIFO two edges later.
  mutating func endFlit(
    _ layer: LayerConstants, _ number: Int, _ sets: inout PESets, _ standings: inout MutableSpan<Int>,
    _ tally: inout Tally
  ) {
    let member = UInt64(member: number)
    if takesPsum {
      psumInHead = UInt8(truncatingIfNeeded: wrap(Int(psumInHead) &+ 1, layer.banks.psumInDepth))
      psumInCount &-= 1
      sets.psumReady |= member
    }
    sets.stage1FlitEnds |= member
    guard pipeline.filter == filters else { return }
    pipeline.filter = 0
    endWindow(layer)
    pipeline.filterPlace = filterHead
    guard phase == .off else { return }
    stand(.none, &standings)
    tally.finished &+= 1
  }
}

// MARK: - From FIFOs to spads

/// One word from the ifmap FIFO into its ring; returns whether control waited for it.
@inline(__always)
func loadIfmap(
  _ layer: LayerConstants, _ pe: inout RowStationaryPE, _ number: Int, _ sets: inout PESets,
  _ operands: inout MutableSpan<Int16>
) -> Bool {
  let stretch = number &* layer.operands
  // Dropped words still count, so the ring may be gone round twice.
  let place = wrap(wrap(Int(pe.ifmapHead &+ pe.ifmapCount), layer.ifmapWords), layer.ifmapWords)
  operands[stretch &+ layer.banks.ifmapSpad &+ place] =
    operands[stretch &+ layer.banks.ifmapFIFO &+ Int(pe.ifmapFIFOHead)]
  pe.ifmapCount &+= 1
  pe.ifmapFIFOHead = UInt8(truncatingIfNeeded: wrap(Int(pe.ifmapFIFOHead) &+ 1, layer.banks.ifmapDepth))
  pe.ifmapFIFOCount &-= 1
  sets.ifmapReady |= UInt64(member: number)
  pe.noteIfmapLoad(layer, number, &sets)
  return pe.standing == .waitIfmap
}

/// One word from the front flit of the filter FIFO into its ring; returns whether it makes a run longer, or possible.
@inline(__always)
func loadFilter(
  _ layer: LayerConstants, _ pe: inout RowStationaryPE, _ number: Int, _ sets: inout PESets,
  _ operands: inout MutableSpan<Int16>
) -> Bool {
  let stretch = number &* layer.operands
  let place = wrap(wrap(Int(pe.filterHead &+ pe.filterCount), layer.filterWords), layer.filterWords)
  let flit = stretch &+ layer.banks.filterFIFO &+ Int(pe.filterFIFOHead) &* BankLayout.flitWords
  operands[stretch &+ place] = operands[flit &+ Int(pe.filterFlitTaken)]
  pe.filterCount &+= 1
  pe.filterFlitTaken &+= 1
  if Int16(pe.filterFlitTaken) == operands[stretch &+ layer.banks.flitCounts &+ Int(pe.filterFIFOHead)] {
    pe.filterFlitTaken = 0
    pe.filterFIFOHead = UInt8(truncatingIfNeeded: wrap(Int(pe.filterFIFOHead) &+ 1, layer.banks.filterDepth))
    pe.filterFIFOCount &-= 1
    sets.filterReady |= UInt64(member: number)
  }
  pe.noteFilterLoad(layer, number, &sets)
  let isShort = pe.phase == .mac && pe.pipeline.issue != .none && pe.pipeline.runEnd < pe.filters
  return isShort || pe.standing == .waitFilter
}
