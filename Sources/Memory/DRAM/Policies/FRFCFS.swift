extension DRAMChannel {
  /// First ready, first come, first served (Rixner et al., ISCA 2000): whatever can go now goes, column commands before row
  /// commands, older requests before younger.
  ///
  /// Each bank has one candidate: its oldest row hit; without one, the row command of its oldest request. So a row is closed
  /// only when no queued request of the served kind wants it. Banks are looked at by the command they need, so that a rank
  /// whose timing rules out a better candidate costs one comparison. Where one bus carries all commands, row commands
  /// compete with the column command too.
  mutating func considerReady(isWrite: Bool) {
    let wanted = isWrite ? writes.servableBanks() : reads.servableBanks()
    let others = wanted.others & ~search.blocked
    let question = ReadyQuestion(
      hitting: wanted.hitting & ~search.blocked, closing: others & banks.open, opening: others & ~banks.open,
      isWrite: isWrite, free: isWrite ? ~writes.held : ~reads.held, cycle: search.cycle,
      columnLimit: search.column.key, rowLimit: hasRowBus ? search.row.key : min(search.row.key, search.column.key),
      hasRowBus: hasRowBus)
    let found = answer(question)
    if found.column < question.columnLimit {
      search.column = candidate(isWrite ? .write : .read, key: found.column, isWrite: isWrite)
    }
    if found.row < question.rowLimit(column: found.column) {
      let bank = Int(isWrite ? writes.waiting[found.row & 63].bank : reads.waiting[found.row & 63].bank)
      let isOpen = banks.open &>> UInt64(bank) & 1 != 0
      search.row = candidate(isOpen ? .precharge : .activate, key: found.row, isWrite: isWrite)
    }
  }

  @inline(__always)
  private mutating func answer(_ question: ReadyQuestion) -> (column: Int, row: Int) {
    let times = device.earliest.span
    return question.isWrite
      ? leastKeys(question, places, times, writes.sets.span) : leastKeys(question, places, times, reads.sets.span)
  }

  @inline(__always)
  private mutating func candidate(_ kind: DRAMCommandKind, key: Int, isWrite: Bool) -> Search.Candidate {
    let position = key & 63
    let bank = Int(isWrite ? writes.waiting[position].bank : reads.waiting[position].bank)
    return Search.Candidate(key: key, choice: Choice(kind: kind, bank: bank, position: position))
  }
}

/// Which banks want which command of one queue in a cycle, and what their candidates compete with.
private struct ReadyQuestion {
  /// Banks with a row hit, banks whose open row must be closed, closed banks.
  let hitting: UInt64
  let closing: UInt64
  let opening: UInt64
  let isWrite: Bool
  /// Entries that count.
  let free: UInt64
  let cycle: Int
  let columnLimit: Int
  let rowLimit: Int
  let hasRowBus: Bool

  /// The key that a row command must be below, given the best column command.
  @inline(__always)
  func rowLimit(column: Int) -> Int { hasRowBus ? rowLimit : min(rowLimit, column) }
}

/// Where the times of commands, banks, groups and ranks lie among a device's registers.
struct RegisterPlaces: Sendable, Codable {
  let nodes: Int
  let firstGroup: Int
  let firstRank: Int
  let ranks: Int
  let banksPerRank: Int
  let groupsPerRank: Int

  init(_ device: DRAMDevice) {
    nodes = device.nodes
    firstGroup = device.firstGroup
    firstRank = device.firstRank
    ranks = device.nodes - device.firstRank
    banksPerRank = device.organisation.banksPerRank
    groupsPerRank = device.organisation.bankGroups
  }
}

/// The least keys of a column command and of a row command, or the limits that nothing was below.
///
/// Free of the channel, so that nothing is copied or checked twice.
private func leastKeys(
  _ question: ReadyQuestion, _ places: RegisterPlaces, _ times: Span<Int>, _ sets: Span<UInt64>
) -> (column: Int, row: Int) {
  let banks = places.ranks &* places.banksPerRank
  precondition(
    sets.count == 2 &* banks && times.count == places.nodes &* DRAMCommandKind.count
      && places.firstRank &+ places.ranks == places.nodes && (1...64).contains(banks)
      && (question.hitting | question.closing | question.opening) & ~(~0 &>> UInt64(64 &- banks)) == 0,
    "spans have an element for every bank and every node")

  @inline(__always)
  func least(
    _ wanted: UInt64, _ kind: DRAMCommandKind, _ urgency: Search.Urgency, sets firstSet: Int, below limit: Int
  ) -> Int {
    guard wanted != 0 else { return limit }
    let now = urgency.rawValue &<< 6
    let first = Int(kind.rawValue) &* places.nodes
    var group = first &+ places.firstGroup
    var ofRank: UInt64 = ~0 &>> UInt64(64 &- places.banksPerRank)
    var best = limit
    for rank in 0..<places.ranks {
      var rest = wanted & ofRank
      let soonest = later(question.cycle, unsafe times[unchecked: first &+ places.firstRank &+ rank])
      if soonest &<< 8 | now >= best { rest = 0 }
      while rest != 0 {
        let bank = rest.trailingZeroBitCount
        rest &= rest &- 1
        let ofBank = unsafe times[unchecked: first &+ bank]
        let ofGroup = unsafe times[unchecked: group &+ (bank & (places.groupsPerRank &- 1))]
        let oldest = unsafe (sets[unchecked: firstSet &+ bank] & question.free).trailingZeroBitCount
        best = earlier(best, later(soonest, later(ofBank, ofGroup)) &<< 8 | now | oldest)
      }
      ofRank = ofRank &<< UInt64(places.banksPerRank)
      group &+= places.groupsPerRank
    }
    return best
  }

  let column = least(
    question.hitting, question.isWrite ? .write : .read, .column, sets: banks, below: question.columnLimit)
  let closed = least(question.closing, .precharge, .row, sets: 0, below: question.rowLimit(column: column))
  return (column, least(question.opening, .activate, .row, sets: 0, below: closed))
}

/// The smaller of two keys less than 2^63 apart, without a branch: which bank is first is as good as random.
@inline(__always)
private func earlier(_ first: Int, _ second: Int) -> Int {
  let difference = first &- second
  return second &+ (difference & (difference &>> 63))
}
