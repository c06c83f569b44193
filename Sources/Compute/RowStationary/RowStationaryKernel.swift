// One clock edge of all PEs. The data path is clocked for sixteen PEs at once; control acts on the PEs of which a bit says that
// something begins or ends. Every register takes what stood before the edge: stages are evaluated from the last to the first,
// FIFOs are read and left here, and entered by the networks afterwards.

/// What the kernel needs of array and layer.
struct LayerConstants {
  let banks: BankLayout
  /// Stretches of a PE.
  let operands, psums: Int
  let ifmapWords, filterWords: Int
  let windowColumns, slideColumns, dilation: Int
  let windows, rows: Int32
  let psumsPerFlit: UInt8

  init(_ spec: RowStationaryArray.Spec, _ shape: RowStationaryArray.LayerShape, rows: Int32) {
    banks = BankLayout(spec)
    (operands, psums) = (banks.operands, banks.psums)
    (ifmapWords, filterWords) = (banks.ifmapWords, banks.filterWords)
    (windowColumns, slideColumns, dilation) = (shape.windowColumns, shape.slideColumns, shape.dilation)
    windows = Int32(shape.windows)
    self.rows = rows
    psumsPerFlit = UInt8(shape.psumsPerFlit)
  }
}

/// Advances every PE by one clock edge and says what they did.
func advancePEs(
  _ contract: some PsumContract, _ layer: LayerConstants, _ lanes: inout PELanes, _ pes: inout [RowStationaryPE],
  _ sets: inout [PESets], _ operands: inout [Int16], _ psums: inout [Int32], _ standings: inout [Int],
  _ tally: inout Tally
) {
  let (blocks, count) = (lanes.blocks, lanes.count)
  precondition(
    pes.count == count && sets.count * PESets.size >= count && operands.count == count * layer.operands
      && psums.count == count * layer.psums, "every PE has its control and its stretch of each bank")
  var words = lanes.words.mutableSpan
  var lanes = unsafe words.mutableBytes
  var pes = pes.mutableSpan
  var sets = sets.mutableSpan
  var operands = operands.mutableSpan
  var psums = psums.mutableSpan
  var standings = standings.mutableSpan
  for group in sets.indices {
    finishAccumulations(contract, layer, group, &lanes, &pes, &sets[group], &psums)
  }
  for block in 0..<blocks {
    clockPsumSpads(contract, layer, &lanes, block, &psums)
    readFilterSpads(layer, &lanes, block, operands.span)
  }
  for group in sets.indices {
    var ends: UInt64 = 0
    for block in group &* 4..<min(group &* 4 &+ 4, blocks) {
      let members = clockLanes(contract, &lanes, block, Int16(truncatingIfNeeded: layer.filterWords))
      ends |= members &<< UInt64(truncatingIfNeeded: (block & 3) &* PELanes.perBlock)
    }
    control(layer, group, ends, &lanes, &pes, &sets[group], &operands, psums.span, &standings, &tally)
  }
}

// MARK: - Data path, sixteen PEs at once

/// Stage 3: a product joins its psum. Without a MAC the product is 0: adding it spares a branch that nothing predicts.
@inline(__always)
private func clockPsumSpads(
  _ contract: some PsumContract, _ layer: LayerConstants, _ lanes: inout MutableRawSpan, _ block: Int,
  _ psums: inout MutableSpan<Int32>
) {
  let base = block &* PELanes.blockBytes
  var stretch = block &* PELanes.perBlock &* layer.psums
  for lane in 0..<PELanes.perBlock {
    let place = stretch &+ Int(lanes[.filter2, base: base, lane: lane])
    unsafe psums[unchecked: place] = contract.sum(psums[unchecked: place], lanes[.product, base: base, lane: lane])
    stretch &+= layer.psums
  }
}

/// What the filter spads hold at the places that the next MACs read.
@inline(__always)
private func readFilterSpads(
  _ layer: LayerConstants, _ lanes: inout MutableRawSpan, _ block: Int, _ operands: Span<Int16>
) {
  let base = block &* PELanes.blockBytes
  var stretch = block &* PELanes.perBlock &* layer.operands
  for lane in 0..<PELanes.perBlock {
    let place = stretch &+ Int(lanes[.filterPlace, base: base, lane: lane])
    unsafe lanes[.filterRead, base: base, lane: lane] = operands[unchecked: place]
    stretch &+= layer.operands
  }
}

