/// A family of devices: its commands' timing rules and the parameters that they need.
///
/// The rules are data; `DRAMDevice` is the one engine for all of them.
public struct DRAMStandard: Hashable, Sendable {
  /// Name: `DDR3`, `DDR4`, `LPDDR4`, `HBM2`.
  public let name: String
  /// Timing rules, one a line of the standard.
  public let rules: [TimingRule]
  /// Refreshes that may be postponed.
  public let postponableRefreshes: Int

  /// Parameters without which a timing set is incomplete.
  var parameters: [DRAMParameter] {
    let optional: Set<DRAMParameter> = [.tRCDWR, .tRPab, .tRTW, .tRTRS, .tRFCpb, .tRREFD, .tPPD]
    var needed: Set<DRAMParameter> = [.CL, .CWL, .BLc, .tREFI]
    for rule in rules { needed.formUnion(rule.delay.added + rule.delay.subtracted) }
    if name == "LPDDR4" { needed.insert(.tPPD) }
    return DRAMParameter.allCases.filter { needed.contains($0) && (!optional.contains($0) || $0 == .tPPD) }
  }

  /// All standards, by name.
  public static let all: [DRAMStandard] = [.ddr3, .ddr4, .lpddr4, .hbm2]

  /// The standard whose name starts a device's name: `ddr4-2400` is DDR4.
  package static func named(by device: String) -> DRAMStandard? {
    all.first { device.lowercased().hasPrefix($0.name.lowercased()) }
  }

  /// Rules that hold between ranks sharing one data bus: no two bursts overlap, and drivers change with tRTRS between.
  ///
  /// Standards leave this to the module; derived from CL, CWL and BLc of JESD79-3F 4.13 and 4.14.
  static let sharedBusRules: [TimingRule] = [
    TimingRule("tRTRS_RD_RD", .read, .read, .otherRanks, .BLc + .tRTRS, "data bus: read bursts of two ranks"),
    TimingRule("tRTRS_WR_WR", .write, .write, .otherRanks, .BLc + .tRTRS, "data bus: write bursts of two ranks"),
    TimingRule("tRTRS_RD_WR", .read, .write, .otherRanks, .CL + .BLc + .tRTRS - .CWL, "data bus: read, then write"),
    TimingRule("tRTRS_WR_RD", .write, .read, .otherRanks, .CWL + .BLc + .tRTRS - .CL, "data bus: write, then read"),
  ]
}
