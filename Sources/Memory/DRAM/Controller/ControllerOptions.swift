/// What a controller's queues and policies are.
public struct ControllerOptions: Hashable, Sendable, Codable {
  /// Which waiting request gets the command bus.
  public var scheduling = SchedulingPolicy.frfcfs
  /// How long a row stays open.
  public var page = PagePolicy.open
  /// How refreshes are made.
  public var refresh = RefreshPolicy.allBank
  /// Refreshes that may be put off while there is work; the standards allow 8.
  public var postponedRefreshes = 0
  /// Whether a rank is closed for a refresh by one PREA or by a PRE for each open bank.
  public var refreshPrecharge = RefreshPrecharge.allAtOnce
  /// Read queue entries.
  public var readQueue = 32
  /// Write queue entries.
  public var writeQueue = 32
  /// Writes at which a drain begins though reads wait: a full queue, DRAMsim3's rule.
  public var writeHighWatermark = 32
  /// Writes at which a drain ends when reads wait: none, DRAMsim3's rule.
  public var writeLowWatermark = 0
  /// Cycles after which the oldest request goes before row hits and before the other queue.
  public var starvationLimit = 4000

  /// The default options.
  public init() {}

  /// Throws unless the options can be built for a device.
  public func validate(for device: DRAMSpecification) throws(DRAMError) {
    try check("read queue", readQueue, 1, 63, "--read-queue")
    try check("write queue", writeQueue, 1, 63, "--write-queue")
    try check("high watermark", writeHighWatermark, 1, writeQueue, "--write-high")
    try check("low watermark", writeLowWatermark, 0, writeHighWatermark - 1, "--write-low")
    try check("starvation limit", starvationLimit, 1, 1 << 30, "--starvation-limit")
    try check("postponed refreshes", postponedRefreshes, 0, device.standard.postponableRefreshes, "--postpone")
    if case .timeout(let cycles) = page { try check("page timeout", cycles, 1, 1 << 30, "--page") }
    if refresh == .perBank, !device.refreshesSingleBanks {
      throw DRAMError(
        "\(device.name) cannot refresh single banks: \(device.standard.name) has no such command or timing.RFCpb is missing",
        at: "--refresh")
    }
  }

  private func check(_ name: String, _ value: Int, _ low: Int, _ high: Int, _ option: String) throws(DRAMError) {
    guard value >= low, value <= high else {
      throw DRAMError(
        "\(name) \(value) is outside \(low) to \(high); nearest legal value \(value < low ? low : max(low, high))",
        at: option)
    }
  }
}

/// Which waiting request gets the command bus.
public enum SchedulingPolicy: String, CaseIterable, Sendable, Codable {
  /// First come, first served: only the oldest request of the active queue gets commands.
  case fcfs
  /// First ready, first come, first served: column commands to open rows before row commands, older before younger.
  case frfcfs
}

/// How long a row stays open.
public enum PagePolicy: Hashable, Sendable, Codable {
  /// Until another row of the bank, or a refresh, is wanted.
  case open
  /// Until no queued request wants it.
  case closed
  /// Until it has not been used for some cycles.
  case timeout(Int)
}

/// How refreshes are made.
public enum RefreshPolicy: String, CaseIterable, Sendable, Codable {
  /// None: for comparison with traces made without.
  case off
  /// REF to a whole rank every tREFI.
  case allBank
  /// REFpb to one bank after another, every tREFI / banks.
  case perBank
}

/// How a rank's rows are closed before REF.
public enum RefreshPrecharge: String, CaseIterable, Sendable, Codable {
  /// One PREA.
  case allAtOnce
  /// A PRE for each open bank.
  case bankByBank
}
