/// A timing parameter of the standards, counted in DRAM clock cycles.
public enum DRAMParameter: String, CaseIterable, Sendable, Codable {
  /// Read latency: RD to first data.
  case CL
  /// Write latency: WR to first data.
  case CWL
  /// Data bus cycles of a burst.
  case BLc
  /// ACT to RD (and to WR where `tRCDWR` is not given).
  case tRCD
  /// ACT to WR.
  case tRCDWR
  /// PRE to ACT.
  case tRP
  /// PREA to ACT; tRP where it is not given.
  case tRPab
  /// ACT to PRE.
  case tRAS
  /// ACT to ACT of one bank.
  case tRC
  /// RD to RD and WR to WR, other bank group.
  case tCCD_S
  /// RD to RD and WR to WR, same bank group.
  case tCCD_L
  /// ACT to ACT, other bank group.
  case tRRD_S
  /// ACT to ACT, same bank group.
  case tRRD_L
  /// End of write data to RD, other bank group.
  case tWTR_S
  /// End of write data to RD, same bank group.
  case tWTR_L
  /// Window that holds at most four ACTs.
  case tFAW
  /// End of write data to PRE.
  case tWR
  /// RD to PRE.
  case tRTP
  /// REF to the next command of the rank.
  case tRFC
  /// REFpb to the next command of the bank.
  case tRFCpb
  /// REFpb to ACT or REFpb of another bank.
  case tRREFD
  /// Mean interval of refreshes.
  case tREFI
  /// PRE to PRE.
  case tPPD
  /// RD to WR.
  case tRTW
  /// Data bus turnaround between ranks.
  case tRTRS

  /// The key without `t`, as timing files write it: `RCD`.
  package var shortName: String { rawValue.hasPrefix("t") ? String(rawValue.dropFirst()) : rawValue }

  /// The parameter that a timing file's key names, with or without `t`.
  package init?(key: String) {
    guard let parameter = Self.allCases.first(where: { $0.rawValue == key || $0.shortName == key }) else { return nil }
    self = parameter
  }
}

/// The timing parameters of a device, in DRAM clock cycles, and the length of such a cycle.
public struct DRAMTiming: Hashable, Sendable, Codable {
  /// Clock period in nanoseconds.
  public var tCK: Double
  private var cycles: [Int?]

  /// Parameters by name; those not listed are absent.
  public init(tCK: Double, _ values: [DRAMParameter: Int]) {
    self.tCK = tCK
    cycles = DRAMParameter.allCases.map { values[$0] }
  }

  /// A parameter's cycles, or nil where the device has none.
  public subscript(parameter: DRAMParameter) -> Int? {
    get { cycles[DRAMTiming.position[parameter.rawValue] ?? 0] }
    set { cycles[DRAMTiming.position[parameter.rawValue] ?? 0] = newValue }
  }

  private static let position = Dictionary(
    uniqueKeysWithValues: DRAMParameter.allCases.enumerated().map { ($1.rawValue, $0) })

  /// A parameter that `filled(for:)` has made sure of; 0 where it is absent.
  func count(_ parameter: DRAMParameter) -> Int { self[parameter] ?? 0 }

  /// Cycles from RD to the end of its data.
  public var readLatency: Int { count(.CL) + count(.BLc) }
  /// Cycles from WR to the end of its data.
  public var writeLatency: Int { count(.CWL) + count(.BLc) }

  /// The same timing with what a standard derives from other parameters filled in.
  ///
  /// tRTW = CL + BLc + 2 - CWL (JESD79-3F, JESD79-4: read to write turnaround), tRPab = tRP, tRCDWR = tRCD,
  /// tRTRS = 2, tRREFD = tRRD_S.
  func filled() -> DRAMTiming {
    var timing = self
    if timing[.tRTW] == nil { timing[.tRTW] = max(1, count(.CL) + count(.BLc) + 2 - count(.CWL)) }
    if timing[.tRPab] == nil { timing[.tRPab] = count(.tRP) }
    if timing[.tRCDWR] == nil { timing[.tRCDWR] = count(.tRCD) }
    if timing[.tRTRS] == nil { timing[.tRTRS] = 2 }
    if timing[.tRFCpb] != nil, timing[.tRREFD] == nil { timing[.tRREFD] = count(.tRRD_S) }
    return timing
  }
}
