// One clock edge of all mapped PEs. Stages are evaluated from the last to the first, so that each reads what stood in the
// register before it at the edge; FIFOs are read and left here, and entered by the networks afterwards.

/// What the kernel needs of array and layer.
struct LayerConstants {
  let ifmapWords, filterWords, psumWords: Int
  let ifmapDepth, filterDepth, psumInDepth, psumOutDepth: Int
  let windowColumns, slideColumns, dilation: Int
  let windows, rows: Int32
  let psumsPerFlit: UInt8

  init(_ spec: RowStationaryArray.Spec, _ shape: RowStationaryArray.LayerShape, rows: Int32) {
    (ifmapWords, filterWords, psumWords) = (spec.ifmapSpadWords, spec.filterSpadWords, spec.psumSpadWords)
    (ifmapDepth, filterDepth) = (spec.ifmapFIFODepth, spec.filterFIFODepth)
    (psumInDepth, psumOutDepth) = (spec.psumInputFIFODepth, spec.psumOutputFIFODepth)
    (windowColumns, slideColumns, dilation) = (shape.windowColumns, shape.slideColumns, shape.dilation)
    windows = Int32(shape.windows)
    self.rows = rows
    psumsPerFlit = UInt8(shape.psumsPerFlit)
  }
}

/// Advances every mapped PE by one clock edge; returns what they did.
func advancePEs(
  _ contract: some PsumContract, _ layer: LayerConstants, _ mapped: [Int32], _ pes: inout [RowStationaryPE],
  ifmapSpad: inout [Int16], filterSpad: inout [Int16], psumSpad: inout [Int32], ifmapFIFO: [Int16],
  filterFIFO: [SIMD4<Int16>], filterFlitWords: [UInt8], psumIn: [SIMD4<Int32>], psumOut: inout [SIMD4<Int32>],
  senders: inout [Int32], senderCount: inout Int
) -> Tally {
  var tally = Tally()
  let count = pes.count
  precondition(
    ifmapSpad.count == count * layer.ifmapWords && filterSpad.count == count * layer.filterWords
      && psumSpad.count == count * layer.psumWords && ifmapFIFO.count == count * layer.ifmapDepth
      && filterFIFO.count == count * layer.filterDepth && filterFlitWords.count == filterFIFO.count
      && psumIn.count == count * layer.psumInDepth && psumOut.count == count * layer.psumOutDepth
      && senders.count == count, "every PE has its stretch of each bank")
  let mapped = mapped.span
  var pes = pes.mutableSpan
  var ifmapSpad = ifmapSpad.mutableSpan
  var filterSpad = filterSpad.mutableSpan
  var psumSpad = psumSpad.mutableSpan
  var psumOut = psumOut.mutableSpan
  for index in mapped.indices {
    let number = unsafe Int(mapped[unchecked: index])
    precondition(number < count, "a mapped PE is one of the array")
    let isFirstFlit = unsafe retire(contract, layer, &pes[unchecked: number], number, &psumSpad, &psumOut)
    if isFirstFlit {
      senders[senderCount] = Int32(truncatingIfNeeded: number)
      senderCount += 1
    }
    unsafe multiply(contract, &pes[unchecked: number])
    let takesIfmap = unsafe pes[unchecked: number].hasRoomForIfmap(layer)
    let takesFilter = unsafe pes[unchecked: number].hasRoomForFilter(layer)
    unsafe issue(layer, &pes[unchecked: number], number, ifmapSpad, filterSpad, psumIn.span, &tally)
    if takesIfmap { unsafe loadIfmap(layer, &pes[unchecked: number], number, ifmapFIFO.span, &ifmapSpad, &tally) }
    if takesFilter {
      unsafe loadFilter(
        layer, &pes[unchecked: number], number, filterFIFO.span, filterFlitWords.span, &filterSpad, &tally)
    }
  }
  if tally.issued &+ tally.accumulates &+ tally.ifmapWrites &+ tally.filterWrites > 0 { tally.isChanged = true }
  return tally
}

/// Stage 3: a product joins its psum, or a psum from below joins it and leaves; whether the output FIFO became non-empty.
@inline(__always)
private func retire(
  _ contract: some PsumContract, _ layer: LayerConstants, _ pe: inout RowStationaryPE, _ number: Int,
  _ psumSpad: inout MutableSpan<Int32>, _ psumOut: inout MutableSpan<SIMD4<Int32>>
) -> Bool {
  let place = number &* layer.psumWords &+ Int(pe.filter2)
  guard pe.operation2.isAccumulation else {
    // Without a MAC the product is 0: adding it spares a branch that nothing predicts.
    unsafe psumSpad[unchecked: place] = contract.sum(psumSpad[unchecked: place], pe.product)
    return false
  }
  let sum = unsafe contract.sum(psumSpad[unchecked: place], pe.product)
  unsafe psumSpad[unchecked: place] = 0
  let flit = wrap(Int(pe.psumOutHead) &+ Int(pe.psumOutCount), layer.psumOutDepth)
  psumOut[number &* layer.psumOutDepth &+ flit][Int(pe.filter2 % layer.psumsPerFlit)] = sum
  guard pe.operation2 == .accumulateLast else { return false }
  pe.psumOutCount &+= 1
  return pe.psumOutCount == 1
}

