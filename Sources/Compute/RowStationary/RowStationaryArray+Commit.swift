import Tensors

extension RowStationaryArray {
  /// The clock edge: every PE advances, then words that moved on links and networks enter and leave FIFOs.
  public mutating func commit() {
    if isAsleep && arrivals.isEmpty && moves.isEmpty {
      count(lastTally, cycles: 1)
      return
    }
    if isAsleep { count(lastTally, cycles: 1) } else { advance() }
    commitArrivals()
    commitMoves()
  }

  /// Books cycles in which the array slept.
  public mutating func credit(skipped cycles: Int) {
    count(lastTally, cycles: cycles)
  }

  private mutating func count(_ tally: Tally, cycles: Int) {
    counters.add(tally, cycles: cycles, idle: spec.peCount - mapped.count, off: busyPEs > 0 ? .drain : restLabel)
  }

  private mutating func advance() {
    let shape = LayerConstants(spec, self.shape, rows: rowsOfPass)
    let tally: Tally
    switch self.shape.arithmetic {
    case .fixedPoint16(let position, saturates: false):
      tally = run(WrappingFixedPoint(position: Int32(truncatingIfNeeded: position)), shape)
    case .fixedPoint16(let position, saturates: true):
      tally = run(SaturatingFixedPoint(position: Int32(truncatingIfNeeded: position)), shape)
    case .integer8:
      tally = run(IntegerPsum(), shape)
    }
    count(tally, cycles: 1)
    busyPEs -= tally.finished
    isAsleep = !tally.isChanged
    lastTally = tally
  }

  private mutating func run(_ contract: some PsumContract, _ shape: LayerConstants) -> Tally {
    advancePEs(
      contract, shape, mapped, &pes, ifmapSpad: &ifmapSpad, filterSpad: &filterSpad, psumSpad: &psumSpad,
      ifmapFIFO: ifmapFIFO, filterFIFO: filterFIFO, filterFlitWords: filterFlitWords, psumIn: psumIn,
      psumOut: &psumOut, senders: &senders, senderCount: &senderCount)
  }

  private mutating func commitArrivals() {
    guard !arrivals.isEmpty else { return }
    isAsleep = false
    for number in arrivals.ifmapPEs {
      let number = Int(number)
      let place = wrapped(pes[number].ifmapFIFOHead, pes[number].ifmapFIFOCount, spec.ifmapFIFODepth)
      ifmapFIFO[number * spec.ifmapFIFODepth + place] = arrivals.ifmap
      pes[number].ifmapFIFOCount += 1
    }
    counters.ifmapWordsIn += arrivals.ifmapPEs.count
    for number in arrivals.filterPEs {
      let number = Int(number)
      let place = wrapped(pes[number].filterFIFOHead, pes[number].filterFIFOCount, spec.filterFIFODepth)
      filterFIFO[number * spec.filterFIFODepth + place] = arrivals.filter
      filterFlitWords[number * spec.filterFIFODepth + place] = arrivals.filterWords
      pes[number].filterFIFOCount += 1
    }
    counters.filterWordsIn += arrivals.filterPEs.count * Int(arrivals.filterWords)
    if arrivals.psumPE >= 0 { enter(arrivals.psum, Int(arrivals.psumPE)) }
    if arrivals.taken >= 0 { leave(Int(arrivals.taken)) }
    arrivals.ifmapPEs.removeAll(keepingCapacity: true)
    arrivals.filterPEs.removeAll(keepingCapacity: true)
    arrivals.psumPE = -1
    arrivals.taken = -1
  }

  private mutating func commitMoves() {
    guard !moves.isEmpty else { return }
    isAsleep = false
    counters.localFlits += moves.count
    for number in moves {
      let number = Int(number)
      enter(psumOut[number * spec.psumOutputFIFODepth + Int(pes[number].psumOutHead)], number - spec.columns)
      leave(number)
    }
    moves.removeAll(keepingCapacity: true)
  }

  private mutating func enter(_ flit: SIMD4<Int32>, _ number: Int) {
    let place = wrapped(pes[number].psumInHead, pes[number].psumInCount, spec.psumInputFIFODepth)
    psumIn[number * spec.psumInputFIFODepth + place] = flit
    pes[number].psumInCount += 1
  }

  private mutating func leave(_ number: Int) {
    let head = Int(pes[number].psumOutHead) + 1
    pes[number].psumOutHead = UInt8(head == spec.psumOutputFIFODepth ? 0 : head)
    pes[number].psumOutCount -= 1
    pes[number].psumOutPromised -= 1
    guard pes[number].psumOutCount == 0 else { return }
    for index in 0..<senderCount where Int(senders[index]) == number {
      senderCount -= 1
      senders[index] = senders[senderCount]
      return
    }
  }

  private func wrapped(_ head: UInt8, _ count: UInt8, _ depth: Int) -> Int {
    let place = Int(head) + Int(count)
    return place >= depth ? place - depth : place
  }
}
