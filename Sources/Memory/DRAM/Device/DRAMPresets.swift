/// The devices that come with the model.
///
/// Cycles are the standards' nanoseconds divided by the clock period and rounded up; `CommandChecker` holds the nanoseconds.
extension DRAMSpecification {
  /// All presets, in the order in which they are listed to the user.
  public static let presets: [DRAMSpecification] = [ddr3x8, ddr3x16, ddr4, lpddr4, hbm2, hbm2Legacy]

  /// The preset of a name, or an error with the nearest one. Case, `_` and `-` do not matter; `ddr3-1600` is the x8 device.
  public static func named(_ name: String) throws(DRAMError) -> DRAMSpecification {
    let wanted = canonical(name)
    let aliases = ["ddr3-1600": "ddr3-1600-x8", "ddr4-2400": "ddr4-2400-x8", "lpddr4-3200": "lpddr4-3200-x16"]
    if let preset = presets.first(where: { $0.name == (aliases[wanted] ?? wanted) }) { return preset }
    let names = presets.map(\.name) + aliases.keys.sorted()
    let nearest = nearestName(to: wanted, among: names) ?? presets[0].name
    throw DRAMError(
      "unknown device \"\(name)\"; did you mean \(nearest)? Known: \(names.sorted().joined(separator: ", "))",
      at: "--device")
  }

  package static func canonical(_ name: String) -> String {
    String(name.lowercased().map { $0 == "_" ? "-" : $0 })
  }

  private static func preset(
    _ name: String, _ standard: DRAMStandard, tCK: Double, _ timing: [DRAMParameter: Int],
    mapping: String = "RoBaBgCo", mappings: [String: String] = ["A": "RoBaBgCo", "B": "RoCoBaBg"],
    _ organise: (inout DRAMOrganisation) -> Void
  ) -> DRAMSpecification {
    var organisation = DRAMOrganisation()
    organise(&organisation)
    do {
      return try DRAMSpecification(
        name: name, standard: standard, timing: DRAMTiming(tCK: tCK, timing), organisation: organisation,
        mappings: mappings, defaultMapping: mapping)
    } catch {
      preconditionFailure("a preset is consistent: \(error)")
    }
  }

  /// Eight x8 devices of 4 Gb, DDR3-1600K (11-11-11), JESD79-3F: 64-bit bus, 1 KB page a device.
  public static let ddr3x8 = preset(
    "ddr3-1600-x8", .ddr3, tCK: 1.25,
    [
      .CL: 11, .CWL: 8, .BLc: 4, .tRCD: 11, .tRP: 11, .tRAS: 28, .tRC: 39, .tCCD_S: 4, .tCCD_L: 4, .tRRD_S: 5,
      .tRRD_L: 5, .tWTR_S: 6, .tWTR_L: 6, .tFAW: 24, .tWR: 12, .tRTP: 6, .tRFC: 208, .tREFI: 6240, .tRTW: 9,
    ]
  ) { $0.rows = 65536 }

  /// Four x16 devices of 4 Gb, DDR3-1600K, JESD79-3F: 2 KB page a device, hence tRRD 7.5 ns and tFAW 40 ns.
  public static let ddr3x16 = preset(
    "ddr3-1600-x16", .ddr3, tCK: 1.25,
    [
      .CL: 11, .CWL: 8, .BLc: 4, .tRCD: 11, .tRP: 11, .tRAS: 28, .tRC: 39, .tCCD_S: 4, .tCCD_L: 4, .tRRD_S: 6,
      .tRRD_L: 6, .tWTR_S: 6, .tWTR_L: 6, .tFAW: 32, .tWR: 12, .tRTP: 6, .tRFC: 208, .tREFI: 6240, .tRTW: 9,
    ]
  ) { $0.rows = 32768 }

  /// Eight x8 devices of 8 Gb, DDR4-2400 (17-17-17), JESD79-4B: four bank groups.
  public static let ddr4 = preset(
    "ddr4-2400-x8", .ddr4, tCK: 2.5 / 3,
    [
      .CL: 17, .CWL: 12, .BLc: 4, .tRCD: 17, .tRP: 17, .tRAS: 39, .tRC: 56, .tCCD_S: 4, .tCCD_L: 6, .tRRD_S: 4,
      .tRRD_L: 6, .tWTR_S: 3, .tWTR_L: 9, .tFAW: 26, .tWR: 18, .tRTP: 9, .tRFC: 420, .tREFI: 9360, .tRTW: 11,
    ]
  ) {
    $0.bankGroups = 4
    $0.banksPerGroup = 4
  }

  /// LPDDR4-3200, JESD209-4B, x16 channels side by side on a 64-bit bus, burst of 16.
  public static let lpddr4 = preset(
    "lpddr4-3200-x16", .lpddr4, tCK: 0.625,
    [
      .CL: 28, .CWL: 14, .BLc: 8, .tRCD: 29, .tRP: 29, .tRAS: 68, .tRC: 97, .tCCD_S: 8, .tCCD_L: 8, .tRRD_S: 16,
      .tRRD_L: 16, .tWTR_S: 16, .tWTR_L: 16, .tFAW: 64, .tWR: 29, .tRTP: 12, .tRFC: 448, .tRFCpb: 224, .tREFI: 6246,
      .tPPD: 4, .tRTW: 30, .tRREFD: 16, .tRPab: 34,
    ]
  ) {
    $0.columns = 64
    $0.burstLength = 16
  }

  private static let hbm2Timing: [DRAMParameter: Int] = [
    .CL: 14, .CWL: 5, .BLc: 2, .tRCD: 14, .tRCDWR: 12, .tRP: 14, .tRAS: 34, .tRC: 48, .tCCD_S: 2, .tCCD_L: 4,
    .tRRD_S: 4, .tRRD_L: 4, .tWTR_S: 6, .tWTR_L: 8, .tFAW: 15, .tWR: 16, .tRTP: 5, .tRFC: 350, .tRFCpb: 160,
    .tRREFD: 8, .tREFI: 3900, .tRTW: 13,
  ]

  /// One HBM2 channel at 2 Gb/s a pin in pseudo-channel mode, JESD235D: two pseudo-channels of 64 bits, burst of 4.
  public static let hbm2 = preset(
    "hbm2", .hbm2, tCK: 1.0, hbm2Timing, mapping: "RoBaCoBgPc", mappings: ["A": "RoBaBgCoPc", "B": "RoCoBaBgPc"]
  ) {
    $0.ranks = 2
    $0.bankGroups = 4
    $0.banksPerGroup = 4
    $0.rows = 32768
    $0.columns = 32
    $0.busBits = 64
    $0.burstLength = 4
    $0.ranksOwnTheirBus = true
    $0.hasRowBus = true
  }

  /// One HBM2 channel in legacy mode, 128 bits wide.
  public static let hbm2Legacy = preset("hbm2-2000", .hbm2, tCK: 1.0, hbm2Timing) {
    $0.bankGroups = 4
    $0.banksPerGroup = 4
    $0.rows = 32768
    $0.columns = 32
    $0.busBits = 128
    $0.burstLength = 4
    $0.hasRowBus = true
  }
}
