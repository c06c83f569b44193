/// The banks of one channel: which rows are open, and from when each command is legal.
///
/// The device owns no clock: it is asked about a time. Rules are compiled into registers that hold the earliest legal time of
/// each command at each bank, bank group and rank, so that a question costs three reads, whatever the number of rules.
/// State: `openRow` per bank, `earliest` per node and command, and the last activates of each rank for window rules.
public struct DRAMDevice: Sendable, Codable {
  /// Organisation of the memory that the channel belongs to.
  public let organisation: DRAMOrganisation
  /// The rules that it obeys.
  public let rules: [TimingRule]

  /// Row open in each bank, -1 if closed.
  private(set) var openRow: [Int32]
  /// Number of open banks of each rank.
  private(set) var openBanks: [Int]
  /// Earliest legal time of command k at node n: `[n * kinds + k]`; nodes are banks, then groups, then ranks.
  private(set) var earliest: [Int]
  private var windows: [WindowHistory]

  private let effects: [Effect]
  private let effectRange: [Range<Int>]
  /// First register of the group and of the rank that each bank belongs to.
  let groupNode: [Int]
  let rankNode: [Int]
  private let rankOfBank: [Int]

  /// What issuing a command does to the registers.
  private struct Effect: Codable {
    let scope: RuleScope
    let then: Int
    let delay: Int
    /// Index of the window history that this effect keeps, -1 for a plain delay.
    let window: Int
  }

  /// The times of a rank's last n commands, oldest overwritten.
  private struct WindowHistory: Codable {
    let length: Int
    var times: [Int]
    var next: [Int]
  }

  /// A channel's device that obeys the given rules, all banks closed.
  public init(_ specification: DRAMSpecification, rules: [TimingRule]? = nil) {
    let organisation = specification.organisation
    let rules = rules ?? specification.rules
    self.organisation = organisation
    self.rules = rules
    let banks = organisation.banks
    let groups = organisation.ranks * organisation.bankGroups
    openRow = Array(repeating: -1, count: banks)
    openBanks = Array(repeating: 0, count: organisation.ranks)
    earliest = Array(repeating: 0, count: (banks + groups + organisation.ranks) * DRAMCommandKind.count)
    rankOfBank = (0..<banks).map(organisation.rank(ofBank:))
    groupNode = (0..<banks).map { (banks + organisation.group(ofBank: $0)) * DRAMCommandKind.count }
    rankNode = (0..<banks).map { (banks + groups + organisation.rank(ofBank: $0)) * DRAMCommandKind.count }
    (effects, effectRange, windows) = Self.compile(rules, specification)
  }

  private static func compile(
    _ rules: [TimingRule], _ specification: DRAMSpecification
  ) -> ([Effect], [Range<Int>], [WindowHistory]) {
    var effects: [Effect] = []
    var ranges: [Range<Int>] = []
    var windows: [WindowHistory] = []
    let ranks = specification.organisation.ranks
    for kind in DRAMCommandKind.allCases {
      let start = effects.count
      for rule in rules where rule.first == kind {
        var window = -1
        if rule.occurrence > 1 {
          window = windows.count
          windows.append(
            WindowHistory(
              length: rule.occurrence, times: Array(repeating: -(1 << 40), count: ranks * rule.occurrence),
              next: Array(repeating: 0, count: ranks)))
        }
        effects.append(
          Effect(
            scope: rule.scope, then: Int(rule.then.rawValue), delay: rule.delay.cycles(specification.timing),
            window: window))
      }
      ranges.append(start..<effects.count)
    }
    return (effects, ranges, windows)
  }
}

// MARK: - Questions

extension DRAMDevice {
  /// The earliest time at which timing allows a command at a bank; whether the bank's state allows it is another question.
  @inline(__always)
  public func earliest(_ kind: DRAMCommandKind, bank: Int) -> Int {
    let kind = Int(kind.rawValue)
    return max(
      earliest[bank &* DRAMCommandKind.count &+ kind],
      max(earliest[groupNode[bank] &+ kind], earliest[rankNode[bank] &+ kind]))
  }

