/// The checker's own view of a device's times, in clock cycles.
///
/// For the devices that come with the model they are worked out here from the standards' nanoseconds, independently of the
/// presets (a test compares the two); for a user's device they are the user's numbers.
struct CheckerTimes {
  var readToData = 0
  var writeToData = 0
  var burst = 0
  var activateToRead = 0
  var activateToWrite = 0
  var precharge = 0
  var prechargeAll = 0
  var rowActive = 0
  var rowCycle = 0
  var columnSameGroup = 0
  var columnOtherGroup = 0
  var activateSameGroup = 0
  var activateOtherGroup = 0
  var fourActivates = 0
  var writeToReadSameGroup = 0
  var writeToReadOtherGroup = 0
  var writeRecovery = 0
  var readToPrecharge = 0
  var readToWrite = 0
  var refresh = 0
  var refreshOneBank = 0
  var refreshOtherBank = 0
  var refreshBanksApart = 0
  var refreshInterval = 0
  var prechargesApart = 1
  var ranksApart = 0

  init(_ device: DRAMSpecification) {
    self.init(userNumbers: device.timing, isHBM: device.standard.name == "HBM2")
    if let preset = DRAMSpecification.presets.first(where: { $0.name == device.name }), preset.timing == device.timing {
      switch device.name {
      case "ddr3-1600-x8": useDDR3(pageKilobytes: 1)
      case "ddr3-1600-x16": useDDR3(pageKilobytes: 2)
      case "ddr4-2400-x8": useDDR4()
      case "lpddr4-3200-x16": useLPDDR4()
      default: useHBM2()
      }
    }
  }

  private init(userNumbers timing: DRAMTiming, isHBM: Bool) {
    readToData = timing[.CL] ?? 0
    writeToData = timing[.CWL] ?? 0
    burst = timing[.BLc] ?? 0
    activateToRead = timing[.tRCD] ?? 0
    activateToWrite = isHBM ? timing[.tRCDWR] ?? activateToRead : activateToRead
    precharge = timing[.tRP] ?? 0
    prechargeAll = timing[.tRPab] ?? precharge
    rowActive = timing[.tRAS] ?? 0
    rowCycle = timing[.tRC] ?? 0
    columnSameGroup = timing[.tCCD_L] ?? 0
    columnOtherGroup = timing[.tCCD_S] ?? 0
    activateSameGroup = timing[.tRRD_L] ?? 0
    activateOtherGroup = timing[.tRRD_S] ?? 0
    fourActivates = timing[.tFAW] ?? 0
    writeToReadSameGroup = timing[.tWTR_L] ?? 0
    writeToReadOtherGroup = timing[.tWTR_S] ?? 0
    writeRecovery = timing[.tWR] ?? 0
    readToPrecharge = timing[.tRTP] ?? 0
    readToWrite = timing[.tRTW] ?? 0
    refresh = timing[.tRFC] ?? 0
    refreshOneBank = timing[.tRFCpb] ?? 0
    refreshOtherBank = timing[.tRREFD] ?? 0
    refreshBanksApart = isHBM ? refreshOtherBank : refreshOneBank
    refreshInterval = timing[.tREFI] ?? 0
    prechargesApart = timing[.tPPD] ?? 1
    ranksApart = timing[.tRTRS] ?? 0
  }

  private static func cycles(_ nanoseconds: Double, _ clock: Double, atLeast clocks: Int = 0) -> Int {
    let whole = Int(nanoseconds / clock)
    return max(clocks, Double(whole) * clock >= nanoseconds - 1e-6 * clock ? whole : whole + 1)
  }

