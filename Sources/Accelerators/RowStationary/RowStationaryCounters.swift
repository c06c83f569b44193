public import Signals

/// What control and buffers of the row-stationary machine count; PEs, networks, banks and link count for themselves.
public struct RowStationaryCounters: Sendable, Codable, Equatable, CounterSet {
  /// Core cycles, in all states of the control.
  public var cycles = 0
  /// Core cycles by state.
  public var configureCycles = 0
  /// Core cycles in which an ifmap tile is loaded.
  public var loadCycles = 0
  /// Core cycles of passes.
  public var processCycles = 0
  /// Core cycles in which an ofmap tile leaves.
  public var dumpCycles = 0
  /// Core cycles in which the vector unit works alone.
  public var vectorCycles = 0
  /// Passes that were processed.
  public var passes = 0
  /// PE-cycles labelled `wait`, by root cause.
  public var stalls = StallCounts()

  /// What each counter counts.
  public static let definitions: [CounterDefinition<RowStationaryCounters>] =
    [
      .init("cycles", unit: "cycles", "Core cycles from the first to the last: the total latency.") { $0.cycles },
      .init("configure_cycles", unit: "cycles", "Core cycles of configuration: scan chain, biases, factors.") {
        $0.configureCycles
      },
      .init("load_cycles", unit: "cycles", "Core cycles in which the chip stands still while an ifmap tile is loaded.")
      {
        $0.loadCycles
      },
      .init("process_cycles", unit: "cycles", "Core cycles of passes: the processing latency.") { $0.processCycles },
      .init("dump_cycles", unit: "cycles", "Core cycles in which the chip stands still while an ofmap tile leaves.") {
        $0.dumpCycles
      },
      .init("vector_cycles", unit: "cycles", "Core cycles of layers that the vector unit executes alone.") {
        $0.vectorCycles
      },
      .init("passes", unit: "operations", "Passes: groups x blocks of images x strips x channel steps x filter passes.")
      {
        $0.passes
      },
    ] + StallCounts.definitions(\.stalls)

  /// All zero.
  public init() {}
}
