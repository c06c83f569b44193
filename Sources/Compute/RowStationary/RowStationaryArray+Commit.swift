import Tensors

extension RowStationaryArray {
  /// The clock edge: every PE advances, then words that moved on links and networks enter and leave FIFOs.
  public mutating func commit() {
    switch shape.arithmetic {
    case .fixedPoint16(let position, saturates: false):
      commit(WrappingFixedPoint(position: Int32(truncatingIfNeeded: position)))
    case .fixedPoint16(let position, saturates: true):
      commit(SaturatingFixedPoint(position: Int32(truncatingIfNeeded: position)))
    case .integer8:
      commit(IntegerPsum())
    }
  }

  private mutating func commit(_ contract: some PsumContract) {
    if isAsleep { count(lastTally, cycles: 1) } else { advance(contract) }
    if !arrivals.isEmpty { move() }
    if !isAsleep { beginFlits(contract, layer, edge, &pes, &sets, &ends, operands, &psums, &standings) }
  }

  private mutating func move() {
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

  private mutating func advance(_ contract: some PsumContract) {
    var tally = Tally(standings: standings, off: mapped.count - busyPEs)
    edge += 1
    advancePEs(contract, layer, edge, &pes, &sets, &ends, &operands, &psums, &standings, &tally)
    count(tally, cycles: 1)
    busyPEs -= tally.finished
    // What was issued at the edge before still moved on.
    isAsleep = !tally.isActive && lastTally.issued == 0
    lastTally = tally
  }
}
