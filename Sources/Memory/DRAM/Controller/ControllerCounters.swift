public import Signals

/// What a channel's controller did, counted where it was decided.
public struct ControllerCounters: CounterSet, Hashable, Codable {
  /// Read requests accepted.
  public var reads = 0
  /// Write requests accepted.
  public var writes = 0
  /// Reads answered from the write queue.
  public var forwardedReads = 0
  /// Column commands that found their row open, after the first of its ACT.
  public var rowHits = 0
  /// First column commands after an ACT of a bank never opened or last closed for a refresh.
  public var rowMisses = 0
  /// First column commands after an ACT of a bank last closed by PRE with no refresh since.
  public var rowConflicts = 0
  /// Commands by kind, in the order of `DRAMCommandKind`.
  public var commands: [Int] = Array(repeating: 0, count: DRAMCommandKind.count)
  /// Cycles in which data is on the bus.
  public var dataCycles = 0
  /// Sum over reads of cycles from acceptance to the end of the data.
  public var readLatencySum = 0
  /// Largest such latency.
  public var readLatencyMaximum = 0
  /// Times the controller changed between reading and writing.
  public var turnarounds = 0

  /// All zero.
  public init() {}

  /// Commands of one kind.
  public subscript(kind: DRAMCommandKind) -> Int { commands[Int(kind.rawValue)] }

  /// Adds another channel's counts.
  mutating func add(_ other: ControllerCounters) {
    reads += other.reads
    writes += other.writes
    forwardedReads += other.forwardedReads
    rowHits += other.rowHits
    rowMisses += other.rowMisses
    rowConflicts += other.rowConflicts
    for index in commands.indices { commands[index] += other.commands[index] }
    dataCycles += other.dataCycles
    readLatencySum += other.readLatencySum
    readLatencyMaximum = max(readLatencyMaximum, other.readLatencyMaximum)
    turnarounds += other.turnarounds
  }

  /// What each of them counts.
  public static let definitions: [CounterDefinition<ControllerCounters>] = [
    CounterDefinition("dram_read_requests", unit: "requests", "Read requests accepted = RD + forwarded + queued.") {
      $0.reads
    },
    CounterDefinition("dram_write_requests", unit: "requests", "Write requests accepted = WR + queued.") { $0.writes },
    CounterDefinition("dram_forwarded_reads", unit: "requests", "Reads answered from the write queue, without a RD.") {
      $0.forwardedReads
    },
    CounterDefinition(
      "dram_row_hits", unit: "accesses", "RD and WR after the first of their ACT; hits + misses + conflicts = RD + WR."
    ) { $0.rowHits },
    CounterDefinition(
      "dram_row_misses", unit: "accesses",
      "First RD or WR after an ACT of a bank that was never opened or was refreshed since it was closed."
    ) { $0.rowMisses },
    CounterDefinition(
      "dram_row_conflicts", unit: "accesses",
      "First RD or WR after an ACT of a bank that was closed by a PRE with no refresh since."
    ) { $0.rowConflicts },
    command(.activate), command(.precharge), command(.prechargeAll), command(.read), command(.write),
    command(.refresh), command(.refreshBank),
    CounterDefinition("dram_data_cycles", unit: "cycles", "Cycles with data on the bus = (RD + WR) x BLc.") {
      $0.dataCycles
    },
    CounterDefinition(
      "dram_read_latency_sum_cycles", unit: "cycles", "Sum over reads of (end of data - acceptance); forwarded reads 1."
    ) { $0.readLatencySum },
    CounterDefinition("dram_read_latency_max_cycles", unit: "cycles", "Largest (end of data - acceptance) of a read.") {
      $0.readLatencyMaximum
    },
    CounterDefinition("dram_turnarounds", unit: "events", "RD followed by WR, or WR by RD, on the channel.") {
      $0.turnarounds
    },
  ]

  private static func command(_ kind: DRAMCommandKind) -> CounterDefinition<ControllerCounters> {
    let name = kind.mnemonic
    return CounterDefinition("dram_\(name.lowercased())_commands", unit: "commands", "\(name) commands issued.") {
      $0[kind]
    }
  }
}