/// Stages 2 and 1 of a block, and the counters that its runs of MACs step; returns the PEs whose run ends here.
///
/// A function of its own: seen by itself, each loop compiles to vector instructions.
@inline(never)
private func clockLanes(
  _ contract: some PsumContract, _ lanes: inout MutableRawSpan, _ block: Int, _ ringWords: Int16
) -> UInt64 {
  let base = block &* PELanes.blockBytes
  let mac = RowStationaryPE.Operation.mac.rawValue
  for lane in 0..<PELanes.perBlock {
    let multiplies: Int16 = lanes[.operation1, base: base, lane: lane] == mac ? -1 : 0
    lanes[.product, base: base, lane: lane] = contract.product(
      lanes[.ifmap1, base: base, lane: lane] & multiplies, lanes[.weight1, base: base, lane: lane])
  }
  for lane in 0..<PELanes.perBlock {
    let issue = lanes[.issue, base: base, lane: lane]
    let reads: Int16 = issue == mac ? -1 : 0
    let held = lanes[.weight1, base: base, lane: lane]
    lanes[.weight1, base: base, lane: lane] = lanes[.filterRead, base: base, lane: lane] & reads | held & ~reads
    let steps: Int16 = issue == 0 ? 0 : 1
    let next = lanes[.filterPlace, base: base, lane: lane] &+ steps
    let isInRing: Int16 = next == ringWords ? 0 : -1
    lanes[.filterPlace, base: base, lane: lane] = next & isInRing
  }
  for lane in 0..<PELanes.perBlock {
    let issue = lanes[.issue, base: base, lane: lane]
    lanes[.operation2, base: base, lane: lane] = lanes[.operation1, base: base, lane: lane]
    lanes[.operation1, base: base, lane: lane] = issue
    let filter = lanes[.filter, base: base, lane: lane]
    let held = lanes[.filter1, base: base, lane: lane]
    lanes[.filter2, base: base, lane: lane] = held
    let runs: UInt8 = issue == 0 ? 0 : 0xFF
    lanes[.filter1, base: base, lane: lane] = filter & runs | held & ~runs
    let next = filter &- runs
    lanes[.filter, base: base, lane: lane] = next
    let isEnd: UInt8 = next == lanes[.runEnd, base: base, lane: lane] ? 1 : 0
    lanes[.ends, base: base, lane: lane] = isEnd & runs
  }
  return lanes.members(of: .ends, base: base)
}

/// Stage 3 of accumulations: a psum from below joins its psum and leaves.
@inline(__always)
private func finishAccumulations(
  _ contract: some PsumContract, _ layer: LayerConstants, _ group: Int, _ lanes: inout MutableRawSpan,
  _ pes: inout MutableSpan<RowStationaryPE>, _ sets: inout PESets, _ psums: inout MutableSpan<Int32>
) {
  for number in Members(sets.stage2Accumulates, first: group &* PESets.size) {
    let stretch = number &* layer.psums
    let filter = lanes[.filter2, number]
    let place = stretch &+ Int(filter)
    let sum = unsafe contract.sum(psums[unchecked: place], lanes[.product, number])
    // The adder of the psum spad, which comes next, finds nothing left to add.
    unsafe psums[unchecked: place] = 0
    lanes[.product, number] = 0
    let (head, flits) = unsafe (pes[unchecked: number].psumOutHead, pes[unchecked: number].psumOutCount)
    let flit = wrap(Int(head) &+ Int(flits), layer.banks.psumOutDepth)
    let word = Int(filter & (layer.psumsPerFlit &- 1))
    psums[stretch &+ layer.banks.psumOut &+ flit &* BankLayout.flitWords &+ word] = sum
    if lanes[.operation2, number] == RowStationaryPE.Operation.accumulateLast.rawValue {
      unsafe pes[unchecked: number].psumOutCount &+= 1
      sets.psumValid |= UInt64(member: number)
    }
  }
}

/// A place in a ring, from a number below twice its size.
@inline(__always)
func wrap(_ place: Int, _ size: Int) -> Int { place >= size ? place &- size : place }
