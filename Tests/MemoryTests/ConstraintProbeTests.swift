import Testing

@testable import Memory

/// Micro-probes of every constraint of every preset: illegal one cycle early, legal on time, for device and checker.
///
/// The distances are worked out by hand from the standards' tables; neither the device's table nor the checker's times are used.
@Suite struct ConstraintProbeTests {
  @Test(arguments: DRAMSpecification.presetsWithRanks)
  func everyConstraintIsTight(device specification: DRAMSpecification) throws {
    let distances = try #require(Self.distances(of: specification))
    #expect(Set(specification.rules.map(\.name)) == Set(distances.keys), "every rule has its distance")
    for rule in specification.rules {
      let distance = try #require(distances[rule.name])
      // Alone on the device, so that a rule that others imply shows too.
      let alone = RuleHistory(rule, specification, obeying: [rule])
      #expect(alone.earliest == RuleHistory.start + distance, "\(rule.name)")
      #expect(RuleHistory(rule, specification, obeying: specification.rules).earliest >= alone.earliest, "\(rule.name)")
      #expect(accepts(alone, after: distance), "\(rule.name) on time")
      #expect(!accepts(alone, after: distance - 1), "\(rule.name) one cycle early")
    }
  }

  /// Eight refreshes may be postponed: the first is late after nine intervals, and no two lie further apart than nine.
  @Test(arguments: DRAMSpecification.presets) func refreshDeadlinesAreTight(device: DRAMSpecification) {
    let interval = device.timing.count(.tREFI)
    func isLate(_ cycles: Int...) -> Bool {
      var checker = CommandChecker(device, refreshes: true)
      for cycle in cycles { checker.observe(DRAMCommand(cycle: cycle, kind: .refresh, bank: 0)) }
      return !checker.violations.isEmpty
    }
    #expect(!isLate(9 * interval))
    #expect(isLate(9 * interval + 1))
    #expect(!isLate(interval, 10 * interval))
    #expect(isLate(interval, 10 * interval + 1))
    #expect(!isLate(1, 9 * interval + 1))
    #expect(isLate(1, 9 * interval + 2))
    let none = CommandChecker(device, refreshes: true)
    #expect(none.finished(at: 9 * interval - 1).isEmpty)
    #expect(none.finished(at: 9 * interval).count == device.organisation.ranks)
  }

  /// Whether the checker has nothing to say about the rule when its second command comes so many cycles after the first.
  private func accepts(_ history: RuleHistory, after distance: Int) -> Bool {
    var checker = CommandChecker(history.specification, refreshes: false)
    for command in history.commands { checker.observe(command) }
    let before = checker.violations.count
    checker.observe(history.last(at: RuleHistory.start + distance))
    return !checker.violations.dropFirst(before).contains { $0.contains(history.label) }
  }

  private static func distances(of device: DRAMSpecification) -> [String: Int]? {
    let twoRanks = device.organisation.ranks > 1 && !device.organisation.ranksOwnTheirBus
    switch device.name {
    case "ddr3-1600-x8": return ddr3(rrd: 5, faw: 24) + (twoRanks ? ranks(6, 6, readWrite: 9, writeRead: 3) : [:])
    case "ddr3-1600-x16": return ddr3(rrd: 6, faw: 32) + (twoRanks ? ranks(6, 6, readWrite: 9, writeRead: 3) : [:])
    case "ddr4-2400-x8": return ddr4 + (twoRanks ? ranks(6, 6, readWrite: 11, writeRead: 1) : [:])
    case "lpddr4-3200-x16": return lpddr4 + (twoRanks ? ranks(10, 10, readWrite: 24, writeRead: nil) : [:])
    case "hbm2", "hbm2-2000": return hbm2 + (twoRanks ? ranks(4, 4, readWrite: 13, writeRead: nil) : [:])
    default: return nil
    }
  }

  /// 11-11-11 at 1.25 ns: tRAS 35 ns, tRC 48.75 ns, tRFC 260 ns; WR to PRE = 8 + 4 + 12, WR to RD = 8 + 4 + 6.
  private static func ddr3(rrd: Int, faw: Int) -> [String: Int] {
    common(tRAS: 28, tRC: 39, tRP: 11, tRPab: 11, tRTP: 6, tWR: 24, tRTW: 9, tFAW: faw, tRFC: 208)
      + ["tRCD": 11, "tRCD_WR": 11, "tCCD_RD": 4, "tCCD_WR": 4, "tRRD": rrd, "tWTR": 18]
  }

