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
}

extension DRAMMemory {
  /// What the oldest request waits for in a cycle, from committed state.
  func wait(in cycle: Int) -> MemoryWait {
    guard let state = answers.oldestState else {
      for index in channels.indices where channels[index].pendingRequests > 0 { return .queue }
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
  /// What a queued read of a burst waits for; nil if none is queued.
  func wait(ofReadOf location: DRAMLocation, in cycle: Int) -> MemoryWait? {
    let queued = reads.entries(bank: location.bank, row: location.row, column: location.column)
    guard queued != 0 else { return nil }
    let bank = location.bank
    let rank = device.organisation.rank(ofBank: bank)
    if banks.state(of: bank, at: cycle) == .refreshing || refreshIsForced(ofBank: bank, rank, in: cycle) {
      return .refresh
    }
    // It waits for a partial write to its burst, or for the end of a drain.
    if reads.held & (1 << UInt64(queued.trailingZeroBitCount)) != 0 || draining { return .queue }
    switch banks.state(of: bank, at: cycle) {
    case .precharging: return .precharge
    case .activating where Int(device.openRow[bank]) == location.row: return .activate
    case .activating: return .queue
    case .closed, .refreshing: return .activate
    case .open:
      if Int(device.openRow[bank]) == location.row { return .bus }
      return reads.hits(bank) == 0 ? .precharge : .queue
    }
  }

  /// Whether a refresh that cannot wait keeps requests from a bank.
  private func refreshIsForced(ofBank bank: Int, _ rank: Int, in cycle: Int) -> Bool {
    let state = refreshes[rank]
    guard cycle >= state.forced else { return false }
    return options.refresh == .allBank || state.bank == bank % device.organisation.banksPerRank
  }
}
