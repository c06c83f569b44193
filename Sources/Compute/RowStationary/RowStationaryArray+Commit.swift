import Tensors

extension RowStationaryArray {
  /// The clock edge: every PE advances, then words that moved on links and networks enter and leave FIFOs.
  public mutating func commit() {
    if isAsleep { count(lastTally, cycles: 1) } else { advance() }
    guard !arrivals.isEmpty else { return }
    isAsleep = false
    counters.ifmapWordsIn += arrivals.ifmapPEs
    counters.filterWordsIn += arrivals.filterPEs * arrivals.filterWords
    counters.localFlits += arrivals.moves
    let layout = BankLayout(spec)
    let layer = LayerConstants(spec, shape, rows: rowsOfPass)
    if arrivals.ifmapPEs > 0 { enterIfmap(arrivals.ifmap, layer, &pes, &sets, &operands) }
    if arrivals.filterPEs > 0 {
      enterFilter(arrivals.filter, words: arrivals.filterWords, layer, &pes, &sets, &operands)
    }
    if arrivals.psumPE >= 0 { enter(arrivals.psum, arrivals.psumPE, layout) }
    if arrivals.taken >= 0 { leave(arrivals.taken, layout) }
    if arrivals.moves > 0 { commitMoves(layout) }
    arrivals = Arrivals()
  }

  /// Books cycles in which the array slept.
  public mutating func credit(skipped cycles: Int) {
    count(lastTally, cycles: cycles)
  }

  private mutating func count(_ tally: Tally, cycles: Int) {
    counters.add(tally, cycles: cycles, idle: spec.peCount - mapped.count, off: busyPEs > 0 ? .drain : restLabel)
  }

  private mutating func advance() {
    let layer = LayerConstants(spec, shape, rows: rowsOfPass)
    var tally = Tally(standings: standings, off: mapped.count - busyPEs)
    switch shape.arithmetic {
    case .fixedPoint16(let position, saturates: false):
      run(WrappingFixedPoint(position: Int32(truncatingIfNeeded: position)), layer, &tally)
    case .fixedPoint16(let position, saturates: true):
      run(SaturatingFixedPoint(position: Int32(truncatingIfNeeded: position)), layer, &tally)
    case .integer8:
      run(IntegerPsum(), layer, &tally)
    }
    count(tally, cycles: 1)
    busyPEs -= tally.finished
    // What was issued at the edge before still moved on.
    isAsleep = !tally.isActive && lastTally.issued == 0
    lastTally = tally
  }

  private mutating func run(_ contract: some PsumContract, _ layer: LayerConstants, _ tally: inout Tally) {
    advancePEs(contract, layer, &lanes, &pes, &sets, &operands, &psums, &standings, &tally)
  }

  /// Puts a PE with an assignment to work.
  mutating func begin(_ number: Int) {
    let layer = LayerConstants(spec, shape, rows: rowsOfPass)
    beginAssignment(layer, number, &lanes, &pes, &sets, operands, &standings)
  }

  private mutating func commitMoves(_ layout: BankLayout) {
    for group in sets.indices {
      for number in Members(sets[group].moves, first: group * PESets.size) {
        enter(outgoingFlit(number), number - spec.columns, layout)
        leave(number, layout)
      }
      sets[group].moves = 0
    }
  }

  private mutating func enter(_ flit: SIMD4<Int32>, _ number: Int, _ layout: BankLayout) {
    let place = wrap(Int(pes[number].psumInHead) + Int(pes[number].psumInCount), layout.psumInDepth)
    let first = number * layout.psums + layout.psumIn + place * BankLayout.flitWords
    for word in 0..<BankLayout.flitWords { psums[first + word] = flit[word] }
    pes[number].psumInCount += 1
    if Int(pes[number].psumInCount) == layout.psumInDepth {
      sets[number / PESets.size].psumReady &= ~UInt64(member: number)
    }
  }

  private mutating func leave(_ number: Int, _ layout: BankLayout) {
    pes[number].psumOutHead = UInt8(wrap(Int(pes[number].psumOutHead) + 1, layout.psumOutDepth))
    pes[number].psumOutCount -= 1
    pes[number].psumOutPromised -= 1
    if pes[number].psumOutCount == 0 { sets[number / PESets.size].psumValid &= ~UInt64(member: number) }
  }
}

/// A PE's first window begins: with MACs, or with psums to hand on if it has no channels.
private func beginAssignment(
  _ layer: LayerConstants, _ number: Int, _ lanes: inout PELanes, _ pes: inout [RowStationaryPE],
  _ sets: inout [PESets], _ operands: [Int16], _ standings: inout [Int]
) {
  lanes[.filter, number] = 0
  lanes[.filterPlace, number] = pes[number].filterHead
  let group = number / PESets.size
  guard pes[number].channels > 0 else {
    pes[number].phase = .accumulate
    sets[group].accumulates |= UInt64(member: number)
    return
  }
  pes[number].phase = .mac
  var words = lanes.words.mutableSpan
  var lanes = unsafe words.mutableBytes
  var standings = standings.mutableSpan
  beginRun(layer, &pes[number], number, &lanes, &sets[group], operands.span, &standings)
}

/// An ifmap word enters the FIFOs of all its PEs.
private func enterIfmap(
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
      pes[number].noteLoads(layer, number, &sets[group])
    }
    sets[group].ifmapArrives = 0
  }
}

/// A flit of filters enters the FIFOs of all its PEs.
private func enterFilter(
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
      pes[number].noteLoads(layer, number, &sets[group])
    }
    sets[group].filterArrives = 0
  }
}
