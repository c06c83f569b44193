/// The checker's own view of a device's times, in clock cycles.
///
/// For the devices that come with the model they are `PublishedTimes`, not the presets' numbers; a parameter that the user has
/// changed, and every parameter of a user's device, is the user's. What a set leaves out is derived here from the standards once
/// more, not taken from the device.
struct CheckerTimes {
  let readToData: Int
  let writeToData: Int
  let burst: Int
  let activateToRead: Int
  let activateToWrite: Int
  let precharge: Int
  let prechargeAll: Int
  let rowActive: Int
  let rowCycle: Int
  let columnSameGroup: Int
  let columnOtherGroup: Int
  let activateSameGroup: Int
  let activateOtherGroup: Int
  let fourActivates: Int
  let writeToReadSameGroup: Int
  let writeToReadOtherGroup: Int
  let writeRecovery: Int
  let readToPrecharge: Int
  let readToWrite: Int
  let refresh: Int
  let refreshOneBank: Int
  let refreshOtherBank: Int
  let refreshBanksApart: Int
  let refreshInterval: Int
  let prechargesApart: Int
  let ranksApart: Int

  init(_ device: DRAMSpecification) {
    let published = PublishedTimes.of(device.name)
    let preset = DRAMSpecification.presets.first { $0.name == device.name }
    func cycles(_ parameter: DRAMParameter) -> Int? {
      let stated = device.stated[parameter]
      guard let published, stated == preset?.stated[parameter] else { return stated }
      return published.cycles[parameter]
    }
    func needed(_ parameter: DRAMParameter) -> Int { cycles(parameter) ?? 0 }
    let isHBM = device.standard.name == "HBM2"
    readToData = needed(.CL)
    writeToData = needed(.CWL)
    burst = needed(.BLc)
    activateToRead = needed(.tRCD)
    activateToWrite = isHBM ? cycles(.tRCDWR) ?? needed(.tRCD) : needed(.tRCD)
    precharge = needed(.tRP)
    prechargeAll = cycles(.tRPab) ?? needed(.tRP)
    rowActive = needed(.tRAS)
    rowCycle = needed(.tRC)
    columnSameGroup = needed(.tCCD_L)
    columnOtherGroup = needed(.tCCD_S)
    activateSameGroup = needed(.tRRD_L)
    activateOtherGroup = needed(.tRRD_S)
    fourActivates = needed(.tFAW)
    writeToReadSameGroup = needed(.tWTR_L)
    writeToReadOtherGroup = needed(.tWTR_S)
    writeRecovery = needed(.tWR)
    readToPrecharge = needed(.tRTP)
    // JESD79-3F 4.13: RL + tCCD + 2 tCK - WL, where the burst fills tCCD.
    readToWrite = cycles(.tRTW) ?? max(1, needed(.CL) + needed(.BLc) + 2 - needed(.CWL))
    refresh = needed(.tRFC)
    refreshOneBank = needed(.tRFCpb)
    refreshOtherBank = cycles(.tRREFD) ?? needed(.tRRD_S)
    refreshBanksApart = isHBM ? refreshOtherBank : refreshOneBank
    refreshInterval = needed(.tREFI)
    prechargesApart = cycles(.tPPD) ?? 1
    ranksApart = cycles(.tRTRS) ?? 2
  }
}
