extension DRAMTiming {
  /// The largest number of cycles a parameter may have.
  static let longest = 1 << 24

  /// Throws if a parameter is missing, out of range, or contradicts another.
  func validate(for standard: DRAMStandard) throws(DRAMError) {
    guard tCK > 0.01, tCK < 1000 else {
      throw DRAMError("a clock period of \(tCK) ns is outside 0.01 to 1000 ns", at: "timing.tCK")
    }
    for parameter in standard.parameters where self[parameter] == nil {
      throw DRAMError(
        "missing; \(standard.name) needs \(standard.parameters.map(\.shortName).joined(separator: " "))",
        at: "timing.\(parameter.shortName)")
    }
    for parameter in DRAMParameter.allCases {
      guard let value = self[parameter] else { continue }
      guard value >= 1, value <= DRAMTiming.longest else {
        throw DRAMError(
          "\(value) cycles are outside 1 to \(DRAMTiming.longest); nearest legal value \(value < 1 ? 1 : DRAMTiming.longest)",
          at: "timing.\(parameter.shortName)")
      }
    }
    try validateSums()
  }

  private func validateSums() throws(DRAMError) {
    try require(.tRC, atLeast: [.tRAS, .tRP])
    try require(.tRAS, atLeast: [.tRCD])
    try require(.tRPab, atLeast: [.tRP])
    try require(.tCCD_S, atLeast: [.BLc])
    try require(.tCCD_L, atLeast: [.tCCD_S])
    try require(.tRRD_L, atLeast: [.tRRD_S])
    try require(.tWTR_L, atLeast: [.tWTR_S])
    try require(.tFAW, atLeast: [.tRRD_S])
    try require(.tREFI, atLeast: [.tRFC, .tRP, .tRC])
    try requireTurnaround()
  }

  /// Read data has left the bus before write data comes.
  private func requireTurnaround() throws(DRAMError) {
    guard let listed = self[.tRTW] else { return }
    let least = count(.CL) + count(.BLc) - count(.CWL)
    guard listed >= least else {
      throw DRAMError(
        "RTW = \(listed) < CL + BLc - CWL = \(least): write data would meet read data, \(least - listed) cycles short",
        at: "timing.RTW")
    }
  }

  private func require(_ parameter: DRAMParameter, atLeast terms: [DRAMParameter]) throws(DRAMError) {
    guard let value = self[parameter], terms.allSatisfy({ self[$0] != nil }) else { return }
    let least = terms.reduce(0) { $0 + count($1) }
    guard value >= least else {
      let sum = terms.map { "\($0.rawValue)" }.joined(separator: " + ")
      throw DRAMError(
        "\(parameter.rawValue) = \(value) < \(sum) = \(least): \(least - value) cycles short; nearest legal value \(least)",
        at: "timing.\(parameter.shortName)")
    }
  }
}
