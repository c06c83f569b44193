// What the networks bring enters FIFOs, and what they take leaves them, after the PEs have advanced.

/// An ifmap word enters the FIFOs of all its PEs.
func enterIfmap(
  _ word: Int16, _ layer: LayerConstants, _ pes: inout [RowStationaryPE], _ sets: inout [PESets],
  _ operands: inout [Int16]
) {
  var pes = pes.mutableSpan
  var sets = sets.mutableSpan
  var operands = operands.mutableSpan
  for group in sets.indices {
    for number in Members(sets[group].ifmapArrives, first: group * PESets.size) {
      let place = wrap(Int(pes[number].ifmapFIFOHead) + Int(pes[number].ifmapFIFOCount), layer.banks.ifmapDepth)
      operands[number &* layer.operands &+ layer.banks.ifmapFIFO &+ place] = word
      pes[number].ifmapFIFOCount += 1
      if Int(pes[number].ifmapFIFOCount) == layer.banks.ifmapDepth {
        sets[group].ifmapReady &= ~UInt64(member: number)
      }
      pes[number].noteIfmapLoad(layer, number, &sets[group])
    }
    sets[group].ifmapArrives = 0
  }
}

/// A flit of filters enters the FIFOs of all its PEs.
func enterFilter(
  _ flit: SIMD4<Int16>, words: Int, _ layer: LayerConstants, _ pes: inout [RowStationaryPE],
  _ sets: inout [PESets], _ operands: inout [Int16]
) {
  var pes = pes.mutableSpan
  var sets = sets.mutableSpan
  var operands = operands.mutableSpan
  for group in sets.indices {
    for number in Members(sets[group].filterArrives, first: group * PESets.size) {
      let place = wrap(Int(pes[number].filterFIFOHead) + Int(pes[number].filterFIFOCount), layer.banks.filterDepth)
      let stretch = number &* layer.operands
      let first = stretch &+ layer.banks.filterFIFO &+ place &* BankLayout.flitWords
      for word in 0..<BankLayout.flitWords { operands[first + word] = flit[word] }
      operands[stretch &+ layer.banks.flitCounts &+ place] = Int16(truncatingIfNeeded: words)
      pes[number].filterFIFOCount += 1
      if Int(pes[number].filterFIFOCount) == layer.banks.filterDepth {
        sets[group].filterReady &= ~UInt64(member: number)
      }
      pes[number].noteFilterLoad(layer, number, &sets[group])
    }
    sets[group].filterArrives = 0
  }
}

/// Flits of psums enter and leave FIFOs: from the GIN, to the GON, and from PE to PE.
func movePsums(
  _ arrivals: RowStationaryArray.Arrivals, _ layer: LayerConstants, columns: Int, _ pes: inout [RowStationaryPE],
  _ sets: inout [PESets], _ psums: inout [Int32]
) {
  var pes = pes.mutableSpan
  var sets = sets.mutableSpan
  var psums = psums.mutableSpan
  if arrivals.psumPE >= 0 {
    let first = enterPsums(layer, arrivals.psumPE, &pes, &sets)
    for word in 0..<BankLayout.flitWords { psums[first &+ word] = arrivals.psum[word] }
  }
  if arrivals.taken >= 0 { leavePsums(layer, arrivals.taken, &pes, &sets) }
  guard arrivals.moves > 0 else { return }
  for group in sets.indices {
    for number in Members(sets[group].moves, first: group &* PESets.size) {
      let place = Int(pes[number].psumOutHead) &* BankLayout.flitWords
      let from = number &* layer.psums &+ layer.banks.psumOut &+ place
      let first = enterPsums(layer, number &- columns, &pes, &sets)
      for word in 0..<BankLayout.flitWords { psums[first &+ word] = psums[from &+ word] }
      leavePsums(layer, number, &pes, &sets)
    }
    sets[group].moves = 0
  }
}

/// Counts a flit into a PE's input FIFO; returns where its words go.
@inline(__always)
private func enterPsums(
  _ layer: LayerConstants, _ number: Int, _ pes: inout MutableSpan<RowStationaryPE>, _ sets: inout MutableSpan<PESets>
) -> Int {
  let place = wrap(Int(pes[number].psumInHead) &+ Int(pes[number].psumInCount), layer.banks.psumInDepth)
  pes[number].psumInCount &+= 1
  if pes[number].standing == .waitPsum { sets[number / PESets.size].flitBegins |= UInt64(member: number) }
  if Int(pes[number].psumInCount) == layer.banks.psumInDepth {
    sets[number / PESets.size].psumReady &= ~UInt64(member: number)
  }
  return number &* layer.psums &+ layer.banks.psumIn &+ place &* BankLayout.flitWords
}

/// Counts a flit out of a PE's output FIFO.
@inline(__always)
private func leavePsums(
  _ layer: LayerConstants, _ number: Int, _ pes: inout MutableSpan<RowStationaryPE>, _ sets: inout MutableSpan<PESets>
) {
  let head = wrap(Int(pes[number].psumOutHead) &+ 1, layer.banks.psumOutDepth)
  pes[number].psumOutHead = UInt8(truncatingIfNeeded: head)
  pes[number].psumOutCount &-= 1
  pes[number].psumOutPromised &-= 1
  if pes[number].standing == .waitOutput { sets[number / PESets.size].flitBegins |= UInt64(member: number) }
  if pes[number].psumOutCount == 0 { sets[number / PESets.size].psumValid &= ~UInt64(member: number) }
}
