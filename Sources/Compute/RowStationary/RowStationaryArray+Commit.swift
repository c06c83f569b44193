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
    if arrivals.ifmapPEs > 0 { enterIfmap(arrivals.ifmap, layer, &pes, &sets, &operands) }
    if arrivals.filterPEs > 0 {
      enterFilter(arrivals.filter, words: arrivals.filterWords, layer, &pes, &sets, &operands)
    }
    if arrivals.psumPE >= 0 || arrivals.taken >= 0 || arrivals.moves > 0 {
      movePsums(arrivals, layer, columns: spec.columns, &pes, &sets, &psums)
    }
    arrivals = Arrivals()
  }

  /// Books cycles in which the array slept.
  public mutating func credit(skipped cycles: Int) {
    count(lastTally, cycles: cycles)
  }

  private mutating func count(_ tally: Tally, cycles: Int) {
    let off = busyPEs > 0 ? PECycleLabel.drain : restLabel
    counters.add(tally, cycles: cycles, idle: spec.peCount - mapped.count, off: off)
    let waiting = tally.waitIfmap + tally.waitFilter + tally.waitPsum + tally.waitOutput
    waits = Waits(all: (waiting + (off.isWait ? tally.off : 0)) * cycles, filters: tally.waitFilter * cycles)
  }

  private mutating func advance() {
    var tally = Tally(standings: standings, off: mapped.count - busyPEs)
    switch shape.arithmetic {
    case .fixedPoint16(let position, saturates: false):
      run(WrappingFixedPoint(position: Int32(truncatingIfNeeded: position)), &tally)
    case .fixedPoint16(let position, saturates: true):
      run(SaturatingFixedPoint(position: Int32(truncatingIfNeeded: position)), &tally)
    case .integer8:
      run(IntegerPsum(), &tally)
    }
    count(tally, cycles: 1)
    busyPEs -= tally.finished
    // What was issued at the edge before still moved on.
    isAsleep = !tally.isActive && lastTally.issued == 0
    lastTally = tally
  }

  private mutating func run(_ contract: some PsumContract, _ tally: inout Tally) {
    advancePEs(contract, layer, blocksInUse, &lanes, &pes, &sets, &operands, &psums, &standings, &tally)
  }

  /// Puts a PE with an assignment to work.
  mutating func begin(_ number: Int) {
    beginAssignment(layer, number, &lanes, &pes, &sets, operands, &standings)
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
