extension DRAMStandard {
  /// Rules that every standard shares; `standard` names the document in each line's source.
  private static func common(_ standard: String) -> [TimingRule] {
    [
      TimingRule("tRAS", .activate, .precharge, .bank, .tRAS, "\(standard): ACT to PRE"),
      TimingRule("tRAS_all", .activate, .prechargeAll, .rank, .tRAS, "\(standard): ACT to PRE, all banks"),
      TimingRule("tRC", .activate, .activate, .bank, .tRC, "\(standard): ACT to ACT, same bank"),
      TimingRule("tRP", .precharge, .activate, .bank, .tRP, "\(standard): PRE to ACT"),
      TimingRule("tRPab", .prechargeAll, .activate, .rank, .tRPab, "\(standard): PREA to ACT"),
      TimingRule("tRTP", .read, .precharge, .bank, .tRTP, "\(standard): RD to PRE"),
      TimingRule("tRTP_all", .read, .prechargeAll, .rank, .tRTP, "\(standard): RD to PRE, all banks"),
      TimingRule("tWR", .write, .precharge, .bank, .CWL + .BLc + .tWR, "\(standard): write recovery"),
      TimingRule("tWR_all", .write, .prechargeAll, .rank, .CWL + .BLc + .tWR, "\(standard): write recovery, all banks"),
      TimingRule("tFAW", .activate, .activate, .rank, .tFAW, occurrence: 4, "\(standard): four-activate window"),
      TimingRule("tRTW", .read, .write, .rank, .tRTW, "\(standard): read to write turnaround"),
      TimingRule("tRP_REF", .precharge, .refresh, .rank, .tRP, "\(standard): REF with all banks idle for tRP"),
      TimingRule("tRPab_REF", .prechargeAll, .refresh, .rank, .tRPab, "\(standard): REF with all banks idle for tRP"),
      TimingRule("tRFC", .refresh, .activate, .rank, .tRFC, "\(standard): REF to ACT"),
      TimingRule("tRFC_REF", .refresh, .refresh, .rank, .tRFC, "\(standard): REF to REF"),
    ]
  }

  /// One kind of ACT-to-column delay for reads and writes.
  private static func columnDelay(_ standard: String) -> [TimingRule] {
    [
      TimingRule("tRCD", .activate, .read, .bank, .tRCD, "\(standard): ACT to RD"),
      TimingRule("tRCD_WR", .activate, .write, .bank, .tRCD, "\(standard): ACT to WR"),
    ]
  }

  /// Column and activate spacing where the standard has no bank groups: every bank is in the one group.
  private static func withoutGroups(_ standard: String) -> [TimingRule] {
    [
      TimingRule("tCCD_RD", .read, .read, .rank, .tCCD_L, "\(standard): RD to RD"),
      TimingRule("tCCD_WR", .write, .write, .rank, .tCCD_L, "\(standard): WR to WR"),
      TimingRule("tRRD", .activate, .activate, .rank, .tRRD_L, "\(standard): ACT to ACT, other bank"),
      TimingRule("tWTR", .write, .read, .rank, .CWL + .BLc + .tWTR_L, "\(standard): end of write data to RD"),
    ]
  }

  /// Column and activate spacing with bank groups: _S across groups, _L within one.
  private static func withGroups(_ standard: String) -> [TimingRule] {
    [
      TimingRule("tCCD_S_RD", .read, .read, .rank, .tCCD_S, "\(standard): RD to RD, other bank group"),
      TimingRule("tCCD_L_RD", .read, .read, .bankGroup, .tCCD_L, "\(standard): RD to RD, same bank group"),
      TimingRule("tCCD_S_WR", .write, .write, .rank, .tCCD_S, "\(standard): WR to WR, other bank group"),
      TimingRule("tCCD_L_WR", .write, .write, .bankGroup, .tCCD_L, "\(standard): WR to WR, same bank group"),
      TimingRule("tRRD_S", .activate, .activate, .rank, .tRRD_S, "\(standard): ACT to ACT, other bank group"),
      TimingRule("tRRD_L", .activate, .activate, .bankGroup, .tRRD_L, "\(standard): ACT to ACT, same bank group"),
      TimingRule("tWTR_S", .write, .read, .rank, .CWL + .BLc + .tWTR_S, "\(standard): write data to RD, other group"),
      TimingRule(
        "tWTR_L", .write, .read, .bankGroup, .CWL + .BLc + .tWTR_L, "\(standard): write data to RD, same group"),
    ]
  }

