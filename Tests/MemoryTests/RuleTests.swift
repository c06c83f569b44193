import Testing

@testable import Memory

/// Every rule of every preset, deleted from the device alone: the checker, which knows nothing of the device's table, says so.
@Suite struct RuleTests {
  /// With a rule deleted the device issues too early, and the checker names the rule.
  ///
  /// Some rules are implied by others at a preset's numbers (tRC = tRAS + tRP): there the rule's own parameter is raised, for
  /// device and checker, until it binds.
  @Test(arguments: DRAMSpecification.presetsWithRanks)
  func everyDeletedRuleIsCaught(device preset: DRAMSpecification) throws {
    #expect(preset.rules.count >= 24)
    for deleted in preset.rules {
      let raise = try #require(
        (0..<64).first { raise in
          guard let specification = raised(preset, deleted, by: raise) else { return false }
          let whole = violations(deleted, specification, specification.rules)
          #expect(whole.isEmpty, "\(deleted.name) kept: \(whole)")
          return !violations(deleted, specification, specification.rules.filter { $0.name != deleted.name }).isEmpty
        }, "\(deleted.name) deleted is not noticed")
      let specification = try #require(raised(preset, deleted, by: raise))
      let found = violations(deleted, specification, specification.rules.filter { $0.name != deleted.name })
      let label = RuleHistory(deleted, specification, obeying: []).label
      #expect(found.contains { $0.contains(label) }, "\(deleted.name): \(found)")
    }
  }

  /// The device with the rule's last parameter raised, nil if that contradicts another one.
  private func raised(_ preset: DRAMSpecification, _ rule: TimingRule, by raise: Int) -> DRAMSpecification? {
    guard raise > 0, let parameter = rule.delay.added.last else { return preset }
    var timing = preset.timing
    timing[parameter] = (timing[parameter] ?? 0) + raise
    return try? preset.with(timing: timing)
  }

  /// What the checker says of the rule's two commands, issued as early as a device with the given rules allows.
  private func violations(
    _ rule: TimingRule, _ specification: DRAMSpecification, _ rules: [TimingRule]
  ) -> [String] {
    var history = RuleHistory(rule, specification, obeying: rules)
    history.finish()
    var checker = CommandChecker(specification, refreshes: false)
    for command in history.commands { checker.observe(command) }
    return checker.violations
  }

  /// The presets' cycles are those that follow from the published nanoseconds.
  @Test(arguments: DRAMSpecification.presets) func presetsAreThePublishedTimes(device: DRAMSpecification) throws {
    let published = try #require(PublishedTimes.of(device.name))
    for parameter in DRAMParameter.allCases {
      #expect(published.cycles[parameter] == device.stated[parameter], "\(device.name) \(parameter)")
    }
    let times = CheckerTimes(device)
    #expect(times.readToWrite == device.timing[.tRTW])
    #expect(times.ranksApart == device.timing[.tRTRS])
    #expect(times.prechargeAll == device.timing[.tRPab])
  }
}
