@testable import Memory

/// Commands that lead up to a rule's two commands, on a device that obeys given rules.
///
/// Everything before lies far back, so that only the rule's own two commands are near each other.
struct RuleHistory {
  let rule: TimingRule
  let specification: DRAMSpecification
  /// Where the rule's first command goes.
  let first = 0
  /// Where its second command goes: a bank within its scope, another one where there is one.
  let second: Int
  private(set) var commands: [DRAMCommand] = []
  private var device: DRAMDevice

  /// Cycle of the rule's first command.
  static let start = 100_000

  /// Everything up to the rule's first command, that one included, by the rules that the device obeys.
  init(_ rule: TimingRule, _ specification: DRAMSpecification, obeying rules: [TimingRule]) {
    self.rule = rule
    self.specification = specification
    let organisation = specification.organisation
    second =
      switch rule.scope {
      case .bank: 0
      case .bankGroup: organisation.banksPerGroup > 1 ? organisation.bankGroups : 0
      case .rank: rule.occurrence > 1 ? rule.occurrence : organisation.banksPerRank - 1
      case .otherRanks: organisation.banksPerRank
      }
    device = DRAMDevice(specification, rules: rules)
    prepare()
    for bank in 0..<rule.occurrence { issue(rule.first, bank, from: Self.start) }
  }

  /// The same with the rule's second command as early as the device allows; returns its cycle.
  @discardableResult
  mutating func finish() -> Int {
    // ACT to ACT of one bank needs the PRE between; so does a refresh after an ACT.
    let closes: Set<DRAMCommandKind> = [.activate, .refresh, .refreshBank]
    if rule.first == .activate, closes.contains(rule.then), second == first || rule.then == .refresh {
      issue(.precharge, first, from: Self.start)
    }
    return issue(rule.then, second, from: Self.start)
  }

  /// The first cycle in which the device allows the rule's second command.
  var earliest: Int { device.earliest(rule.then, bank: second) }

  /// The rule's second command in a cycle.
  func last(at cycle: Int) -> DRAMCommand { command(rule.then, second, at: cycle) }

  /// Opens the banks that the rule's commands need open; a PRE of a closed bank is legal, a refresh of an open one is not.
  private mutating func prepare() {
    let needsOpen: Set<DRAMCommandKind> = [.read, .write, .precharge, .prechargeAll]
    if needsOpen.contains(rule.first) { issue(.activate, first, from: 1000) }
    let refreshes = rule.first == .refresh || rule.first == .refreshBank
    if second != first, needsOpen.contains(rule.then), rule.then != .prechargeAll, !refreshes {
      issue(.activate, second, from: 2000)
    }
  }

  @discardableResult
  private mutating func issue(_ kind: DRAMCommandKind, _ bank: Int, from time: Int) -> Int {
    let cycle = max(time, device.earliest(kind, bank: bank))
    let command = command(kind, bank, at: cycle)
    device.issue(kind, bank: bank, row: command.row, at: cycle)
    commands.append(command)
    return cycle
  }

  private func command(_ kind: DRAMCommandKind, _ bank: Int, at cycle: Int) -> DRAMCommand {
    let row = kind == .activate || kind.isColumn ? max(0, device.row(ofBank: bank) ?? 0) : -1
    return DRAMCommand(cycle: cycle, kind: kind, bank: bank, row: row, column: kind.isColumn ? 0 : -1)
  }

  /// What the checker calls the rule.
  var label: String {
    if rule.scope == .otherRanks { return "data bus" }
    if rule.name == "REFpb_apart" { return "REFpb to REFpb" }
    if rule.name.hasPrefix("tRCD") { return "tRCD needs" }
    return rule.name.prefix { $0 != "_" } + " needs"
  }
}

extension DRAMSpecification {
  /// Every preset, and those whose ranks share a data bus with two of them, so that the rules between ranks bind too.
  static let presetsWithRanks: [DRAMSpecification] =
    presets
    + presets.filter { !$0.organisation.ranksOwnTheirBus }.compactMap { preset in
      var organisation = preset.organisation
      organisation.ranks = 2
      return try? preset.with(organisation: organisation)
    }
}
