/// How a memory is divided: channels, ranks, bank groups, banks, rows and columns.
///
/// Bank numbers within a channel count the bank group in their low part, then the bank in the group, then the rank:
/// `bank = group + groups * (bankInGroup + banksPerGroup * rank)`. Columns count bursts, not words. Every count is a power of two.
public struct DRAMOrganisation: Hashable, Sendable, Codable {
  /// Independent channels, each with its own command bus and data bus.
  public var channels = 1
  /// Ranks that share a channel's buses; for HBM2 its pseudo-channels.
  public var ranks = 1
  /// Bank groups of a rank; 1 where the standard has none.
  public var bankGroups = 1
  /// Banks of a group.
  public var banksPerGroup = 8
  /// Rows of a bank.
  public var rows = 65536
  /// Bursts of a row.
  public var columns = 128
  /// Data bus width of a rank in bits.
  public var busBits = 64
  /// Beats of a burst.
  public var burstLength = 8
  /// Whether each rank has a data bus of its own: HBM2's pseudo-channels.
  public var ranksOwnTheirBus = false
  /// Whether row and column commands travel on separate buses, one of each in a cycle: HBM2.
  public var hasRowBus = false

  /// An organisation whose fields are set one by one.
  public init() {}

  /// Banks of a rank.
  public var banksPerRank: Int { bankGroups * banksPerGroup }
  /// Banks of a channel.
  public var banks: Int { ranks * banksPerRank }
  /// Bytes that one RD or WR moves.
  public var burstBytes: Int { busBits / 8 * burstLength }
  /// Bytes of the whole memory.
  public var capacity: Int { channels * banks * rows * columns * burstBytes }

  /// Bank group within the channel that a bank belongs to.
  @inline(__always)
  public func group(ofBank bank: Int) -> Int { bank / banksPerRank * bankGroups + bank % bankGroups }
  /// Rank that a bank belongs to.
  @inline(__always)
  public func rank(ofBank bank: Int) -> Int { bank / banksPerRank }

  /// Throws unless every count is a power of two within what the controller's registers hold.
  public func validate() throws(DRAMError) {
    let limits = [
      ("channels", channels, 64), ("ranks", ranks, 8), ("bankgroups", bankGroups, 16),
      ("banks_per_group", banksPerGroup, 64), ("rows", rows, 1 << 24), ("columns_bursts_per_row", columns, 1 << 16),
      ("bus_bits", busBits, 1024), ("BL", burstLength, 64),
    ]
    for (name, value, limit) in limits {
      guard value >= 1, value <= limit, value & (value - 1) == 0 else {
        throw DRAMError(
          "\(value) is not a power of two from 1 to \(limit); nearest legal value \(nearestPower(to: value, limit: limit))",
          at: "organisation.\(name)")
      }
    }
    guard busBits >= 8 else {
      throw DRAMError("\(busBits) bits are less than a byte; at least 8", at: "organisation.bus_bits")
    }
    guard burstBytes <= 128 else {
      throw DRAMError("a burst of \(burstBytes) bytes exceeds 128 by \(burstBytes - 128)", at: "organisation")
    }
    guard banks <= 64 else {
      throw DRAMError("\(banks) banks in a channel exceed 64 by \(banks - 64)", at: "organisation")
    }
  }
}

/// The power of two nearest to a number, from 1 to the limit.
func nearestPower(to value: Int, limit: Int) -> Int {
  guard value > 1 else { return 1 }
  guard value < limit else { return limit }
  var lower = 1
  while lower * 2 <= value { lower *= 2 }
  return value - lower <= lower * 2 - value ? lower : lower * 2
}
