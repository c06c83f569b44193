import Testing

@testable import Memory

/// Every constraint of every preset, alone and deleted.
@Suite struct RuleTests {
  /// Illegal one cycle early, legal on time: each rule on a device that knows only this rule.
  @Test(arguments: DRAMSpecification.presets) func everyRuleIsTight(device specification: DRAMSpecification) {
    for rule in specification.rules {
      var device = DRAMDevice(specification, rules: [rule])
      let delay = rule.delay.cycles(specification.timing)
      for _ in 0..<rule.occurrence { device.issue(rule.first, bank: 0, row: 0, at: 1000) }
      let bank = neighbour(rule.scope, specification.organisation)
      #expect(device.earliest(rule.then, bank: bank) == 1000 + delay, "\(rule.name)")
    }
  }

  /// A device without a rule lets a stream through that the checker refuses.
  ///
  /// Two commands at the distance that the crippled device allows, and the rest of the rules made to yield: the rule's own
  /// parameter is raised until it binds, because some rules are implied by others at a preset's numbers (tRC = tRAS + tRP).
  @Test(arguments: DRAMSpecification.presets) func everyDeletedRuleIsCaught(device specification: DRAMSpecification) throws {
    for deleted in specification.rules {
      let commands = history(deleted, specification)
      let last = commands.count - 1
      var times = CheckerTimes(specification)
      var legal = CommandChecker(specification, times: times, refreshes: false)
      for command in commands { legal.observe(command) }
      #expect(legal.violations == [], "\(deleted.name) on time")
      // One cycle early, which is what a device without the rule permits if nothing else forbids it.
      var early = commands
      early[last].cycle -= 1
      times = CheckerTimes(specification)
      var checker = CommandChecker(specification, times: times, refreshes: false)
      for command in early { checker.observe(command) }
      #expect(!checker.violations.isEmpty, "\(deleted.name) one cycle early")
    }
  }

  private func neighbour(_ scope: RuleScope, _ organisation: DRAMOrganisation) -> Int {
    switch scope {
    case .bank: 0
    case .bankGroup: organisation.banksPerGroup > 1 ? organisation.bankGroups : 0
    case .rank: organisation.banksPerRank - 1
    case .otherRanks: organisation.banksPerRank
    }
  }

  /// A legal history that ends with the rule's two commands, the last as early as every rule allows.
  private func history(_ rule: TimingRule, _ specification: DRAMSpecification) -> [DRAMCommand] {
    var device = DRAMDevice(specification)
    var commands: [DRAMCommand] = []
    func add(_ kind: DRAMCommandKind, _ bank: Int, from time: Int) {
      let cycle = max(time, device.earliest(kind, bank: bank))
      let row = device.openRow[bank] < 0 ? 0 : Int(device.openRow[bank])
      device.issue(kind, bank: bank, row: row, at: cycle)
      let hasRow = kind == .activate || kind.isColumn
      commands.append(
        DRAMCommand(cycle: cycle, kind: kind, bank: bank, row: hasRow ? row : -1, column: kind.isColumn ? 0 : -1))
    }
    let other = neighbour(rule.scope, specification.organisation)
    prepare(rule, other, add)
    let start = 100_000
    if rule.occurrence > 1 {
      for bank in 0..<rule.occurrence { add(.activate, bank, from: start) }
      add(.activate, rule.occurrence, from: start)
    } else {
      add(rule.first, 0, from: start)
      // ACT to ACT of one bank needs the PRE between; likewise a refresh of a bank after its ACT.
      if rule.first == .activate, rule.scope == .bank, rule.then == .activate { add(.precharge, 0, from: start) }
      add(rule.then, other, from: start)
    }
    return commands
  }

  /// Brings the banks into the state that the rule's commands need.
  private func prepare(_ rule: TimingRule, _ other: Int, _ add: (DRAMCommandKind, Int, Int) -> Void) {
    let needsOpen: Set<DRAMCommandKind> = [.read, .write, .precharge, .prechargeAll]
    if needsOpen.contains(rule.first) { add(.activate, 0, 1000) }
    if other != 0, needsOpen.contains(rule.then), rule.then != .prechargeAll { add(.activate, other, 2000) }
  }
}
