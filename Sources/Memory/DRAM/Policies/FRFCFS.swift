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
    let hitting = wanted.hitting & ~search.blocked
    let others = wanted.others & ~search.blocked
    if hitting != 0 {
      let kind = isWrite ? DRAMCommandKind.write : .read
      let key = soonest(kind, .column, of: hitting, isWrite: isWrite, before: search.column.key)
      if key < search.column.key { search.column = candidate(kind, key: key, isWrite: isWrite) }
    }
    guard others != 0 else { return }
    var best = hasRowBus ? search.row.key : min(search.row.key, search.column.key)
    for (kind, banks) in [(DRAMCommandKind.precharge, others & banks.open), (.activate, others & ~banks.open)] {
      guard banks != 0 else { continue }
      let key = soonest(kind, .row, of: banks, isWrite: isWrite, before: best)
      guard key < best else { continue }
      best = key
      search.row = candidate(kind, key: key, isWrite: isWrite)
    }
  }

  @inline(__always)
  private mutating func candidate(_ kind: DRAMCommandKind, key: Int, isWrite: Bool) -> Search.Candidate {
    let position = key & 63
    let bank = Int(isWrite ? writes.waiting[position].bank : reads.waiting[position].bank)
    return Search.Candidate(key: key, choice: Choice(kind: kind, bank: bank, position: position))
  }

  /// The least key of a command to one of some banks if it is below a limit, else the limit.
  @inline(__always)
  private mutating func soonest(
    _ kind: DRAMCommandKind, _ urgency: Search.Urgency, of banks: UInt64, isWrite: Bool, before limit: Int
  ) -> Int {
    let question = SoonestQuestion(
      banks: banks, first: Int(kind.rawValue) &* device.nodes, sets: kind.isColumn ? reads.banks : 0,
      free: isWrite ? ~writes.held : ~reads.held, cycle: search.cycle, urgency: urgency, limit: limit)
    let times = device.earliest.span
    return isWrite
      ? leastKey(question, places, times, writes.sets.span) : leastKey(question, places, times, reads.sets.span)
  }
}

/// Where the times of banks, groups and ranks lie among a device's registers of one command.
struct RegisterPlaces: Sendable, Codable {
  let firstGroup: Int
  let firstRank: Int
  let ranks: Int
  let banksPerRank: Int
  let groupsPerRank: Int

  init(_ device: DRAMDevice) {
    firstGroup = device.firstGroup
    firstRank = device.firstRank
    ranks = device.nodes - device.firstRank
    banksPerRank = device.organisation.banksPerRank
    groupsPerRank = device.organisation.bankGroups
  }
}

/// Which bank can get a command soonest.
private struct SoonestQuestion {
  let banks: UInt64
  /// First register of the command.
  let first: Int
  /// First of the sets that hold the banks' entries.
  let sets: Int
  /// Entries that count.
  let free: UInt64
  let cycle: Int
  let urgency: Search.Urgency
  let limit: Int
}

/// The loop over banks, free of the channel so that nothing is copied or checked twice.
private func leastKey(
  _ question: SoonestQuestion, _ places: RegisterPlaces, _ times: Span<Int>, _ sets: Span<UInt64>
) -> Int {
  let banks = places.ranks &* places.banksPerRank
  precondition(
    question.first >= 0 && question.sets >= 0 && question.sets &+ banks <= sets.count && banks <= 64
      && question.first &+ places.firstRank &+ places.ranks <= times.count
      && (banks == 64 || question.banks &>> UInt64(banks) == 0),
    "spans have an element for every bank and every node")
  let urgency = question.urgency.rawValue &<< 6
  let groupMask = places.groupsPerRank &- 1
  var best = question.limit
  var ofRank: UInt64 = places.banksPerRank == 64 ? ~0 : (1 &<< UInt64(places.banksPerRank)) &- 1
  var group = question.first &+ places.firstGroup
  for rank in 0..<places.ranks {
    var rest = question.banks & ofRank
    let soonest = max(question.cycle, unsafe times[unchecked: question.first &+ places.firstRank &+ rank])
    if rest != 0, soonest &<< 8 | urgency < best {
      repeat {
        let bank = rest.trailingZeroBitCount
        rest &= rest &- 1
        let ofBank = unsafe times[unchecked: question.first &+ bank]
        let ofGroup = unsafe times[unchecked: group &+ (bank & groupMask)]
        let oldest = unsafe (sets[unchecked: question.sets &+ bank] & question.free).trailingZeroBitCount
        best = min(best, max(soonest, max(ofBank, ofGroup)) &<< 8 | urgency | oldest)
      } while rest != 0
    }
    ofRank = ofRank &<< UInt64(places.banksPerRank)
    group &+= places.groupsPerRank
  }
  return best
}
