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
  /// Earliest legal time of command k at node n: `[k * nodes + n]`; nodes are banks, then groups, then ranks.
  private(set) var earliest: [Int]
  private var history: WindowHistory

  private let effects: [Effect]
  private let effectRange: [Range<Int>]
  /// Banks, bank groups and ranks of the channel.
  let nodes: Int
  /// Node of the first bank group and of the first rank.
  let firstGroup: Int
  let firstRank: Int
  /// Node of the group and of the rank that each bank belongs to.
  private let groupNode: [Int]
  private let rankNode: [Int]
  private let rankOfBank: [Int]

  /// What issuing a command does to the registers.
  private struct Effect: Codable {
    let scope: RuleScope
    /// First register of the command that it delays.
    let then: Int
    let delay: Int
    /// First element of the window history that this effect keeps, -1 for a plain delay.
    let window: Int
    /// Commands of the window.
    let length: Int
  }

  /// For every window rule and rank the times of the last n commands, oldest overwritten.
  ///
  /// A rank's part is n times, then the place of the oldest one.
  private struct WindowHistory: Codable {
    var times: [Int] = []

    /// Enters a time and returns the oldest that is still in the window.
    mutating func remember(_ time: Int, window: Int, length: Int, rank: Int) -> Int {
      let part = window &+ rank &* (length &+ 1)
      let slot = times[part &+ length]
      times[part &+ slot] = time
      let following = slot &+ 1 == length ? 0 : slot &+ 1
      times[part &+ length] = following
      return times[part &+ following]
    }
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
    let nodes = banks + groups + organisation.ranks
    self.nodes = nodes
    firstGroup = banks
    firstRank = banks + groups
    earliest = Array(repeating: 0, count: nodes * DRAMCommandKind.count)
    rankOfBank = (0..<banks).map(organisation.rank(ofBank:))
    groupNode = (0..<banks).map { banks + organisation.group(ofBank: $0) }
    rankNode = (0..<banks).map { banks + groups + organisation.rank(ofBank: $0) }
    (effects, effectRange, history) = Self.compile(rules, specification, nodes: nodes)
  }

  private static func compile(
    _ rules: [TimingRule], _ specification: DRAMSpecification, nodes: Int
  ) -> ([Effect], [Range<Int>], WindowHistory) {
    var effects: [Effect] = []
    var ranges: [Range<Int>] = []
    var history = WindowHistory()
    let ranks = specification.organisation.ranks
    for kind in DRAMCommandKind.allCases {
      let start = effects.count
      for rule in rules where rule.first == kind {
        var window = -1
        if rule.occurrence > 1 {
          window = history.times.count
          for _ in 0..<ranks { history.times += Array(repeating: -(1 << 40), count: rule.occurrence) + [0] }
        }
        effects.append(
          Effect(
            scope: rule.scope, then: Int(rule.then.rawValue) * nodes, delay: rule.delay.cycles(specification.timing),
            window: window, length: rule.occurrence))
      }
      ranges.append(start..<effects.count)
    }
    return (effects, ranges, history)
  }
}

// MARK: - Questions

extension DRAMDevice {
  /// The earliest time at which timing allows a command at a bank; whether the bank's state allows it is another question.
  @inline(__always)
  public func earliest(_ kind: DRAMCommandKind, bank: Int) -> Int {
    let first = Int(kind.rawValue) &* nodes
    return max(earliest[first &+ bank], max(earliest[first &+ groupNode[bank]], earliest[first &+ rankNode[bank]]))
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
    let node = Nodes(bank: bank, group: groupNode[bank], rank: rankNode[bank], ranks: firstRank..<nodes)
    Self.apply(effects, effectRange[Int(kind.rawValue)], at: time, node, &history, &earliest)
  }

  /// Where a command's effects go: its bank, group and rank, and the ranks of the channel.
  private struct Nodes {
    let bank: Int
    let group: Int
    let rank: Int
    let ranks: Range<Int>
  }

  /// Free of the device so that the registers are made unique once, not for each effect.
  @inline(__always)
  private static func apply(
    _ effects: borrowing [Effect], _ range: Range<Int>, at time: Int, _ node: Nodes, _ history: inout WindowHistory,
    _ earliest: inout [Int]
  ) {
    var registers = earliest.mutableSpan
    for index in range {
      let effect = effects[index]
      var start = time
      if effect.window >= 0 {
        start = history.remember(
          time, window: effect.window, length: effect.length, rank: node.rank &- node.ranks.lowerBound)
      }
      let legal = start &+ effect.delay
      switch effect.scope {
      case .bank: raise(&registers, effect.then &+ node.bank, to: legal)
      case .bankGroup: raise(&registers, effect.then &+ node.group, to: legal)
      case .rank: raise(&registers, effect.then &+ node.rank, to: legal)
      case .otherRanks:
        for other in node.ranks where other != node.rank { raise(&registers, effect.then &+ other, to: legal) }
      }
    }
  }

  @inline(__always)
  private static func raise(_ registers: inout MutableSpan<Int>, _ register: Int, to time: Int) {
    registers[register] = max(registers[register], time)
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
