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
      ? soonestCommands(question, places, column: .write, hasRowBus: hasRowBus, times, writes.sets.span)
      : soonestCommands(question, places, column: .read, hasRowBus: hasRowBus, times, reads.sets.span)
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

/// Where the times of banks, groups and ranks lie among a device's registers. Small, because every search is handed a copy.
struct RegisterPlaces: Sendable, Codable {
  /// Registers of a command: those of the banks, then of the groups, then of the ranks.
  let nodes: Int32
  let firstGroup: Int32
  let firstRank: Int32
  let banksPerRank: Int32
  let groupsPerRank: Int32

  init(_ device: DRAMDevice) {
    nodes = Int32(device.nodes)
    firstGroup = Int32(device.firstGroup)
    firstRank = Int32(device.firstRank)
    banksPerRank = Int32(device.organisation.banksPerRank)
    groupsPerRank = Int32(device.organisation.bankGroups)
  }
}

/// One pass over the banks of each rank, by the command that they need. Free of the channel, so that nothing is copied or
/// checked twice: all indices lie within what the entry checks.
@inline(never)
private func soonestCommands(
  _ question: borrowing ReadyQuestion, _ places: RegisterPlaces, column: DRAMCommandKind, hasRowBus: Bool,
  _ times: Span<Int>, _ sets: Span<RequestQueue.BankSets>
) -> (column: Int, row: Int) {
  let nodes = Int(places.nodes)
  let banks = Int(places.firstGroup)
  let firstRank = Int(places.firstRank)
  guard times.count == nodes &* DRAMCommandKind.count, sets.count == banks, (1...64).contains(banks),
    (question.hitting | question.closing | question.opening) & ~(~0 &>> UInt64(64 &- banks)) == 0
  else { preconditionFailure("spans have an element for every bank and every node") }
  var best = (column: question.columnLimit, row: question.rowLimit)
  var ofRank: UInt64 = ~0 &>> UInt64(64 &- Int(places.banksPerRank))
  var group = banks
  for rank in firstRank..<nodes {
    let scope = RankScope(
      rank: rank, group: group, groupMask: Int(places.groupsPerRank) &- 1, cycle: question.cycle, free: question.free)
    let hitting = question.hitting & ofRank
    if hitting != 0 {
      let first = Int(column.rawValue) &* nodes
      best.column = scope.least(hitting, first, .column, times, sets, below: best.column)
    }
    if !hasRowBus, best.column < best.row { best.row = best.column }
    let closing = question.closing & ofRank
    if closing != 0 {
      let first = Int(DRAMCommandKind.precharge.rawValue) &* nodes
      best.row = scope.least(closing, first, .row, times, sets, below: best.row)
    }
    let opening = question.opening & ofRank
    if opening != 0 {
      let first = Int(DRAMCommandKind.activate.rawValue) &* nodes
      best.row = scope.least(opening, first, .row, times, sets, below: best.row)
    }
    ofRank = ofRank &<< UInt64(places.banksPerRank)
    group &+= Int(places.groupsPerRank)
  }
  return best
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
    _ banks: UInt64, _ first: Int, _ urgency: Search.Urgency, _ times: Span<Int>,
    _ sets: Span<RequestQueue.BankSets>, below limit: Int
  ) -> Int {
    let soonest = max(cycle, unsafe times[unchecked: first &+ rank])
    guard Search.key(at: soonest, urgency, 0) < limit else { return limit }
    var best = limit
    var rest = banks
    repeat {
      let bank = rest.trailingZeroBitCount
      rest &= rest &- 1
      let ofBank = unsafe times[unchecked: first &+ bank]
      let ofGroup = unsafe times[unchecked: first &+ group &+ (bank & groupMask)]
      let entries = unsafe urgency == .column ? sets[unchecked: bank].hits : sets[unchecked: bank].all
      let oldest = (entries & free).trailingZeroBitCount
      best = earlier(best, Search.key(at: max(soonest, max(ofBank, ofGroup)), urgency, oldest))
    } while rest != 0
    return best
  }
}