/// Stage 2: the multiplier; a psum from below passes it by.
@inline(__always)
private func multiply(_ contract: some PsumContract, _ pe: inout RowStationaryPE) {
  let product = pe.operation1 == .mac ? contract.product(pe.ifmap1, pe.weight1) : 0
  pe.product = pe.operation1.isAccumulation ? pe.psumIn1 : product
  pe.operation2 = pe.operation1
  pe.filter2 = pe.filter1
}

extension RowStationaryPE {
  @inline(__always)
  func hasRoomForIfmap(_ layer: LayerConstants) -> Bool {
    ifmapFIFOCount != 0 && Int(ifmapCount &- ifmapDropped) < layer.ifmapWords
  }

  @inline(__always)
  func hasRoomForFilter(_ layer: LayerConstants) -> Bool {
    filterFIFOCount != 0 && Int(filterCount &- filterDropped) < layer.filterWords
  }
}

/// Control and stage 1: issues at most one operation.
@inline(__always)
private func issue(
  _ layer: LayerConstants, _ pe: inout RowStationaryPE, _ number: Int, _ ifmapSpad: borrowing MutableSpan<Int16>,
  _ filterSpad: borrowing MutableSpan<Int16>, _ psumIn: Span<SIMD4<Int32>>, _ tally: inout Tally
) {
  if pe.phase == .mac {
    issueMAC(layer, &pe, number, ifmapSpad, filterSpad, &tally)
  } else if pe.phase == .accumulate {
    issueAccumulation(layer, &pe, number, psumIn, &tally)
  } else {
    if !pe.isPipelineEmpty { tally.isChanged = true }
    pe.operation1 = .none
    tally.off &+= 1
  }
}

/// What keeps a PE from its next MAC, if anything.
@inline(__always)
private func issueMAC(
  _ layer: LayerConstants, _ pe: inout RowStationaryPE, _ number: Int, _ ifmapSpad: borrowing MutableSpan<Int16>,
  _ filterSpad: borrowing MutableSpan<Int16>, _ tally: inout Tally
) {
  guard pe.ifmapCount > pe.tap, pe.filterCount > pe.weight else {
    if pe.macStall == .waitIfmap { tally.waitIfmap &+= 1 } else { tally.waitFilter &+= 1 }
    if !pe.isPipelineEmpty { tally.isChanged = true }
    pe.operation1 = .none
    return
  }
  // The word is read for the first filter and held for the others; it stays in its place as long.
  let ifmapPlace = wrap(Int(pe.ifmapHead &+ pe.tap), layer.ifmapWords)
  let word = unsafe ifmapSpad[unchecked: number &* layer.ifmapWords &+ ifmapPlace]
  tally.ifmapReads &+= pe.filter == 0 ? 1 : 0
  pe.filter1 = pe.filter
  pe.ifmap1 = word
  // Written without a branch: which operands are zero is what no predictor knows.
  let isMAC = word != 0
  let place = wrap(Int(pe.filterHead &+ pe.weight), layer.filterWords)
  let weight = unsafe filterSpad[unchecked: number &* layer.filterWords &+ place]
  pe.weight1 = isMAC ? weight : pe.weight1
  pe.operation1 = isMAC ? .mac : .gated
  tally.macs &+= isMAC ? 1 : 0
  tally.issued &+= 1
  pe.weight &+= 1
  pe.filter &+= 1
  if pe.filter == pe.filters { pe.endTap(layer) }
}

extension RowStationaryPE {
  /// Why no MAC can be issued, in the MAC phase.
  @inline(__always)
  var macStall: PECycleLabel? {
    if ifmapCount <= tap { return .waitIfmap }
    return filterCount <= weight ? .waitFilter : nil
  }

