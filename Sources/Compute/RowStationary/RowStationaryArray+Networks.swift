// What the networks see, in committed state, and what they latch for the next edge.

extension RowStationaryArray {
  /// PEs that a word is for, as pairs: number of a group of 64 PEs, and their bits.
  public typealias Destinations = Span<SIMD2<UInt64>>

  /// Whether the psum input FIFO of a PE has room.
  public func isPsumReady(_ number: Int) -> Bool { sets[number / PESets.size].psumReady.hasMember(number) }
  /// Whether a flit waits in the output FIFO of a PE.
  public func hasPsum(_ number: Int) -> Bool { sets[number / PESets.size].psumValid.hasMember(number) }

  /// Whether the ifmap FIFO of every destination has room.
  public func isIfmapReady(_ destinations: Destinations) -> Bool { areReady(destinations) { $0.ifmapReady } }
  /// Whether the filter FIFO of every destination has room.
  public func isFilterReady(_ destinations: Destinations) -> Bool { areReady(destinations) { $0.filterReady } }

  @inline(__always)
  private func areReady(_ destinations: Destinations, _ ready: (borrowing PESets) -> UInt64) -> Bool {
    var blocked: UInt64 = 0
    for index in destinations.indices {
      blocked |= destinations[index].y & ~ready(sets[Int(destinations[index].x)])
    }
    return blocked == 0
  }

  /// Multicasts an ifmap word if every destination is ready; returns whether it left.
  public mutating func pushIfmap(_ word: Int16, to destinations: Destinations) -> Bool {
    precondition(arrivals.ifmapPEs == 0, "the ifmap network carries one word a cycle")
    guard isIfmapReady(destinations) else { return false }
    arrivals.ifmap = word
    for index in destinations.indices {
      sets[Int(destinations[index].x)].ifmapArrives |= destinations[index].y
      arrivals.ifmapPEs += destinations[index].y.nonzeroBitCount
    }
    return true
  }

  /// Multicasts one to four filter words if every destination is ready; returns whether they left.
  public mutating func pushFilter(_ flit: SIMD4<Int16>, words: Int, to destinations: Destinations) -> Bool {
    precondition(arrivals.filterPEs == 0 && (1...4).contains(words), "the filter network carries one flit a cycle")
    guard isFilterReady(destinations) else { return false }
    arrivals.filter = flit
    arrivals.filterWords = words
    for index in destinations.indices {
      sets[Int(destinations[index].x)].filterArrives |= destinations[index].y
      arrivals.filterPEs += destinations[index].y.nonzeroBitCount
    }
    return true
  }

  /// Sends a flit of psums to the bottom of a chain if it is ready; returns whether it left.
  public mutating func pushPsum(_ flit: SIMD4<Int32>, to number: Int) -> Bool {
    precondition(arrivals.psumPE < 0, "the psum network carries one flit a cycle")
    guard isPsumReady(number) else { return false }
    arrivals.psum = flit
    arrivals.psumPE = number
    return true
  }

  /// Takes a flit from the top of a chain, if there is one.
  public mutating func takePsum(from number: Int) -> SIMD4<Int32>? {
    precondition(
      arrivals.taken < 0 && sets[number / PESets.size].tops.hasMember(number),
      "the output network carries one flit a cycle")
    guard hasPsum(number) else { return nil }
    arrivals.taken = number
    return outgoingFlit(number)
  }

  /// The flit in front of a PE's output FIFO.
  func outgoingFlit(_ number: Int) -> SIMD4<Int32> {
    let place = number * layer.psums + layer.banks.psumOut + Int(pes[number].psumOutHead) * BankLayout.flitWords
    let psums = psums.span
    return SIMD4(psums[place], psums[place + 1], psums[place + 2], psums[place + 3])
  }

  /// Local network: each flit that waits below a PE with room moves up.
  public mutating func evaluateLocalNetwork() {
    // PE n sends to PE n - columns: its receiver's ready bit lies that many bits below its own.
    let (groups, bits) = spec.columns.quotientAndRemainder(dividingBy: PESets.size)
    for group in sets.indices {
      let senders = sets[group].psumValid & ~sets[group].tops
      guard senders != 0 else {
        sets[group].moves = 0
        continue
      }
      var ready = group >= groups ? sets[group - groups].psumReady << UInt64(bits) : 0
      if bits > 0, group > groups { ready |= sets[group - groups - 1].psumReady >> UInt64(PESets.size - bits) }
      sets[group].moves = senders & ready
      if senders & ready != 0 { arrivals.moves += (senders & ready).nonzeroBitCount }
    }
  }
}
