// Control of the PEs in which something begins or ends at a clock edge.

/// Lets all PEs of a group act whose bits are set; `ends` are those whose run of MACs ends at this edge.
///
/// Bits that are set here are for the next edge: everything acts on what stood `before` this one.
func control(
  _ layer: LayerConstants, _ group: Int, _ ends: UInt64, _ lanes: inout MutableRawSpan,
  _ pes: inout MutableSpan<RowStationaryPE>, _ sets: inout PESets, _ operands: inout MutableSpan<Int16>,
  _ psums: Span<Int32>, _ standings: inout MutableSpan<Int>, _ tally: inout Tally
) {
  let before = sets
  let first = group &* PESets.size
  sets.tapStarts = 0
  sets.stage1Accumulates = 0
  sets.stage2Accumulates = before.stage1Accumulates
  for number in Members(before.tapStarts, first: first) {
    lanes[.ifmap1, number] = unsafe pes[unchecked: number].ifmapWord
    tally.ifmapReads &+= 1
  }
  for number in Members(before.stage1Accumulates, first: first) {
    // The psum passes the multiplier by.
    lanes[.product, number] = unsafe pes[unchecked: number].psumIn1
  }
  for number in Members(before.accumulates, first: first) {
    unsafe issueAccumulation(
      layer, &pes[unchecked: number], number, &lanes, &sets, operands.span, psums, &standings, &tally)
  }
  for number in Members(ends, first: first) {
    unsafe endRun(layer, &pes[unchecked: number], number, &lanes, &sets, operands.span, &standings)
  }
  for number in Members(before.ifmapLoads, first: first) {
    unsafe loadIfmap(layer, &pes[unchecked: number], number, &lanes, &sets, &operands, &standings)
    tally.ifmapWrites &+= 1
  }
  for number in Members(before.filterLoads, first: first) {
    unsafe loadFilter(layer, &pes[unchecked: number], number, &lanes, &sets, &operands, &standings)
    tally.filterWrites &+= 1
  }
}

// MARK: - MACs

/// Decides what a PE in the MAC phase does from the next edge on: a run of MACs with one ifmap word, or nothing.
@inline(__always)
func beginRun(
  _ layer: LayerConstants, _ pe: inout RowStationaryPE, _ number: Int, _ lanes: inout MutableRawSpan,
  _ sets: inout PESets, _ operands: Span<Int16>, _ standings: inout MutableSpan<Int>
) {
  guard pe.ifmapCount > pe.tap else { return pe.stand(.waitIfmap, number, &lanes, &standings) }
  let filter = lanes[.filter, number]
  let weights = pe.filterCount &- pe.weight &- Int16(filter)
  guard weights > 0 else { return pe.stand(.waitFilter, number, &lanes, &standings) }
  lanes[.runEnd, number] = UInt8(truncatingIfNeeded: min(Int16(pe.filters), Int16(filter) &+ weights))
  if filter == 0 {
    // The word is read for the first filter and held for the others; it stays in its place as long.
    let place = wrap(Int(pe.ifmapHead &+ pe.tap), layer.ifmapWords)
    pe.ifmapWord = unsafe operands[unchecked: number &* layer.operands &+ layer.banks.ifmapSpad &+ place]
    sets.tapStarts |= UInt64(member: number)
  }
  pe.stand(pe.ifmapWord == 0 ? .gated : .mac, number, &lanes, &standings)
}

/// The end of a run: behind a tap's last filter, or where no weight has come yet.
@inline(__always)
private func endRun(
  _ layer: LayerConstants, _ pe: inout RowStationaryPE, _ number: Int, _ lanes: inout MutableRawSpan,
  _ sets: inout PESets, _ operands: Span<Int16>, _ standings: inout MutableSpan<Int>
) {
  guard lanes[.filter, number] == pe.filters else { return pe.stand(.waitFilter, number, &lanes, &standings) }
  lanes[.filter, number] = 0
  pe.endTap(layer)
  pe.noteLoads(layer, number, &sets)
  if pe.phase == .mac {
    beginRun(layer, &pe, number, &lanes, &sets, operands, &standings)
  } else {
    pe.stand(.none, number, &lanes, &standings)
    sets.accumulates |= UInt64(member: number)
  }
}

extension RowStationaryPE {
  /// Takes a standing, and with it what the data path issues in every cycle.
  @inline(__always)
  mutating func stand(
    _ standing: Standing, _ number: Int, _ lanes: inout MutableRawSpan, _ standings: inout MutableSpan<Int>
  ) {
    standings[Int(self.standing.rawValue)] &-= 1
    standings[Int(standing.rawValue)] &+= 1
    self.standing = standing
    lanes[.issue, number] = standing.operation.rawValue
  }

