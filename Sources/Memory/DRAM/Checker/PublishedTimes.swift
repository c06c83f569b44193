/// What the standards' tables say of the devices that come with the model, in nanoseconds and clocks.
///
/// Typed from the tables without a look at the presets, so that a slip in either shows (a test compares the two): cycles are
/// worked out here by the tables' own rule, the larger of a time rounded up to clocks and a number of clocks.
struct PublishedTimes {
  /// Cycles by parameter.
  private(set) var cycles: [DRAMParameter: Int] = [:]
  /// Clock period, in the standard's exact terms.
  private let clock: Double

  /// What is published of a preset, nil for a device of the user's.
  static func of(_ device: String) -> PublishedTimes? {
    switch device {
    case "ddr3-1600-x8": .ddr3(rowToRow: 6, fourActivates: 30)
    case "ddr3-1600-x16": .ddr3(rowToRow: 7.5, fourActivates: 40)
    case "ddr4-2400-x8": .ddr4
    case "lpddr4-3200-x16": .lpddr4
    case "hbm2", "hbm2-2000": .hbm2
    default: nil
    }
  }

  private init(clock: Double) { self.clock = clock }

  /// Enters a least time; clocks shorter of it by rounding errors of this arithmetic count as whole.
  private mutating func least(_ parameters: DRAMParameter..., ns: Double = 0, clocks: Int = 0) {
    let whole = (ns / clock - 1e-6).rounded(.up)
    for parameter in parameters { cycles[parameter] = max(clocks, Int(whole)) }
  }

  /// Enters a longest time.
  private mutating func most(_ parameter: DRAMParameter, ns: Double) {
    cycles[parameter] = Int((ns / clock + 1e-6).rounded(.down))
  }

  /// DDR3-1600K, 4 Gb. JESD79-3F: speed bins in Tables 62 to 67 (12.3), refresh in Table 61 (12.2), the rest in Table 68 (13.1).
  /// The page is 1 KB for x8 and 2 KB for x16 devices, which tRRD and tFAW depend on. RD to WR: RL + tCCD + 2 tCK - WL (4.13).
  private static func ddr3(rowToRow: Double, fourActivates: Double) -> PublishedTimes {
    var times = PublishedTimes(clock: 1.25)
    times.least(.CL, clocks: 11)
    times.least(.CWL, clocks: 8)
    times.least(.BLc, clocks: 8 / 2)
    times.least(.tRCD, .tRP, ns: 13.75)
    times.least(.tRAS, ns: 35)
    times.least(.tRC, ns: 48.75)
    times.least(.tCCD_S, .tCCD_L, clocks: 4)
    times.least(.tRRD_S, .tRRD_L, ns: rowToRow, clocks: 4)
    times.least(.tFAW, ns: fourActivates)
    times.least(.tWTR_S, .tWTR_L, .tRTP, ns: 7.5, clocks: 4)
    times.least(.tWR, ns: 15)
    times.least(.tRTW, clocks: 11 + 4 + 2 - 8)
    times.least(.tRFC, ns: 260)
    times.most(.tREFI, ns: 7800)
    return times
  }

  /// DDR4-2400T (17-17-17), x8, 8 Gb, 1 KB page; the clock is 1.2 GHz exactly. JESD79-4B: speed bins and the table of timing
  /// parameters by speed grade; the spacings are drawn in Figures 60 to 65. RD to WR: RL + BL/2 + 2 tCK - WL.
  private static var ddr4: PublishedTimes {
    var times = PublishedTimes(clock: 1 / 1.2)
    times.least(.CL, clocks: 17)
    times.least(.CWL, clocks: 12)
    times.least(.BLc, clocks: 8 / 2)
    times.least(.tRCD, .tRP, ns: 14.16)
    times.least(.tRAS, ns: 32)
    times.least(.tRC, ns: 46.16)
    times.least(.tCCD_S, clocks: 4)
    times.least(.tCCD_L, ns: 5, clocks: 5)
    times.least(.tRRD_S, ns: 3.3, clocks: 4)
    times.least(.tRRD_L, ns: 4.9, clocks: 4)
    times.least(.tFAW, ns: 21, clocks: 20)
    times.least(.tWTR_S, ns: 2.5, clocks: 2)
    times.least(.tWTR_L, .tRTP, ns: 7.5, clocks: 4)
    times.least(.tWR, ns: 15)
    times.least(.tRTW, clocks: 17 + 4 + 2 - 12)
    times.least(.tRFC, ns: 350)
    times.most(.tREFI, ns: 7800)
    return times
  }

  /// LPDDR4-3200, 8 Gb a channel. JESD209-4B: core timing and refresh parameters; RL and WL set A. RD to WR is listed by the
  /// reference sets: RL + BL/2 + tWPRE, tDQSCK and the post-amble between them.
  private static var lpddr4: PublishedTimes {
    var times = PublishedTimes(clock: 0.625)
    times.least(.CL, clocks: 28)
    times.least(.CWL, clocks: 14)
    times.least(.BLc, clocks: 16 / 2)
    times.least(.tRCD, .tRP, ns: 18, clocks: 4)
    times.least(.tRPab, ns: 21, clocks: 4)
    times.least(.tRAS, ns: 42, clocks: 3)
    times.cycles[.tRC] = times.cycles[.tRAS].map { $0 + (times.cycles[.tRP] ?? 0) }
    times.least(.tCCD_S, .tCCD_L, clocks: 8)
    times.least(.tRRD_S, .tRRD_L, .tRREFD, ns: 10, clocks: 4)
    times.least(.tFAW, ns: 40)
    times.least(.tWTR_S, .tWTR_L, ns: 10, clocks: 8)
    times.least(.tWR, ns: 18, clocks: 6)
    times.least(.tRTP, ns: 7.5, clocks: 8)
    times.least(.tRTW, clocks: 30)
    times.least(.tPPD, clocks: 4)
    times.least(.tRFC, ns: 280)
    times.least(.tRFCpb, ns: 140)
    times.most(.tREFI, ns: 3904)
    return times
  }

  /// HBM2 at 2 Gb/s a pin, 8 Gb a channel. JESD235D gives tRRDS, tRRDL, tRFC, tRFCSB, tRREFD and tREFI; the rest is the vendor's
  /// and taken from the 2000 Mb/s bin of Ramulator 2.1's HBM2 device, in nanoseconds. tRC and RD to WR follow from the others.
  private static var hbm2: PublishedTimes {
    var times = PublishedTimes(clock: 1)
    let (latency, writeLatency, burst) = (14, 5, 4 / 2)
    times.least(.CL, clocks: latency)
    times.least(.CWL, clocks: writeLatency)
    times.least(.BLc, clocks: burst)
    times.least(.tRCD, .tRP, ns: 14)
    times.least(.tRCDWR, ns: 12)
    times.least(.tRAS, ns: 34)
    times.least(.tRC, ns: 34 + 14)
    times.least(.tCCD_S, clocks: burst)
    times.least(.tCCD_L, clocks: 4)
    times.least(.tRRD_S, .tRRD_L, ns: 4, clocks: 4)
    times.least(.tFAW, ns: 15, clocks: 8)
    times.least(.tWTR_S, ns: 6)
    times.least(.tWTR_L, ns: 8)
    times.least(.tWR, ns: 16)
    times.least(.tRTP, ns: 5)
    times.least(.tRTW, clocks: latency + burst + 2 - writeLatency)
    times.least(.tRFC, ns: 350)
    times.least(.tRFCpb, ns: 160)
    times.least(.tRREFD, ns: 8, clocks: 4)
    times.most(.tREFI, ns: 3900)
    return times
  }
}
