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

  /// With a rule deleted from the device alone, the device issues too early, and the checker says so.
  ///
  /// Some rules are implied by others at a preset's numbers (tRC = tRAS + tRP): there the rule's own parameter is raised, for
  /// device and checker, until it binds.
  @Test(arguments: DRAMSpecification.presets) func everyDeletedRuleIsCaught(device preset: DRAMSpecification) throws {
    for deleted in preset.rules {
      var isCaught = false
      for raise in 0..<24 where !isCaught {
        var timing = preset.timing
        if raise > 0, let parameter = deleted.delay.added.last { timing[parameter] = (timing[parameter] ?? 0) + raise }
        guard let specification = try? preset.with(timing: timing) else { continue }
        var whole = CommandChecker(specification, refreshes: false)
        for command in history(deleted, specification, specification.rules) { whole.observe(command) }
        #expect(whole.violations.isEmpty, "\(deleted.name) kept")
        var checker = CommandChecker(specification, refreshes: false)
        let others = specification.rules.filter { $0.name != deleted.name }
        for command in history(deleted, specification, others) { checker.observe(command) }
        isCaught = !checker.violations.isEmpty
      }
      #expect(isCaught, "\(deleted.name) deleted")
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

  /// A legal history that ends with the rule's two commands, the last as early as the given rules allow.
  private func history(
    _ rule: TimingRule, _ specification: DRAMSpecification, _ rules: [TimingRule]
  ) -> [DRAMCommand] {
    var device = DRAMDevice(specification, rules: rules)
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
