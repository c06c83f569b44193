// One clock edge of all PEs: what ends or begins at it. A PE in the midst of a run is not looked at; when its run ends, it is
// clocked for all edges of the run. FIFOs are read and left here, and entered by the networks afterwards.

/// What array, layer and pass fix for all PEs.
struct LayerConstants: Sendable, Codable {
  let banks: BankLayout
  /// Words of `PESets` and of a line of `RunEnds`.
  let groups: Int
  /// Stretches of a PE in the two banks.
  let operands, psums: Int
  let ifmapWords, filterWords: Int
  let windowColumns, slideColumns, dilation: Int
  let windows: Int32
  let psumsPerFlit: UInt8
  /// Ifmap rows of each pass.
  var rows: Int32 = 1

  init(_ spec: RowStationaryArray.Spec, _ shape: RowStationaryArray.LayerShape) {
    banks = BankLayout(spec)
    groups = PESets.groups(of: spec.peCount)
    (operands, psums) = (banks.operands, banks.psums)
    (ifmapWords, filterWords) = (banks.ifmapWords, banks.filterWords)
    (windowColumns, slideColumns, dilation) = (shape.windowColumns, shape.slideColumns, shape.dilation)
    windows = Int32(shape.windows)
    psumsPerFlit = UInt8(shape.psumsPerFlit)
  }
}

/// Lets everything happen that happens at an edge, and adds it to the tally.
func advancePEs(
  _ contract: some PsumContract, _ layer: LayerConstants, _ edge: Int, _ pes: inout [RowStationaryPE],
  _ sets: inout [PESets], _ ends: inout RunEnds, _ operands: inout [Int16], _ psums: inout [Int32],
  _ standings: inout [Int], _ tally: inout Tally
) {
  let count = pes.count
  precondition(
    sets.count == layer.groups && count <= layer.groups * PESets.size && operands.count == count * layer.operands
      && psums.count == count * layer.psums, "every PE has its sets and its stretch of each bank")
  var pes = pes.mutableSpan
  var sets = sets.mutableSpan
  var ends = ends.members.mutableSpan
  var operands = operands.mutableSpan
  var psums = psums.mutableSpan
  var standings = standings.mutableSpan
  for group in sets.indices {
    let first = group &* PESets.size
    let coming = sets[group].passEdge(&tally)
    for number in Members(coming.flitEnds, first: first) {
      unsafe clock(contract, layer, edge, &pes[unchecked: number], number, operands.span, &psums)
      unsafe pes[unchecked: number].psumOutCount &+= 1
      sets[group].psumValid |= UInt64(member: number)
    }
    for number in Members(ends.take(edge, group, layer), first: first) {
      unsafe clock(contract, layer, edge, &pes[unchecked: number], number, operands.span, &psums)
      unsafe endRun(layer, &pes[unchecked: number], number, &sets[group], &ends, operands.span, &standings, &tally)
    }
    for number in Members(coming.ifmapLoads, first: first) {
      tally.ifmapWrites &+= 1
      let bringsTap = unsafe loadIfmap(layer, &pes[unchecked: number], number, &sets[group], &operands)
      guard bringsTap else { continue }
      unsafe clock(contract, layer, edge, &pes[unchecked: number], number, operands.span, &psums)
      unsafe beginRun(layer, &pes[unchecked: number], number, &sets[group], &ends, operands.span, &standings)
    }
    for number in Members(coming.filterLoads, first: first) {
      tally.filterWrites &+= 1
      let bringsWeight = unsafe loadFilter(layer, &pes[unchecked: number], number, &sets[group], &operands)
      guard bringsWeight else { continue }
      unsafe clock(contract, layer, edge, &pes[unchecked: number], number, operands.span, &psums)
      unsafe ends.remove(pes[unchecked: number], number, layer)
      unsafe beginRun(layer, &pes[unchecked: number], number, &sets[group], &ends, operands.span, &standings)
    }
  }
}

/// Puts a PE with an assignment to work: its first window begins with MACs, or with psums to hand on if it has no channels.
func beginAssignment(
  _ contract: some PsumContract, _ layer: LayerConstants, _ edge: Int, _ number: Int, _ pes: inout [RowStationaryPE],
  _ sets: inout [PESets], _ ends: inout RunEnds, _ operands: [Int16], _ psums: inout [Int32], _ standings: inout [Int]
) {
  let group = number / PESets.size
  guard pes[number].channels > 0 else {
    pes[number].phase = .accumulate
    sets[group].flitBegins |= UInt64(member: number)
    return beginFlits(contract, layer, edge, &pes, &sets, &ends, operands, &psums, &standings)
  }
  var psums = psums.mutableSpan
  var ends = ends.members.mutableSpan
  var standings = standings.mutableSpan
  clock(contract, layer, edge, &pes[number], number, operands.span, &psums)
  pes[number].phase = .mac
  beginRun(layer, &pes[number], number, &sets[group], &ends, operands.span, &standings)
}

/// Lets PEs begin a flit, or wait for it, that ended an operation before it or saw something come for which they waited.
///
/// Called behind an edge, when FIFOs hold what the networks have moved at it.
func beginFlits(
  _ contract: some PsumContract, _ layer: LayerConstants, _ edge: Int, _ pes: inout [RowStationaryPE],
  _ sets: inout [PESets], _ ends: inout RunEnds, _ operands: [Int16], _ psums: inout [Int32], _ standings: inout [Int]
) {
  var pes = pes.mutableSpan
  var sets = sets.mutableSpan
  var ends = ends.members.mutableSpan
  var psums = psums.mutableSpan
  var standings = standings.mutableSpan
  for group in sets.indices {
    for number in Members(sets[group].flitBegins, first: group &* PESets.size) {
      unsafe clock(contract, layer, edge, &pes[unchecked: number], number, operands.span, &psums)
      unsafe pes[unchecked: number].beginFlit(layer, number, &ends, &standings)
    }
    sets[group].flitBegins = 0
  }
}

/// Clocks a PE for the edges of its run that have passed.
func clock(
  _ contract: some PsumContract, _ layer: LayerConstants, _ edge: Int, _ pe: inout RowStationaryPE, _ number: Int,
  _ operands: Span<Int16>, _ psums: inout MutableSpan<Int32>
) {
  let edges = edge &- pe.pipeline.edge
  guard edges > 0 else { return }
  let words = PEWords(layer, pe, number)
  // A copy stays in the processor's registers.
  var pipeline = pe.pipeline
  pipeline.retire(edges, contract, layer, words, operands, &psums)
  pipeline.advance(edges, contract, layer, words, operands, psums.span)
  pe.pipeline = pipeline
}

/// A place in a ring, from a number below twice its size.
@inline(__always)
func wrap(_ place: Int, _ size: Int) -> Int { place >= size ? place &- size : place }
