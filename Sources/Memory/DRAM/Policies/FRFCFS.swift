extension DRAMChannel {
  /// First ready, first come, first served (Rixner et al., ISCA 2000): whatever can go now goes, column commands before row
  /// commands, older requests before younger.
  ///
  /// Each bank has one candidate: its oldest row hit; without one, the row command of its oldest request. So a row is closed
  /// only when no queued request of the served kind wants it. Banks are looked at by the command they need, so that a rank
  /// whose timing rules out a better candidate costs one comparison. Where one bus carries all commands, row commands
  /// compete with the column command too.
  mutating func considerReady(isWrite: Bool) {
    let column: DRAMCommandKind = isWrite ? .write : .read
    let banks = isWrite ? writes.servableBanks() : reads.servableBanks()
    let hitting = banks.hitting & ~search.blocked
    let others = banks.others & ~search.blocked
    let columnKey = soonest(column, .column, of: hitting, isWrite: isWrite, before: search.column.key)
    if columnKey < search.column.key { search.column = candidate(column, key: columnKey, isWrite: isWrite) }
    let limit = hasRowBus ? search.row.key : min(search.row.key, search.column.key)
    let closed = soonest(.precharge, .row, of: others & self.banks.open, isWrite: isWrite, before: limit)
    let opened = soonest(.activate, .row, of: others & ~self.banks.open, isWrite: isWrite, before: min(limit, closed))
    if opened < min(limit, closed) {
      search.row = candidate(.activate, key: opened, isWrite: isWrite)
    } else if closed < limit {
      search.row = candidate(.precharge, key: closed, isWrite: isWrite)
    }
  }

  @inline(__always)
  private mutating func candidate(_ kind: DRAMCommandKind, key: Int, isWrite: Bool) -> Search.Candidate {
    let position = key & 63
    let bank = Int(isWrite ? writes.bank[position] : reads.bank[position])
    return Search.Candidate(key: key, choice: Choice(kind: kind, bank: bank, position: position))
  }

  /// The least key of a command to one of some banks if it is below a limit, else the limit.
  @inline(__always)
  private mutating func soonest(
    _ kind: DRAMCommandKind, _ urgency: Search.Urgency, of banks: UInt64, isWrite: Bool, before limit: Int
  ) -> Int {
    guard banks != 0 else { return limit }
    let nodes = BankNodes(device, first: Int(kind.rawValue) &* device.nodes)
    let cycle = search.cycle
    let free = isWrite ? ~writes.held : ~reads.held
    let times = device.earliest.span
    switch (isWrite, kind.isColumn) {
    case (false, true): return leastKey(banks, nodes, times, reads.hits.span, free, cycle, urgency, limit)
    case (false, false): return leastKey(banks, nodes, times, reads.ofBank.span, free, cycle, urgency, limit)
    case (true, true): return leastKey(banks, nodes, times, writes.hits.span, free, cycle, urgency, limit)
    case (true, false): return leastKey(banks, nodes, times, writes.ofBank.span, free, cycle, urgency, limit)
    }
  }
}

/// Where the times of one command lie among a device's registers.
private struct BankNodes {
  let banks: Int
  let groups: Int
  let ranks: Int
  let rankCount: Int
  let banksPerRank: Int
  let groupsPerRank: Int

  @inline(__always)
  init(_ device: borrowing DRAMDevice, first: Int) {
    banks = first
    groups = first &+ device.firstGroup
    ranks = first &+ device.firstRank
    rankCount = device.nodes &- device.firstRank
    banksPerRank = device.organisation.banksPerRank
    groupsPerRank = device.organisation.bankGroups
  }
}

/// The loop over banks, free of the channel so that nothing is copied or checked twice.
@inline(__always)
private func leastKey(
  _ banks: UInt64, _ nodes: BankNodes, _ times: Span<Int>, _ entries: Span<UInt64>, _ free: UInt64, _ cycle: Int,
  _ urgency: Search.Urgency, _ limit: Int
) -> Int {
  let count = entries.count
  precondition(
    (count == 64 || banks &>> UInt64(count) == 0) && nodes.ranks &+ nodes.rankCount <= times.count
      && nodes.rankCount &* nodes.banksPerRank == count,
    "spans have an element for every bank and every node")
  var best = limit
  var ofRank: UInt64 = nodes.banksPerRank == 64 ? ~0 : (1 &<< UInt64(nodes.banksPerRank)) &- 1
  for rank in 0..<nodes.rankCount {
    var rest = banks & ofRank
    ofRank = ofRank &<< UInt64(nodes.banksPerRank)
    let soonest = max(cycle, unsafe times[unchecked: nodes.ranks &+ rank])
    guard rest != 0, soonest &<< 8 | urgency.rawValue &<< 6 < best else { continue }
    let group = nodes.groups &+ rank &* nodes.groupsPerRank
    while rest != 0 {
      let bank = rest.trailingZeroBitCount
      rest &= rest &- 1
      let ofBank = unsafe times[unchecked: nodes.banks &+ bank]
      let ofGroup = unsafe times[unchecked: group &+ (bank & (nodes.groupsPerRank &- 1))]
      let oldest = unsafe (entries[unchecked: bank] & free).trailingZeroBitCount
      best = min(best, max(soonest, max(ofBank, ofGroup)) &<< 8 | urgency.rawValue &<< 6 | oldest)
    }
  }
  return best
}