  /// 17-17-17 at 1.2 GHz: tRAS 32 ns, tRFC 350 ns; WR to PRE = 12 + 4 + 18, WR to RD = 12 + 4 + 3 or 9.
  private static let ddr4 =
    common(tRAS: 39, tRC: 56, tRP: 17, tRPab: 17, tRTP: 9, tWR: 34, tRTW: 11, tFAW: 26, tRFC: 420)
    + groups(short: (4, 4, 19), long: (6, 6, 25)) + ["tRCD": 17, "tRCD_WR": 17]

  /// 18 ns, 18 ns, 42 ns at 0.625 ns, tRPab 21 ns; WR to PRE = 14 + 8 + 29, WR to RD = 14 + 8 + 16; tRFCpb 140 ns.
  private static let lpddr4 =
    common(tRAS: 68, tRC: 97, tRP: 29, tRPab: 34, tRTP: 12, tWR: 51, tRTW: 30, tFAW: 64, tRFC: 448)
    + singleBanks(tRC: 97, tRP: 29, tRPab: 34, tRFCpb: 224, apart: 224, tRREFD: 16, tRFC: 448)
    + ["tRCD": 29, "tRCD_WR": 29, "tCCD_RD": 8, "tCCD_WR": 8, "tRRD": 16, "tWTR": 38]
    + ["tPPD": 4, "tPPD_PREA": 4, "tPPD_all": 4, "tPPD_all_PREA": 4]

  /// At 1 ns: WR to PRE = 5 + 2 + 16, WR to RD = 5 + 2 + 6 or 8; tRFCSB 160 ns, tRREFD 8 ns.
  private static let hbm2 =
    common(tRAS: 34, tRC: 48, tRP: 14, tRPab: 14, tRTP: 5, tWR: 23, tRTW: 13, tFAW: 15, tRFC: 350)
    + groups(short: (2, 4, 13), long: (4, 4, 15))
    + singleBanks(tRC: 48, tRP: 14, tRPab: 14, tRFCpb: 160, apart: 8, tRREFD: 8, tRFC: 350)
    + ["tRFCpb_same": 160, "tRCDRD": 14, "tRCDWR": 12]

  private static func common(
    tRAS: Int, tRC: Int, tRP: Int, tRPab: Int, tRTP: Int, tWR: Int, tRTW: Int, tFAW: Int, tRFC: Int
  ) -> [String: Int] {
    [
      "tRAS": tRAS, "tRAS_all": tRAS, "tRC": tRC, "tRC_REF": tRC, "tRP": tRP, "tRPab": tRPab, "tRTP": tRTP,
      "tRTP_all": tRTP, "tWR": tWR, "tWR_all": tWR, "tRTW": tRTW, "tFAW": tFAW, "tRP_REF": tRP, "tRPab_REF": tRPab,
      "tRFC": tRFC, "tRFC_PRE": tRFC, "tRFC_PREA": tRFC, "tRFC_REF": tRFC,
    ]
  }

  /// tCCD, tRRD and WR to RD.
  private static func groups(short: (Int, Int, Int), long: (Int, Int, Int)) -> [String: Int] {
    [
      "tCCD_S_RD": short.0, "tCCD_S_WR": short.0, "tRRD_S": short.1, "tWTR_S": short.2,
      "tCCD_L_RD": long.0, "tCCD_L_WR": long.0, "tRRD_L": long.1, "tWTR_L": long.2,
    ]
  }

  private static func singleBanks(
    tRC: Int, tRP: Int, tRPab: Int, tRFCpb: Int, apart: Int, tRREFD: Int, tRFC: Int
  ) -> [String: Int] {
    [
      "tRC_REFpb": tRC, "tRP_REFpb": tRP, "tRPab_REFpb": tRPab, "tRFCpb": tRFCpb, "tRFCpb_PRE": tRFCpb,
      "tRFCpb_PREA": tRFCpb, "REFpb_apart": apart, "tRREFD": tRREFD, "tRREFD_ACT": tRREFD,
      "tRFCpb_REF": tRFCpb, "tRFC_REFpb": tRFC,
    ]
  }

  /// Two ranks on one data bus, two cycles to change drivers; where write data ends before read data could begin, none binds.
  private static func ranks(_ reads: Int, _ writes: Int, readWrite: Int, writeRead: Int?) -> [String: Int] {
    var distances = ["tRTRS_RD_RD": reads, "tRTRS_WR_WR": writes, "tRTRS_RD_WR": readWrite]
    if let writeRead { distances["tRTRS_WR_RD"] = writeRead }
    return distances
  }
}

private func + (left: [String: Int], right: [String: Int]) -> [String: Int] {
  left.merging(right) { first, second in
    preconditionFailure("two distances for one rule: \(first) and \(second)")
  }
}
