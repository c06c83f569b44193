/// What each bank of a memory did, read off its command stream.
///
/// Rows are classified from the commands alone, so that the sums must equal what the controllers counted on their own.
public struct BankStatistics: Sendable {
  /// One bank's counts.
  public struct Bank: Hashable, Sendable {
    /// Channel.
    public let channel: Int
    /// Rank in the channel; the pseudo-channel of HBM2.
    public let rank: Int
    /// Bank group in the rank.
    public let group: Int
    /// Bank in the group.
    public let bank: Int
    /// ACT commands.
    public fileprivate(set) var activates = 0
    /// Rows closed, by PRE or PREA.
    public fileprivate(set) var precharges = 0
    /// RD commands.
    public fileprivate(set) var reads = 0
    /// WR commands.
    public fileprivate(set) var writes = 0
    /// RD and WR after the first of their ACT.
    public fileprivate(set) var rowHits = 0
    /// First RD or WR after an ACT of the bank never opened, or refreshed since it was closed.
    public fileprivate(set) var rowMisses = 0
    /// First RD or WR after an ACT of the bank closed by a PRE, not refreshed since.
    public fileprivate(set) var rowConflicts = 0
    /// REF and REFpb commands.
    public fileprivate(set) var refreshes = 0

    fileprivate var isOpen = false
    fileprivate var isFirst = false
    fileprivate var wasClosed = false

    fileprivate init(channel: Int, number: Int, of organisation: DRAMOrganisation) {
      self.channel = channel
      rank = organisation.rank(ofBank: number)
      group = number % organisation.bankGroups
      bank = number % organisation.banksPerRank / organisation.bankGroups
    }

    fileprivate mutating func close() {
      guard isOpen else { return }
      isOpen = false
      wasClosed = true
      precharges += 1
    }

    fileprivate mutating func refresh() {
      refreshes += 1
      wasClosed = false
    }

    fileprivate mutating func access() {
      if !isFirst {
        rowHits += 1
      } else if wasClosed {
        rowConflicts += 1
      } else {
        rowMisses += 1
      }
      isFirst = false
    }
  }

  /// All banks, channel by channel, in the order of their numbers.
  public private(set) var banks: [Bank]
  private let organisation: DRAMOrganisation

  /// Counts of zero for a memory's banks.
  public init(_ organisation: DRAMOrganisation) {
    self.organisation = organisation
    banks = (0..<organisation.channels * organisation.banks).map {
      Bank(channel: $0 / organisation.banks, number: $0 % organisation.banks, of: organisation)
    }
  }

  /// Looks at the next command of a channel.
  public mutating func observe(_ command: DRAMCommand, channel: Int) {
    let own = channel * organisation.banks + command.bank
    let first = own - command.bank % organisation.banksPerRank
    switch command.kind {
    case .none: break
    case .activate:
      banks[own].activates += 1
      banks[own].isOpen = true
      banks[own].isFirst = true
    case .precharge: banks[own].close()
    case .prechargeAll: for bank in first..<first + organisation.banksPerRank { banks[bank].close() }
    case .read:
      banks[own].reads += 1
      banks[own].access()
    case .write:
      banks[own].writes += 1
      banks[own].access()
    case .refresh: for bank in first..<first + organisation.banksPerRank { banks[bank].refresh() }
    case .refreshBank: banks[own].refresh()
    }
  }
}
