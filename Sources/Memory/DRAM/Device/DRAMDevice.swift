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

  private let effects: CommandEffects
  /// Banks, bank groups and ranks of the channel.
  let nodes: Int
  /// Node of the first bank group and of the first rank.
  let firstGroup: Int
  let firstRank: Int
  /// The nodes that each bank belongs to, in the order of `RuleScope`: `[bank * 3 + scope]` is the bank, its group, its rank.
  private let nodesOfBank: [Int]
  private let rankOfBank: [Int]

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
    nodesOfBank = (0..<banks).flatMap {
      [$0, banks + organisation.group(ofBank: $0), banks + groups + organisation.rank(ofBank: $0)]
    }
    effects = CommandEffects(rules, specification, nodes: nodes)
    history = WindowHistory(effects, ranks: organisation.ranks)
  }
}

// MARK: - Questions

extension DRAMDevice {
  /// The earliest time at which timing allows a command at a bank; whether the bank's state allows it is another question.
  @inline(__always)
  public func earliest(_ kind: DRAMCommandKind, bank: Int) -> Int {
    let first = Int(kind.rawValue) &* nodes
    let group = earliest[first &+ nodesOfBank[3 &* bank &+ 1]]
    return max(earliest[first &+ bank], max(group, earliest[first &+ nodesOfBank[3 &* bank &+ 2]]))
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
  @inline(__always)
  public mutating func issue(_ kind: DRAMCommandKind, bank: Int, row: Int = -1, at time: Int) {
    changeState(kind, bank: bank, row: row)
    let part = effects.parts[Int(kind.rawValue)]
    Self.raise(&earliest, effects.delays, part.own, nodesOfBank, first: 3 &* bank, after: time)
    if !part.windows.isEmpty { closeWindows(part.windows, bank: bank, at: time) }
    if !part.otherRanks.isEmpty { delayOtherRanks(part.otherRanks, of: rankOfBank[bank], after: time) }
  }

  /// Free of the device so that the registers are made unique once, not for each effect.
  private static func raise(
    _ earliest: inout [Int], _ delays: borrowing [CommandEffects.Delay], _ range: Range<Int>,
    _ nodesOfBank: borrowing [Int], first: Int, after time: Int
  ) {
    var registers = earliest.mutableSpan
    let nodes = nodesOfBank.span
    let delays = delays.span
    precondition(
      range.upperBound <= delays.count && first &+ 2 < nodes.count && registers.count >= DRAMCommandKind.count,
      "a bank has three nodes, and its command's delays were compiled")
    for index in range {
      // Compiled for these registers: a delay's command and its node lie within them.
      let delay = unsafe delays[unchecked: index]
      let register = delay.then &+ (unsafe nodes[unchecked: first &+ delay.level])
      registers[register] = later(registers[register], time &+ delay.cycles)
    }
  }

  /// Enters a command in its rank's windows; the next one waits for the oldest that is still in each.
  private mutating func closeWindows(_ windows: Range<Int>, bank: Int, at time: Int) {
    for index in windows {
      let window = effects.windows[index]
      let legal = history.remember(time, window, rank: rankOfBank[bank]) &+ window.delay.cycles
      let register = window.delay.then &+ nodesOfBank[3 &* bank &+ window.delay.level]
      earliest[register] = later(earliest[register], legal)
    }
  }

  private mutating func delayOtherRanks(_ range: Range<Int>, of rank: Int, after time: Int) {
    for index in range {
      let delay = effects.delays[index]
      for other in firstRank..<nodes where other != firstRank &+ rank {
        earliest[delay.then &+ other] = max(earliest[delay.then &+ other], time &+ delay.cycles)
      }
    }
  }

  @inline(__always)
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
