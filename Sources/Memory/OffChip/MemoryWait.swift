public import Simulation

/// What the oldest request of a memory waits for, down to the DRAM command that is missing.
public enum MemoryWait: UInt8, CaseIterable, Sendable, Codable {
  /// Nothing was asked for.
  case none
  /// The way between the memory's port and who asked: links and synchronisers.
  case crossing
  /// A place in a queue, or its turn: an older request of its bank goes first, or writes are drained.
  case queue
  /// REF or REFpb of its rank or bank.
  case refresh
  /// PRE of another row, and tRP.
  case precharge
  /// ACT of its row, and tRCD.
  case activate
  /// The command bus or the data bus: its row is open, and RD has to wait for tCCD, tWTR or its turn.
  case bus
  /// RD was issued: CL and the burst, or an ideal memory's latency.
  case data
}

extension IdealMemory {
  /// What the oldest request waits for.
  public var wait: MemoryWait { readsInFlight > 0 ? .data : .none }

  /// Whether requests come faster than it takes them: its bandwidth, not its latency, holds them up.
  func isBacklogged(requests: borrowing Link<MemoryRequest>) -> Bool {
    if requests.synchroniserStages == 0 { return spec.bytesPerCycle < spec.portBytes && requests.count > 0 }
    return requests.count >= requests.capacity - 1
  }
}

extension OffChipMemory {
  /// Whether requests come faster than the memory serves them. `mutating`, so that it is asked in place and not copied.
  public mutating func isBacklogged(requests: borrowing Link<MemoryRequest>) -> Bool {
    ideal?.isBacklogged(requests: requests) ?? dram?.isBacklogged ?? false
  }
}

extension DRAMMemory {
  /// What the oldest request waits for in a cycle, from committed state. `mutating`, so that channels are asked in place.
  mutating func wait(in cycle: Int) -> MemoryWait {
    guard let state = answers.oldestState else {
      for index in channels.indices where channels[index].pendingRequests > 0 {
        return channels[index].waitOfOldestWrite(in: cycle)
      }
      return .none
    }
    guard state.isMissing else { return state.ready > cycle ? .data : .crossing }
    let first = state.address & ~(burstBytes &- 1)
    for part in 0..<burstsPerRequest {
      let location = mapping.location(of: first &+ part &* burstBytes)
      if let wait = channels[location.channel].wait(ofReadOf: location, in: cycle) { return wait }
    }
    // A burst of it is not in a queue yet.
    return .queue
  }
}

extension DRAMChannel {
  /// What the oldest write waits for.
  mutating func waitOfOldestWrite(in cycle: Int) -> MemoryWait {
    guard draining, writes.occupied != 0 else { return .queue }
    guard writes.held & (1 << UInt64(writes.oldest)) == 0 else { return .queue }
    let write = writes.waiting[writes.oldest]
    let bank = Int(write.bank)
    return wait(forRow: Int(write.row), ofBank: bank, hits: writes.hits(bank), in: cycle)
  }

  /// What a queued read of a burst waits for; nil if none is queued.
  mutating func wait(ofReadOf location: DRAMLocation, in cycle: Int) -> MemoryWait? {
    let queued = reads.entries(bank: location.bank, row: location.row, column: location.column)
    guard queued != 0 else { return nil }
    // It waits for a partial write to its burst, or for the end of a drain.
    let isHeld = reads.held & (1 << UInt64(queued.trailingZeroBitCount)) != 0 || draining
    let wait = wait(forRow: location.row, ofBank: location.bank, hits: reads.hits(location.bank), in: cycle)
    return isHeld && wait != .refresh ? .queue : wait
  }

  /// What a request for a row of a bank waits for; `hits` are the requests of its queue for the bank's open row.
  private mutating func wait(forRow row: Int, ofBank bank: Int, hits: UInt64, in cycle: Int) -> MemoryWait {
    let rank = device.organisation.rank(ofBank: bank)
    let state = banks.state(of: bank, at: cycle)
    if state == .refreshing || refreshIsForced(ofBank: bank, rank, in: cycle) { return .refresh }
    let isOpen = Int(device.openRow[bank]) == row
    switch state {
    case .precharging: return .precharge
    case .activating: return isOpen ? .activate : .queue
    case .closed, .refreshing: return .activate
    case .open: return isOpen ? .bus : hits == 0 ? .precharge : .queue
    }
  }

  /// Whether a refresh that cannot wait keeps requests from a bank.
  private mutating func refreshIsForced(ofBank bank: Int, _ rank: Int, in cycle: Int) -> Bool {
    let state = refreshes[rank]
    guard cycle >= state.forced else { return false }
    return options.refresh == .allBank || state.bank == bank % device.organisation.banksPerRank
  }
}
