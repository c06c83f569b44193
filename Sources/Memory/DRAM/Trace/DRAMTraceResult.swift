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

/// A number that a trace run reports, with unit and meaning.
public struct DRAMStatistic: Sendable {
  /// What it says.
  public enum Value: Sendable {
    case integer(Int)
    case number(Double)
  }

  /// Name with unit: `span_cycles`.
  public let name: String
  /// Unit.
  public let unit: String
  /// One sentence.
  public let meaning: String
  /// The number.
  public let value: Value
}

extension DRAMTraceResult {
  /// Every number of the run, in the order in which reports list them.
  public var statistics: [DRAMStatistic] {
    func count(_ name: String, _ unit: String, _ meaning: String, _ value: Int) -> DRAMStatistic {
      DRAMStatistic(name: name, unit: unit, meaning: meaning, value: .integer(value))
    }
    func real(_ name: String, _ unit: String, _ meaning: String, _ value: Double) -> DRAMStatistic {
      DRAMStatistic(name: name, unit: unit, meaning: meaning, value: .number(value))
    }
    return [
      count("requests", "requests", "Requests of the trace, one burst each.", requests),
      count("span_cycles", "cycles", "From the first command to the end of the last data.", span),
      count("drain_cycles", "cycles", "From cycle 0 to the end of the last data.", drain),
      real(
        "read_latency_cycles", "cycles", "Mean over reads from acceptance to the end of their data.", readLatency),
      real(
        "read_latency_from_arrival_cycles", "cycles",
        "Mean over reads from the cycle that the trace gives to the end of their data.", readLatencyFromArrival),
      count(
        "read_latency_max_cycles", "cycles", "Largest latency of a read from acceptance.", readLatencyMaximum),
      real("bandwidth_GBps", "GB/s", "Bytes moved by RD and WR / span; 1 GB is 10^9 bytes.", bandwidthGBps),
      real("peak_GBps", "GB/s", "Device limit: data in every cycle of every data bus.", peakGBps),
      real("utilisation", "", "Cycles with data / (span x data buses).", utilisation),
      count("row_hits", "accesses", "RD and WR after the first of their ACT.", rowHits),
      count(
        "row_misses", "accesses",
        "First RD or WR after an ACT of a bank never opened, or refreshed since it was closed.", rowMisses),
      count(
        "row_conflicts", "accesses", "First RD or WR after an ACT of a bank closed by a PRE, not refreshed since.",
        rowConflicts),
      count(
        "forwarded_reads", "requests",
        "Reads answered from the write queue; hits + misses + conflicts + forwarded = requests.", forwardedReads),
    ]
      + DRAMCommandKind.allCases.filter { $0 != .none }.map {
        count("\($0.mnemonic)_commands", "commands", "\($0.mnemonic) commands issued.", commands[$0.mnemonic] ?? 0)
      }
  }
}