  /// Refresh of single banks; `others` is what another bank waits for its REFpb.
  private static func perBankRefresh(_ standard: String, others: DRAMParameter) -> [TimingRule] {
    [
      TimingRule("tRP_REFpb", .precharge, .refreshBank, .bank, .tRP, "\(standard): per-bank refresh of an idle bank"),
      TimingRule(
        "tRPab_REFpb", .prechargeAll, .refreshBank, .rank, .tRPab, "\(standard): per-bank refresh of an idle bank"),
      TimingRule("tRFCpb", .refreshBank, .activate, .bank, .tRFCpb, "\(standard): REFpb to ACT, same bank"),
      TimingRule("tRFCpb_REFpb", .refreshBank, .refreshBank, .rank, others, "\(standard): REFpb to REFpb, other bank"),
      TimingRule("tRREFD", .refreshBank, .activate, .rank, .tRREFD, "\(standard): REFpb to ACT, other bank"),
      TimingRule("tRREFD_ACT", .activate, .refreshBank, .rank, .tRREFD, "\(standard): ACT to REFpb, other bank"),
      TimingRule("tRFCpb_REF", .refreshBank, .refresh, .rank, .tRFCpb, "\(standard): REFpb to REF"),
      TimingRule("tRFC_REFpb", .refresh, .refreshBank, .rank, .tRFC, "\(standard): REF to REFpb"),
    ]
  }

  /// DDR3 SDRAM, JESD79-3F.
  public static let ddr3 = DRAMStandard(
    name: "DDR3", rules: common("JESD79-3F") + columnDelay("JESD79-3F") + withoutGroups("JESD79-3F") + sharedBusRules,
    postponableRefreshes: 8)

  /// DDR4 SDRAM, JESD79-4B.
  public static let ddr4 = DRAMStandard(
    name: "DDR4", rules: common("JESD79-4B") + columnDelay("JESD79-4B") + withGroups("JESD79-4B") + sharedBusRules,
    postponableRefreshes: 8)

  /// LPDDR4, JESD209-4B.
  public static let lpddr4 = DRAMStandard(
    name: "LPDDR4",
    rules: common("JESD209-4B") + columnDelay("JESD209-4B") + withoutGroups("JESD209-4B")
      + perBankRefresh("JESD209-4B", others: .tRFCpb) + sharedBusRules + [
        TimingRule("tPPD", .precharge, .precharge, .rank, .tPPD, "JESD209-4B: PRE to PRE"),
        TimingRule("tPPD_all", .precharge, .prechargeAll, .rank, .tPPD, "JESD209-4B: PRE to PRE, all banks"),
      ],
    postponableRefreshes: 8)

  /// HBM2, JESD235B. Pseudo-channels are ranks with a data bus of their own.
  public static let hbm2 = DRAMStandard(
    name: "HBM2",
    rules: common("JESD235B") + withGroups("JESD235B") + perBankRefresh("JESD235B", others: .tRREFD) + [
      TimingRule("tRFCpb_same", .refreshBank, .refreshBank, .bank, .tRFCpb, "JESD235B: REFSB to REFSB, same bank"),
      TimingRule("tRCDRD", .activate, .read, .bank, .tRCD, "JESD235B: ACT to RD"),
      TimingRule("tRCDWR", .activate, .write, .bank, .tRCDWR, "JESD235B: ACT to WR"),
    ],
    postponableRefreshes: 8)
}
