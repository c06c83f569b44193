/// Which banks a timing rule binds, seen from the bank of the earlier command.
public enum RuleScope: UInt8, Sendable, CaseIterable, Codable {
  /// The same bank.
  case bank
  /// Every bank of the same bank group, the same bank included.
  case bankGroup
  /// Every bank of the same rank, the same bank included.
  case rank
  /// Every bank of the other ranks on the channel.
  case otherRanks
}

/// A sum of timing parameters, as the standards write it: `CWL + BLc + tWR`.
public struct TimingSum: Hashable, Sendable, CustomStringConvertible, Codable {
  var added: [DRAMParameter]
  var subtracted: [DRAMParameter] = []

  func cycles(_ timing: DRAMTiming) -> Int {
    added.reduce(0) { $0 + timing.count($1) } - subtracted.reduce(0) { $0 + timing.count($1) }
  }

  /// The sum in the standard's notation.
  public var description: String {
    added.map(\.rawValue).joined(separator: " + ") + subtracted.map { " - \($0.rawValue)" }.joined()
  }

  static func + (left: TimingSum, right: DRAMParameter) -> TimingSum {
    TimingSum(added: left.added + [right], subtracted: left.subtracted)
  }

  static func - (left: TimingSum, right: DRAMParameter) -> TimingSum {
    TimingSum(added: left.added, subtracted: left.subtracted + [right])
  }
}

extension DRAMParameter {
  static func + (left: DRAMParameter, right: DRAMParameter) -> TimingSum { TimingSum(added: [left, right]) }
}

/// One line of a standard: after `first`, the command `then` waits `delay` cycles within `scope`.
///
/// `occurrence` 4 makes it a window: the delay counts from the fourth `first` back, which is how tFAW is stated.
public struct TimingRule: Hashable, Sendable, Codable {
  /// Name in the standard's notation, unique in its table: `tRCD`, `tWTR_L`.
  public let name: String
  /// The earlier command.
  public let first: DRAMCommandKind
  /// The later command.
  public let then: DRAMCommandKind
  /// Which banks are bound.
  public let scope: RuleScope
  /// The least distance in cycles.
  public let delay: TimingSum
  /// From which `first` the delay counts: 1 is the last one.
  public let occurrence: Int
  /// Where the standard says so.
  public let source: String

  init(
    _ name: String, _ first: DRAMCommandKind, _ then: DRAMCommandKind, _ scope: RuleScope, _ delay: TimingSum,
    occurrence: Int = 1, _ source: String
  ) {
    self.name = name
    self.first = first
    self.then = then
    self.scope = scope
    self.delay = delay
    self.occurrence = occurrence
    self.source = source
  }

  init(
    _ name: String, _ first: DRAMCommandKind, _ then: DRAMCommandKind, _ scope: RuleScope, _ delay: DRAMParameter,
    occurrence: Int = 1, _ source: String
  ) {
    self.init(name, first, then, scope, TimingSum(added: [delay]), occurrence: occurrence, source)
  }
}
