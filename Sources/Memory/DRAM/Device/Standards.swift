extension DRAMStandard {
  /// Where a standard says what: how the lines of its table cite it.
  private struct Sections {
    let activate: String
    let precharge: String
    let read: String
    let readToPrecharge: String
    let write: String
    let refresh: String
    let bankGroups: String

    /// JESD79-3F, July 2012.
    static let ddr3 = Sections(
      activate: "JESD79-3F 4.11, Tables 62-68", precharge: "JESD79-3F 4.12, Tables 62-67",
      read: "JESD79-3F 4.13, Table 68", readToPrecharge: "JESD79-3F 4.13.3, Table 68",
      write: "JESD79-3F 4.14, Table 68", refresh: "JESD79-3F 4.15, Table 61", bankGroups: "")
    /// JESD79-4B: Figures 60 to 65 draw tCCD, tRRD, tFAW and tWTR; the numbers stand in its tables by speed grade.
    static let ddr4 = Sections(
      activate: "JESD79-4B, speed bins", precharge: "JESD79-4B, speed bins",
      read: "JESD79-4B, timing parameters by speed grade",
      readToPrecharge: "JESD79-4B, timing parameters by speed grade",
      write: "JESD79-4B, timing parameters by speed grade", refresh: "JESD79-4B, refresh parameters",
      bankGroups: "JESD79-4B, Figures 60-65")
    /// JESD209-4B, February 2017.
    static let lpddr4 = Sections(
      activate: "JESD209-4B, core timing", precharge: "JESD209-4B, core timing", read: "JESD209-4B, core timing",
      readToPrecharge: "JESD209-4B, core timing", write: "JESD209-4B, core timing",
      refresh: "JESD209-4B, command separations related to refresh", bankGroups: "")
    /// JESD235D names the parameters; most of their values are the vendor's.
    static let hbm2 = Sections(
      activate: "JESD235D, timing parameters", precharge: "JESD235D, timing parameters",
      read: "JESD235D, timing parameters", readToPrecharge: "JESD235D, timing parameters",
      write: "JESD235D, timing parameters", refresh: "JESD235D, timing parameters",
      bankGroups: "JESD235D, timing parameters")
  }

  /// Rules that every standard shares.
  private static func common(_ source: Sections) -> [TimingRule] {
    [
      TimingRule("tRAS", .activate, .precharge, .bank, .tRAS, "\(source.activate): ACT to PRE"),
      TimingRule("tRAS_all", .activate, .prechargeAll, .rank, .tRAS, "\(source.activate): ACT to PRE, all banks"),
      TimingRule("tRC", .activate, .activate, .bank, .tRC, "\(source.activate): ACT to ACT or REF command period"),
      TimingRule("tRC_REF", .activate, .refresh, .rank, .tRC, "\(source.activate): ACT to ACT or REF command period"),
      TimingRule("tFAW", .activate, .activate, .rank, .tFAW, occurrence: 4, "\(source.activate): four-activate window"),
      TimingRule("tRP", .precharge, .activate, .bank, .tRP, "\(source.precharge): PRE to ACT"),
      TimingRule("tRPab", .prechargeAll, .activate, .rank, .tRPab, "\(source.precharge): PREA to ACT"),
      TimingRule("tRTP", .read, .precharge, .bank, .tRTP, "\(source.readToPrecharge): RD to PRE"),
      TimingRule("tRTP_all", .read, .prechargeAll, .rank, .tRTP, "\(source.readToPrecharge): RD to PRE, all banks"),
      TimingRule("tRTW", .read, .write, .rank, .tRTW, "\(source.read): read to write turnaround"),
      TimingRule("tWR", .write, .precharge, .bank, .CWL + .BLc + .tWR, "\(source.write): write recovery"),
      TimingRule(
        "tWR_all", .write, .prechargeAll, .rank, .CWL + .BLc + .tWR, "\(source.write): write recovery, all banks"),
      TimingRule("tRP_REF", .precharge, .refresh, .rank, .tRP, "\(source.refresh): REF with all banks idle for tRP"),
      TimingRule(
        "tRPab_REF", .prechargeAll, .refresh, .rank, .tRPab, "\(source.refresh): REF with all banks idle for tRP"),
      TimingRule("tRFC", .refresh, .activate, .rank, .tRFC, "\(source.refresh): REF to the next command: ACT"),
      TimingRule("tRFC_PRE", .refresh, .precharge, .rank, .tRFC, "\(source.refresh): REF to the next command: PRE"),
      TimingRule(
        "tRFC_PREA", .refresh, .prechargeAll, .rank, .tRFC, "\(source.refresh): REF to the next command: PREA"),
      TimingRule("tRFC_REF", .refresh, .refresh, .rank, .tRFC, "\(source.refresh): REF to the next command: REF"),
    ]
  }

  /// One kind of ACT-to-column delay for reads and writes.
  private static func columnDelay(_ source: Sections) -> [TimingRule] {
    [
      TimingRule("tRCD", .activate, .read, .bank, .tRCD, "\(source.activate): ACT to RD"),
      TimingRule("tRCD_WR", .activate, .write, .bank, .tRCD, "\(source.activate): ACT to WR"),
    ]
  }

  /// Column and activate spacing where the standard has no bank groups: every bank is in the one group.
  private static func withoutGroups(_ source: Sections) -> [TimingRule] {
    [
      TimingRule("tCCD_RD", .read, .read, .rank, .tCCD_L, "\(source.read): RD to RD"),
      TimingRule("tCCD_WR", .write, .write, .rank, .tCCD_L, "\(source.write): WR to WR"),
      TimingRule("tRRD", .activate, .activate, .rank, .tRRD_L, "\(source.activate): ACT to ACT, other bank"),
      TimingRule("tWTR", .write, .read, .rank, .CWL + .BLc + .tWTR_L, "\(source.write): end of write data to RD"),
    ]
  }

  /// Column and activate spacing with bank groups: _S across groups, _L within one.
  private static func withGroups(_ source: Sections) -> [TimingRule] {
    let source = source.bankGroups
    return [
      TimingRule("tCCD_S_RD", .read, .read, .rank, .tCCD_S, "\(source): RD to RD, other bank group"),
      TimingRule("tCCD_L_RD", .read, .read, .bankGroup, .tCCD_L, "\(source): RD to RD, same bank group"),
      TimingRule("tCCD_S_WR", .write, .write, .rank, .tCCD_S, "\(source): WR to WR, other bank group"),
      TimingRule("tCCD_L_WR", .write, .write, .bankGroup, .tCCD_L, "\(source): WR to WR, same bank group"),
      TimingRule("tRRD_S", .activate, .activate, .rank, .tRRD_S, "\(source): ACT to ACT, other bank group"),
      TimingRule("tRRD_L", .activate, .activate, .bankGroup, .tRRD_L, "\(source): ACT to ACT, same bank group"),
      TimingRule("tWTR_S", .write, .read, .rank, .CWL + .BLc + .tWTR_S, "\(source): write data to RD, other group"),
      TimingRule("tWTR_L", .write, .read, .bankGroup, .CWL + .BLc + .tWTR_L, "\(source): write data to RD, same group"),
    ]
  }

  /// Refresh of single banks; `others` is what another bank waits for its REFpb.
  private static func perBankRefresh(_ source: Sections, others: DRAMParameter) -> [TimingRule] {
    let source = source.refresh
    return [
      TimingRule("tRC_REFpb", .activate, .refreshBank, .bank, .tRC, "\(source): ACT to REFpb, same bank"),
      TimingRule("tRP_REFpb", .precharge, .refreshBank, .bank, .tRP, "\(source): REFpb of an idle bank"),
      TimingRule("tRPab_REFpb", .prechargeAll, .refreshBank, .rank, .tRPab, "\(source): REFpb of an idle bank"),
      TimingRule("tRFCpb", .refreshBank, .activate, .bank, .tRFCpb, "\(source): REFpb to ACT, same bank"),
      TimingRule("tRFCpb_PRE", .refreshBank, .precharge, .bank, .tRFCpb, "\(source): REFpb to PRE, same bank"),
      TimingRule("tRFCpb_PREA", .refreshBank, .prechargeAll, .rank, .tRFCpb, "\(source): REFpb to PREA"),
      TimingRule("REFpb_apart", .refreshBank, .refreshBank, .rank, others, "\(source): REFpb to REFpb, other bank"),
      TimingRule("tRREFD", .refreshBank, .activate, .rank, .tRREFD, "\(source): REFpb to ACT, other bank"),
      TimingRule("tRREFD_ACT", .activate, .refreshBank, .rank, .tRREFD, "\(source): ACT to REFpb, other bank"),
      TimingRule("tRFCpb_REF", .refreshBank, .refresh, .rank, .tRFCpb, "\(source): REFpb to REF"),
      TimingRule("tRFC_REFpb", .refresh, .refreshBank, .rank, .tRFC, "\(source): REF to REFpb"),
    ]
  }

  /// Any two of PRE and PREA: LPDDR4's command takes several clocks.
  private static func prechargesApart(_ source: Sections) -> [TimingRule] {
    let source = source.precharge
    return [
      TimingRule("tPPD", .precharge, .precharge, .rank, .tPPD, "\(source): PRE to PRE"),
      TimingRule("tPPD_PREA", .precharge, .prechargeAll, .rank, .tPPD, "\(source): PRE to PREA"),
      TimingRule("tPPD_all", .prechargeAll, .precharge, .rank, .tPPD, "\(source): PREA to PRE"),
      TimingRule("tPPD_all_PREA", .prechargeAll, .prechargeAll, .rank, .tPPD, "\(source): PREA to PREA"),
    ]
  }

  /// DDR3 SDRAM, JESD79-3F.
  public static let ddr3 = DRAMStandard(
    name: "DDR3", rules: common(.ddr3) + columnDelay(.ddr3) + withoutGroups(.ddr3) + sharedBusRules,
    postponableRefreshes: 8)

  /// DDR4 SDRAM, JESD79-4B.
  public static let ddr4 = DRAMStandard(
    name: "DDR4", rules: common(.ddr4) + columnDelay(.ddr4) + withGroups(.ddr4) + sharedBusRules,
    postponableRefreshes: 8)

  /// LPDDR4, JESD209-4B.
  public static let lpddr4 = DRAMStandard(
    name: "LPDDR4",
    rules: common(.lpddr4) + columnDelay(.lpddr4) + withoutGroups(.lpddr4)
      + perBankRefresh(.lpddr4, others: .tRFCpb) + prechargesApart(.lpddr4) + sharedBusRules,
    postponableRefreshes: 8)

  /// HBM2, JESD235D. Pseudo-channels are ranks with a data bus of their own.
  public static let hbm2 = DRAMStandard(
    name: "HBM2",
    rules: common(.hbm2) + withGroups(.hbm2) + perBankRefresh(.hbm2, others: .tRREFD) + [
      TimingRule(
        "tRFCpb_same", .refreshBank, .refreshBank, .bank, .tRFCpb,
        "JESD235D, timing parameters: REFSB to REFSB, same bank"),
      TimingRule("tRCDRD", .activate, .read, .bank, .tRCD, "JESD235D, timing parameters: ACT to RD"),
      TimingRule("tRCDWR", .activate, .write, .bank, .tRCDWR, "JESD235D, timing parameters: ACT to WR"),
    ] + sharedBusRules,
    postponableRefreshes: 8)
}