  /// DDR3-1600K, 4 Gb: JESD79-3F, timing parameters by speed bin.
  private mutating func useDDR3(pageKilobytes: Int) {
    let ns = { (time: Double, clocks: Int) in Self.cycles(time, 1.25, atLeast: clocks) }
    (readToData, writeToData, burst) = (11, 8, 4)
    (activateToRead, activateToWrite) = (ns(13.75, 0), ns(13.75, 0))
    (precharge, prechargeAll, rowActive, rowCycle) = (ns(13.75, 0), ns(13.75, 0), ns(35, 0), ns(48.75, 0))
    (columnSameGroup, columnOtherGroup) = (4, 4)
    activateSameGroup = ns(pageKilobytes == 1 ? 6 : 7.5, 4)
    activateOtherGroup = activateSameGroup
    fourActivates = ns(pageKilobytes == 1 ? 30 : 40, 0)
    (writeToReadSameGroup, writeToReadOtherGroup) = (ns(7.5, 4), ns(7.5, 4))
    (writeRecovery, readToPrecharge) = (ns(15, 0), ns(7.5, 4))
    readToWrite = readToData + burst + 2 - writeToData
    (refresh, refreshInterval) = (ns(260, 0), Int(7800 / 1.25))
  }

  /// DDR4-2400R, x8, 8 Gb, 1 KB page: JESD79-4B, timing parameters by speed bin; the clock is 1.2 GHz exactly.
  private mutating func useDDR4() {
    let ns = { (time: Double, clocks: Int) in Self.cycles(time, 1 / 1.2, atLeast: clocks) }
    (readToData, writeToData, burst) = (17, 12, 4)
    (activateToRead, activateToWrite) = (ns(14.16, 0), ns(14.16, 0))
    (precharge, prechargeAll, rowActive, rowCycle) = (ns(14.16, 0), ns(14.16, 0), ns(32, 0), ns(46.16, 0))
    (columnSameGroup, columnOtherGroup) = (ns(5, 5), 4)
    (activateSameGroup, activateOtherGroup) = (ns(4.9, 4), ns(3.3, 4))
    fourActivates = ns(21, 20)
    (writeToReadSameGroup, writeToReadOtherGroup) = (ns(7.5, 4), ns(2.5, 2))
    (writeRecovery, readToPrecharge) = (ns(15, 0), ns(7.5, 4))
    readToWrite = readToData + burst + 2 - writeToData
    (refresh, refreshInterval) = (ns(350, 0), 9360)
  }

  /// LPDDR4-3200, 8 Gb a channel: JESD209-4B, core and AC timing; RD to WR as the reference sets list it.
  private mutating func useLPDDR4() {
    let ns = { (time: Double, clocks: Int) in Self.cycles(time, 0.625, atLeast: clocks) }
    (readToData, writeToData, burst) = (28, 14, 8)
    (activateToRead, activateToWrite) = (ns(18, 4), ns(18, 4))
    (precharge, prechargeAll, rowActive) = (ns(18, 4), ns(21, 4), ns(42, 3))
    rowCycle = rowActive + precharge
    (columnSameGroup, columnOtherGroup) = (8, 8)
    (activateSameGroup, activateOtherGroup, fourActivates) = (ns(10, 4), ns(10, 4), ns(40, 0))
    (writeToReadSameGroup, writeToReadOtherGroup) = (ns(10, 8), ns(10, 8))
    (writeRecovery, readToPrecharge, readToWrite) = (ns(18, 6), ns(7.5, 8), 30)
    (refresh, refreshOneBank, refreshBanksApart) = (ns(280, 0), ns(140, 0), ns(140, 0))
    (refreshOtherBank, refreshInterval, prechargesApart) = (ns(10, 4), Int(3904 / 0.625), 4)
  }

  /// HBM2 at 1 GHz: JESD235B leaves most times to the vendor; these are the reference sets' nanoseconds.
  private mutating func useHBM2() {
    (readToData, writeToData, burst) = (14, 5, 2)
    (activateToRead, activateToWrite, precharge, prechargeAll) = (14, 12, 14, 14)
    (rowActive, rowCycle) = (34, 48)
    (columnSameGroup, columnOtherGroup, activateSameGroup, activateOtherGroup) = (4, 2, 4, 4)
    (fourActivates, writeToReadSameGroup, writeToReadOtherGroup) = (15, 8, 6)
    (writeRecovery, readToPrecharge, readToWrite) = (16, 5, 13)
    (refresh, refreshOneBank, refreshOtherBank, refreshBanksApart) = (350, 200, 8, 8)
    refreshInterval = 3900
  }
}