  /// After the last filter of a tap: words that no window needs any more are dropped, then the next tap.
  mutating func endTap(_ layer: LayerConstants) {
    filter = 0
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
  /// Returns whether the assignment is done.
  mutating func endWindow(_ layer: LayerConstants) -> Bool {
    filter = 0
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
    if windowsLeft == 0 {
      windowsLeft = layer.windows
      rowsLeft &-= 1
      if rowsLeft == 0 {
        rowsLeft = layer.rows
        passesLeft &-= 1
        if passesLeft == 1 { filters = lastFilters }
        if passesLeft == 0 {
          phase = .off
          return true
        }
      }
    }
    endsRow = windowsLeft == 1
    endsPass = endsRow && rowsLeft == 1
    phase = channels == 0 ? .accumulate : .mac
    return false
  }

  /// Why no accumulation can be issued, in that phase.
  @inline(__always)
  func accumulationStall(_ layer: LayerConstants) -> PECycleLabel? {
    if takesPsum, psumInCount == 0 { return .waitPsum }
    let startsFlit = filter % layer.psumsPerFlit == 0
    return startsFlit && Int(psumOutPromised) >= layer.psumOutDepth ? .waitOutput : nil
  }
}

@inline(__always)
private func issueAccumulation(
  _ layer: LayerConstants, _ pe: inout RowStationaryPE, _ number: Int, _ psumIn: Span<SIMD4<Int32>>,
  _ tally: inout Tally
) {
  if let label = pe.accumulationStall(layer) {
    if label == .waitPsum { tally.waitPsum &+= 1 } else { tally.waitOutput &+= 1 }
    if !pe.isPipelineEmpty { tally.isChanged = true }
    pe.operation1 = .none
    return
  }
  tally.accumulates &+= 1
  let lane = pe.filter % layer.psumsPerFlit
  let endsFlit = lane == layer.psumsPerFlit &- 1 || pe.filter == pe.filters &- 1
  if lane == 0 { pe.psumOutPromised &+= 1 }
  pe.psumIn1 = 0
  if pe.takesPsum {
    pe.psumIn1 = psumIn[number &* layer.psumInDepth &+ Int(pe.psumInHead)][Int(lane)]
    if endsFlit {
      pe.psumInHead = UInt8(truncatingIfNeeded: wrap(Int(pe.psumInHead) &+ 1, layer.psumInDepth))
      pe.psumInCount &-= 1
    }
  }
  pe.filter1 = pe.filter
  pe.operation1 = endsFlit ? .accumulateLast : .accumulate
  pe.filter &+= 1
  if pe.filter == pe.filters, pe.endWindow(layer) { tally.finished &+= 1 }
}

/// One word a cycle from the ifmap FIFO into its ring.
@inline(__always)
private func loadIfmap(
  _ layer: LayerConstants, _ pe: inout RowStationaryPE, _ number: Int, _ fifo: Span<Int16>,
  _ spad: inout MutableSpan<Int16>, _ tally: inout Tally
) {
  // Dropped words still count, so the ring may be gone round twice.
  let place = wrap(wrap(Int(pe.ifmapHead &+ pe.ifmapCount), layer.ifmapWords), layer.ifmapWords)
  spad[number &* layer.ifmapWords &+ place] = fifo[number &* layer.ifmapDepth &+ Int(pe.ifmapFIFOHead)]
  pe.ifmapCount &+= 1
  pe.ifmapFIFOHead = UInt8(truncatingIfNeeded: wrap(Int(pe.ifmapFIFOHead) &+ 1, layer.ifmapDepth))
  pe.ifmapFIFOCount &-= 1
  tally.ifmapWrites &+= 1
}

/// One word a cycle from the front flit of the filter FIFO into its ring.
@inline(__always)
private func loadFilter(
  _ layer: LayerConstants, _ pe: inout RowStationaryPE, _ number: Int, _ fifo: Span<SIMD4<Int16>>,
  _ flitWords: Span<UInt8>, _ spad: inout MutableSpan<Int16>, _ tally: inout Tally
) {
  let place = wrap(wrap(Int(pe.filterHead &+ pe.filterCount), layer.filterWords), layer.filterWords)
  let front = number &* layer.filterDepth &+ Int(pe.filterFIFOHead)
  spad[number &* layer.filterWords &+ place] = fifo[front][Int(pe.filterFlitTaken)]
  pe.filterCount &+= 1
  pe.filterFlitTaken &+= 1
  if pe.filterFlitTaken == flitWords[front] {
    pe.filterFlitTaken = 0
    pe.filterFIFOHead = UInt8(truncatingIfNeeded: wrap(Int(pe.filterFIFOHead) &+ 1, layer.filterDepth))
    pe.filterFIFOCount &-= 1
  }
  tally.filterWrites &+= 1
}

/// A place in a ring, from a number below twice its size.
@inline(__always)
func wrap(_ place: Int, _ size: Int) -> Int { place >= size ? place &- size : place }
