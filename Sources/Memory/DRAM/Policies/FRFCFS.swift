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
      free: isWrite ? ~writes.held : ~reads.held, cycle: search.cycle, columnLimit: search.column.key,
      rowLimit: search.row.key)
    let found = leastKeys(question, isWrite: isWrite)
    if found.column < question.columnLimit {
      search.column = candidate(isWrite ? .write : .read, key: found.column, isWrite: isWrite)
    }
    if found.row < question.rowLimit, hasRowBus || found.row < search.column.key {
      var row = candidate(.activate, key: found.row, isWrite: isWrite)
      if banks.open &>> UInt64(row.choice.bank) & 1 != 0 { row.choice.kind = .precharge }
      search.row = row
    }
  }

  @inline(__always)
  private mutating func candidate(_ kind: DRAMCommandKind, key: Int, isWrite: Bool) -> Search.Candidate {
    let position = key & 63
    let bank = Int(isWrite ? writes.waiting[position].bank : reads.waiting[position].bank)
    return Search.Candidate(key: key, choice: Choice(kind: kind, bank: bank, position: position))
  }

  /// The least keys of a column command and of a row command; the limits, or more, where there is none.
  @inline(__always)
  private mutating func leastKeys(_ question: ReadyQuestion, isWrite: Bool) -> (column: Int, row: Int) {
    let times = device.earliest.span
    return isWrite
      ? soonestCommands(question, places, column: places.write, hasRowBus: hasRowBus, times, writes.sets.span)
      : soonestCommands(question, places, column: places.read, hasRowBus: hasRowBus, times, reads.sets.span)
  }
}

/// Which banks want which command of one queue in a cycle, and what their candidates compete with.
private struct ReadyQuestion {
  /// Banks with a row hit, banks whose open row must be closed, closed banks.
  let hitting: UInt64
  let closing: UInt64
  let opening: UInt64
  /// Entries that count.
  let free: UInt64
  let cycle: Int
  let columnLimit: Int
  let rowLimit: Int
}

/// Where the times of commands, banks, groups and ranks lie among a device's registers.
struct RegisterPlaces: Sendable, Codable {
  /// Registers of all commands.
  let count: Int
  /// First register of a command.
  let read: Int
  let write: Int
  let precharge: Int
  let activate: Int
  /// Where a command's times of groups and ranks begin, seen from its first register.
  let firstGroup: Int
  let firstRank: Int
  let ranks: Int
  let banksPerRank: Int
  let groupsPerRank: Int
  /// A bit for each bank of the first rank, and of the channel.
  let rankMask: UInt64
  let channelMask: UInt64

  init(_ device: DRAMDevice) {
    count = device.earliest.count
    func first(_ kind: DRAMCommandKind) -> Int { Int(kind.rawValue) * device.nodes }
    read = first(.read)
    write = first(.write)
    precharge = first(.precharge)
    activate = first(.activate)
    firstGroup = device.firstGroup
    firstRank = device.firstRank
    ranks = device.organisation.ranks
    banksPerRank = device.organisation.banksPerRank
    groupsPerRank = device.organisation.bankGroups
    rankMask = ~0 >> UInt64(64 - banksPerRank)
    channelMask = ~0 >> UInt64(64 - device.organisation.banks)
  }
}

/// One pass over the banks of each rank, by the command that they need. Free of the channel, so that nothing is copied or
/// checked twice: all indices lie within what the entry checks.
@inline(never)
private func soonestCommands(
  _ question: ReadyQuestion, _ places: RegisterPlaces, column firstColumn: Int, hasRowBus: Bool,
  _ times: Span<Int>, _ sets: Span<UInt64>
) -> (column: Int, row: Int) {
  precondition(
    times.count == places.count && sets.count == 2 &* places.firstGroup
      && (question.hitting | question.closing | question.opening) & ~places.channelMask == 0,
    "spans have an element for every bank and every node")
  var column = question.columnLimit
  var row = question.rowLimit
  var ofRank = places.rankMask
  for rank in 0..<places.ranks {
    let scope = RankScope(
      rank: places.firstRank &+ rank, group: places.firstGroup &+ rank &* places.groupsPerRank,
      groupMask: places.groupsPerRank &- 1, cycle: question.cycle, free: question.free)
    let hitting = question.hitting & ofRank
    if hitting != 0 {
      column = scope.least(hitting, firstColumn, .column, times, sets, from: places.firstGroup, below: column)
    }
    if !hasRowBus, column < row { row = column }
    let closing = question.closing & ofRank
    if closing != 0 { row = scope.least(closing, places.precharge, .row, times, sets, from: 0, below: row) }
    let opening = question.opening & ofRank
    if opening != 0 { row = scope.least(opening, places.activate, .row, times, sets, from: 0, below: row) }
    ofRank = ofRank &<< UInt64(places.banksPerRank)
  }
  return (column, row)
}

/// What all banks of a rank share in a search.
private struct RankScope {
  /// Registers of the rank and of its first group, seen from a command's first.
  let rank: Int
  let group: Int
  let groupMask: Int
  let cycle: Int
  let free: UInt64

  /// The least key of a command to some banks, or the limit. A rank that is not ready before the limit costs one comparison.
  @inline(__always)
  func least(
    _ banks: UInt64, _ first: Int, _ urgency: Search.Urgency, _ times: Span<Int>, _ sets: Span<UInt64>,
    from firstSet: Int, below limit: Int
  ) -> Int {
    let soonest = later(cycle, unsafe times[unchecked: first &+ rank])
    guard Search.key(at: soonest, urgency, 0) < limit else { return limit }
    var best = limit
    var rest = banks
    repeat {
      let bank = rest.trailingZeroBitCount
      rest &= rest &- 1
      let ofBank = unsafe times[unchecked: first &+ bank]
      let ofGroup = unsafe times[unchecked: first &+ group &+ (bank & groupMask)]
      let oldest = unsafe (sets[unchecked: firstSet &+ bank] & free).trailingZeroBitCount
      best = earlier(best, Search.key(at: later(soonest, later(ofBank, ofGroup)), urgency, oldest))
    } while rest != 0
    return best
  }
}

/// The smaller of two keys less than 2^63 apart, without a branch: which bank is first is as good as random.
@inline(__always)
private func earlier(_ first: Int, _ second: Int) -> Int {
  let difference = first &- second
  return second &+ (difference & (difference &>> 63))
}