  /// Row open in a bank, nil if closed.
  public func row(ofBank bank: Int) -> Int? {
    openRow[bank] < 0 ? nil : Int(openRow[bank])
  }

  /// Whether the bank's state admits a command: closed for ACT and refreshes, open at `row` for RD and WR, open for PRE.
  public func stateAllows(_ kind: DRAMCommandKind, bank: Int, row: Int = -1) -> Bool {
    switch kind {
    case .none: true
    case .activate, .refreshBank: openRow[bank] < 0
    case .precharge: openRow[bank] >= 0
    case .prechargeAll: openBanks[rankOfBank[bank]] > 0
    case .read, .write: openRow[bank] >= 0 && Int(openRow[bank]) == row
    case .refresh: openBanks[rankOfBank[bank]] == 0
    }
  }

  /// Whether a command is legal at a time: bank state and every timing rule.
  public func isLegal(_ kind: DRAMCommandKind, bank: Int, row: Int = -1, at time: Int) -> Bool {
    stateAllows(kind, bank: bank, row: row) && time >= earliest(kind, bank: bank)
  }
}

// MARK: - Commands

extension DRAMDevice {
  /// Takes a command at a time. The caller has asked before; the device does as it is told.
  public mutating func issue(_ kind: DRAMCommandKind, bank: Int, row: Int = -1, at time: Int) {
    changeState(kind, bank: bank, row: row)
    for index in effectRange[Int(kind.rawValue)] {
      let effect = effects[index]
      var legal = time &+ effect.delay
      if effect.window >= 0 { legal = remember(time, window: effect.window, bank: bank) &+ effect.delay }
      switch effect.scope {
      case .bank: raise(bank &* DRAMCommandKind.count &+ effect.then, to: legal)
      case .bankGroup: raise(groupNode[bank] &+ effect.then, to: legal)
      case .rank: raise(rankNode[bank] &+ effect.then, to: legal)
      case .otherRanks: raiseOtherRanks(than: rankNode[bank], effect.then, to: legal)
      }
    }
  }

  @inline(__always)
  private mutating func raise(_ register: Int, to time: Int) {
    if earliest[register] < time { earliest[register] = time }
  }

  private mutating func raiseOtherRanks(than own: Int, _ then: Int, to time: Int) {
    for rank in 0..<organisation.ranks {
      let node = rankNode[rank * organisation.banksPerRank]
      if node != own { raise(node + then, to: time) }
    }
  }

  /// Enters a time into a rank's window and returns the oldest that is still in it.
  private mutating func remember(_ time: Int, window: Int, bank: Int) -> Int {
    let rank = rankOfBank[bank]
    let length = windows[window].length
    let slot = windows[window].next[rank]
    windows[window].times[rank &* length &+ slot] = time
    let following = slot &+ 1 == length ? 0 : slot &+ 1
    windows[window].next[rank] = following
    return windows[window].times[rank &* length &+ following]
  }

  private mutating func changeState(_ kind: DRAMCommandKind, bank: Int, row: Int) {
    switch kind {
    case .activate:
      if openRow[bank] < 0 { openBanks[rankOfBank[bank]] &+= 1 }
      openRow[bank] = Int32(truncatingIfNeeded: row)
    case .precharge:
      if openRow[bank] >= 0 { openBanks[rankOfBank[bank]] &-= 1 }
      openRow[bank] = -1
    case .prechargeAll:
      let first = rankOfBank[bank] * organisation.banksPerRank
      for other in first..<(first + organisation.banksPerRank) { openRow[other] = -1 }
      openBanks[rankOfBank[bank]] = 0
    case .none, .read, .write, .refresh, .refreshBank: break
    }
  }
}