  /// Notes whether words go from FIFOs to spads at the next edge.
  @inline(__always)
  func noteLoads(_ layer: LayerConstants, _ number: Int, _ sets: inout PESets) {
    let member = UInt64(member: number)
    sets.ifmapLoads.set(member, ifmapFIFOCount != 0 && Int(ifmapCount &- ifmapDropped) < layer.ifmapWords)
    sets.filterLoads.set(member, filterFIFOCount != 0 && Int(filterCount &- filterDropped) < layer.filterWords)
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

// MARK: - Accumulations

extension RowStationaryPE {
  /// Why no accumulation can be issued, in that phase; `filter` is the next one's.
  @inline(__always)
  func accumulationStall(_ filter: UInt8, psumsPerFlit: UInt8, psumOutDepth: Int) -> PECycleLabel? {
    if takesPsum, psumInCount == 0 { return .waitPsum }
    let startsFlit = filter & (psumsPerFlit &- 1) == 0
    return startsFlit && Int(psumOutPromised) >= psumOutDepth ? .waitOutput : nil
  }
}

@inline(__always)
private func issueAccumulation(
  _ layer: LayerConstants, _ pe: inout RowStationaryPE, _ number: Int, _ lanes: inout MutableRawSpan,
  _ sets: inout PESets, _ operands: Span<Int16>, _ psums: Span<Int32>,
  _ standings: inout MutableSpan<Int>, _ tally: inout Tally
) {
  let filter = lanes[.filter, number]
  if let label = pe.accumulationStall(
    filter, psumsPerFlit: layer.psumsPerFlit, psumOutDepth: layer.banks.psumOutDepth)
  {
    if label == .waitPsum { tally.waitPsum &+= 1 } else { tally.waitOutput &+= 1 }
    return
  }
  tally.accumulates &+= 1
  let member = UInt64(member: number)
  let word = filter & (layer.psumsPerFlit &- 1)
  let isLast = filter == pe.filters &- 1
  let endsFlit = isLast || word == layer.psumsPerFlit &- 1
  if word == 0 { pe.psumOutPromised &+= 1 }
  pe.psumIn1 = 0
  if pe.takesPsum {
    let place = number &* layer.psums &+ layer.banks.psumIn &+ Int(pe.psumInHead) &* BankLayout.flitWords
    pe.psumIn1 = psums[place &+ Int(word)]
    if endsFlit {
      pe.psumInHead = UInt8(truncatingIfNeeded: wrap(Int(pe.psumInHead) &+ 1, layer.banks.psumInDepth))
      pe.psumInCount &-= 1
      sets.psumReady |= member
    }
  }
  lanes[.filter1, number] = filter
  let operation = endsFlit ? RowStationaryPE.Operation.accumulateLast : .accumulate
  lanes[.operation1, number] = operation.rawValue
  sets.stage1Accumulates |= member
  lanes[.filter, number] = filter &+ 1
  guard isLast else { return }
  lanes[.filter, number] = 0
  pe.endWindow(layer)
  lanes[.filterPlace, number] = pe.filterHead
  pe.noteLoads(layer, number, &sets)
  if pe.phase == .accumulate { return }
  sets.accumulates &= ~member
  if pe.phase == .off {
    tally.finished &+= 1
  } else {
    beginRun(layer, &pe, number, &lanes, &sets, operands, &standings)
  }
}

// MARK: - From FIFOs to spads

/// One word a cycle from the ifmap FIFO into its ring.
@inline(__always)
private func loadIfmap(
  _ layer: LayerConstants, _ pe: inout RowStationaryPE, _ number: Int, _ lanes: inout MutableRawSpan,
  _ sets: inout PESets, _ operands: inout MutableSpan<Int16>, _ standings: inout MutableSpan<Int>
) {
  let stretch = number &* layer.operands
  // Dropped words still count, so the ring may be gone round twice.
  let place = wrap(wrap(Int(pe.ifmapHead &+ pe.ifmapCount), layer.ifmapWords), layer.ifmapWords)
  operands[stretch &+ layer.banks.ifmapSpad &+ place] =
    operands[stretch &+ layer.banks.ifmapFIFO &+ Int(pe.ifmapFIFOHead)]
  pe.ifmapCount &+= 1
  pe.ifmapFIFOHead = UInt8(truncatingIfNeeded: wrap(Int(pe.ifmapFIFOHead) &+ 1, layer.banks.ifmapDepth))
  pe.ifmapFIFOCount &-= 1
  sets.ifmapReady |= UInt64(member: number)
  pe.noteLoads(layer, number, &sets)
  if pe.standing == .waitIfmap { beginRun(layer, &pe, number, &lanes, &sets, operands.span, &standings) }
}

/// One word a cycle from the front flit of the filter FIFO into its ring.
@inline(__always)
private func loadFilter(
  _ layer: LayerConstants, _ pe: inout RowStationaryPE, _ number: Int, _ lanes: inout MutableRawSpan,
  _ sets: inout PESets, _ operands: inout MutableSpan<Int16>, _ standings: inout MutableSpan<Int>
) {
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
  pe.noteLoads(layer, number, &sets)
  // A run that this word makes longer, or possible.
  let isShort = pe.standing.operation != .none && lanes[.runEnd, number] < pe.filters
  if isShort || pe.standing == .waitFilter {
    beginRun(layer, &pe, number, &lanes, &sets, operands.span, &standings)
  }
}
