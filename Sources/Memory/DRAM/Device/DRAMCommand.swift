/// What a controller can tell a DRAM in one command cycle.
public enum DRAMCommandKind: UInt8, CaseIterable, Sendable, Codable {
  /// No operation.
  case none
  /// ACT: opens a row of a bank.
  case activate
  /// PRE: closes a bank's open row.
  case precharge
  /// PREA: closes every open row of a rank.
  case prechargeAll
  /// RD: one burst from the open row.
  case read
  /// WR: one burst into the open row.
  case write
  /// REF: refreshes all banks of a rank (REFab).
  case refresh
  /// REFpb: refreshes one bank (REFSB in HBM2).
  case refreshBank

  /// The name that standards, command files and waveforms use.
  public var mnemonic: String {
    switch self {
    case .none: "NOP"
    case .activate: "ACT"
    case .precharge: "PRE"
    case .prechargeAll: "PREA"
    case .read: "RD"
    case .write: "WR"
    case .refresh: "REF"
    case .refreshBank: "REFpb"
    }
  }

  /// The command of a mnemonic, or nil; `PREab` and `REFab` are understood too.
  public init?(mnemonic: some StringProtocol) {
    switch mnemonic {
    case "PREab": self = .prechargeAll
    case "REFab": self = .refresh
    case "REFSB": self = .refreshBank
    default:
      guard let kind = Self.allCases.first(where: { $0.mnemonic == mnemonic }) else { return nil }
      self = kind
    }
  }

  /// Whether the command moves data.
  @inline(__always)
  public var isColumn: Bool { self == .read || self == .write }

  /// Whether the command speaks to a whole rank and names no bank.
  @inline(__always)
  public var isForRank: Bool { self == .prechargeAll || self == .refresh }

  static let count = allCases.count
}

/// One command as it stands on the command bus.
///
/// `bank` counts through the channel: bank group in the low part, then bank, then rank, as `DRAMOrganisation` numbers them.
public struct DRAMCommand: Hashable, Sendable {
  /// Command cycle, from 0.
  public var cycle: Int
  /// What is commanded.
  public var kind: DRAMCommandKind
  /// Bank in the channel; for rank-wide commands the first bank of the rank.
  public var bank: Int
  /// Row of an ACT, RD or WR; -1 otherwise.
  public var row: Int
  /// Burst in the row of a RD or WR; -1 otherwise.
  public var column: Int

  /// A command by its parts.
  public init(cycle: Int, kind: DRAMCommandKind, bank: Int, row: Int = -1, column: Int = -1) {
    self.cycle = cycle
    self.kind = kind
    self.bank = bank
    self.row = row
    self.column = column
  }
}
