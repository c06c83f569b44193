/// When a rank's refreshes are due, and how many were made.
///
/// Due times are first + k tREFI (k tREFI / banks for single banks), rounded down once each so that nothing drifts. Ranks take
/// turns within tREFI, pseudo-channels go together.
struct RefreshState: Sendable, Codable {
  let rank: Int
  let isOff: Bool
  private let first: Int
  private let interval: Int
  /// Refreshes in an interval: 1, or the banks of the rank.
  private let divisor: Int
  private let postponed: Int
  /// Lateness that the standard bears: its postponable refreshes, less the time to close a rank and reach REF.
  private let latest: Int
  private(set) var count = 0
  /// From this cycle on a refresh is owed.
  private(set) var due: Int
  /// From this cycle on it goes before everything else.
  private(set) var forced: Int

  init(rank: Int, _ specification: DRAMSpecification, _ options: ControllerOptions) {
    self.rank = rank
    isOff = options.refresh == .off
    interval = specification.timing.count(.tREFI)
    let organisation = specification.organisation
    divisor = options.refresh == .perBank ? organisation.banksPerRank : 1
    postponed = options.postponedRefreshes * divisor
    // Pseudo-channels share a stream of requests: refreshed in turn, each would make the other wait.
    let turns = organisation.ranksOwnTheirBus ? 1 : organisation.ranks
    first = interval * (organisation.ranksOwnTheirBus ? 1 : rank + 1) / (divisor * turns)
    latest = interval * specification.standard.postponableRefreshes - Self.closingTime(specification)
    due = isOff ? Int.max : first
    forced = isOff ? Int.max : first + min(interval * postponed / divisor, latest)
  }

  /// The longest way from a decision to refresh until REF can be issued.
  private static func closingTime(_ specification: DRAMSpecification) -> Int {
    let timing = specification.timing
    let precharges = specification.organisation.banksPerRank * max(1, timing.count(.tPPD))
    return timing.count(.tRC) + timing.writeLatency + timing.count(.tWR) + timing.count(.tRPab) + precharges
      + max(timing.count(.tRFCpb), timing.count(.tRREFD))
  }

  mutating func issued() {
    count += 1
    due = first + interval * count / divisor
    forced = min(first + interval * (count + postponed) / divisor, first + interval * count / divisor + latest)
  }

  /// Refreshes that are due and not made.
  func owed(at cycle: Int) -> Int {
    guard !isOff, cycle >= due else { return 0 }
    return ((cycle - first + 1) * divisor - 1) / interval + 1 - count
  }

  /// The bank of the rank whose turn it is.
  var bank: Int { count % divisor }
}

extension DRAMChannel {
  /// Refreshes: made at once when forced, when the rank (or bank) is idle if only owed; else put off.
  @inline(__always)
  mutating func considerRefreshes() {
    if search.cycle < refreshDue { search.note(refreshDue) } else { considerDueRefreshes() }
  }

  /// A refresh of a rank was issued: the first one due is another.
  mutating func noteRefresh(ofRank rank: Int) {
    refreshes[rank].issued()
    refreshDue = refreshes.reduce(Int.max) { min($0, $1.due) }
  }

  private mutating func considerDueRefreshes() {
    let perRank = device.organisation.banksPerRank
    for rank in refreshes.indices {
      switch options.refresh {
      case .off: break
      case .allBank: considerRefresh(ofRank: rank, first: rank &* perRank)
      case .perBank: considerRefresh(ofBank: rank &* perRank &+ refreshes[rank].bank, rank: rank)
      }
    }
  }

  /// Whether a refresh is to be made now of some banks; blocks them if it is forced, notes when to look again if not.
  mutating func wantsRefresh(_ rank: Int, of mask: UInt64) -> Bool {
    if search.cycle >= refreshes[rank].forced {
      search.blocked |= mask
      return true
    }
    search.note(refreshes[rank].forced)
    guard (reads.activeBanks | writes.activeBanks) & mask == 0 else { return false }
    search.note(refreshes[rank].due)
    return search.cycle >= refreshes[rank].due
  }
}
