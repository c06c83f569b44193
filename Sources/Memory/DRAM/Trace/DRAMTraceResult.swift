/// What a trace took: the statistics of one run, each defined.
///
/// A Codable value: its JSON keys are the property names.
public struct DRAMTraceResult: Codable, Hashable, Sendable {
  /// Device name.
  public var device = ""
  /// Address mapping.
  public var mapping = ""
  /// Requests of the trace.
  public var requests = 0
  /// Cycles from the first command to the end of the last data.
  public var span = 0
  /// Cycles from 0 to the end of the last data.
  public var drain = 0
  /// Mean cycles from a read's acceptance to the end of its data.
  public var readLatency = 0.0
  /// Mean cycles from the cycle that the trace gives a read to the end of its data.
  public var readLatencyFromArrival = 0.0
  /// Largest latency from acceptance.
  public var readLatencyMaximum = 0
  /// Bytes moved by RD and WR / span, in 10^9 bytes a second.
  public var bandwidthGBps = 0.0
  /// Device limit in 10^9 bytes a second: every data cycle used.
  public var peakGBps = 0.0
  /// Data cycles / (span x data buses).
  public var utilisation = 0.0
  /// Row hits, classified from the command stream.
  public var rowHits = 0
  /// Row misses (first access of a bank never opened, or refreshed since it was closed).
  public var rowMisses = 0
  /// Row conflicts (first access after another row was closed).
  public var rowConflicts = 0
  /// Reads answered from the write queue.
  public var forwardedReads = 0
  /// Commands by mnemonic.
  public var commands: [String: Int] = [:]
  /// Commands that break a rule, as the independent checker sees it; nil if it was not asked.
  public var violations: [String]?

  /// An empty result.
  public init() {}
}
