public import Accelerators
internal import Compute
internal import Mappings
internal import Memory
internal import Signals
public import Simulation
public import WaveFormats

/// What reports and traces say of a machine that runs networks.
public struct NetworkMachineFacts: Sendable {
  /// The word for what stays in its PEs: `ws`, `rs`.
  public let dataflow: String
  /// PE rows and columns.
  public let rows, columns: Int
  /// The clock whose cycles are counted.
  public let clock: ClockDomain
  /// Counters, as `scope.name`, that sum to the bytes a layer loads, and to those that it stores.
  public let loaded, stored: [String]
  /// What reports call its memory.
  public let memory: String
  /// The most bytes a second over the chip's port, and over the memory's bus.
  public let portBandwidth, busBandwidth: Double
  /// What of it a network's trace shows unless the user says otherwise.
  public let traceScopes: [String]

  /// What reports call it: `ws 16x16`.
  public var name: String { "\(dataflow) \(rows)x\(columns)" }
  /// PEs of the array.
  public var peCount: Int { rows * columns }

  /// The sum of some counters of a layer.
  func sum(_ names: [String], of layer: NetworkResult.Layer) -> Int {
    layer.counters.reduce(0) { $0 + (names.contains("\($1.scope).\($1.name)") ? $1.value : 0) }
  }
}

/// A machine for networks that a command can run: with a name, and a view for waveforms.
public protocol RunnableSpec: NetworkSpec {
  /// What reports and traces say of it.
  var facts: NetworkMachineFacts { get }
  /// What a viewer shows of it at first.
  static func view(of machine: borrowing Model) -> WaveView?
}

extension SystolicSpec: RunnableSpec {
  /// What reports and traces say of it.
  public var facts: NetworkMachineFacts {
    NetworkMachineFacts(
      dataflow: dataflow.rawValue, rows: rows, columns: columns, clock: clock,
      loaded: ["transfer_engine.loaded_bytes"], stored: ["transfer_engine.stored_bytes"], memory: memory.name,
      portBandwidth: Double(memory.portBytes) * clock.period.hertz, busBandwidth: memory.bytesPerSecond(on: clock),
      traceScopes: [
        "control", "prefetcher", "transfer_engine", "memory_port", "accumulator.completed_tiles", "vector*",
      ] + memory.traceScopes)
  }

  /// The data path from top to bottom.
  public static func view(of machine: borrowing SystolicMachine) -> WaveView? { SystolicView(machine).view }
}

extension RowStationarySpec: RunnableSpec {
  /// What reports and traces say of it.
  public var facts: NetworkMachineFacts {
    NetworkMachineFacts(
      dataflow: MachineKind.rowStationary.rawValue, rows: array.rows, columns: array.columns, clock: coreClock,
      loaded: ["ifmap_bytes", "filter_bytes", "bias_bytes", "operand_bytes"].map { "link.\($0)" },
      stored: ["link.ofmap_bytes", "link.result_bytes"], memory: memory.name,
      portBandwidth: 8 * linkHertz, busBandwidth: memory.bytesPerSecond(on: linkClock),
      traceScopes: [
        "control", "link", "memory_port", "glb.busy_banks", "array.macs", "array.commonest_label", "transfer_engine",
        "vector*",
      ] + memory.traceScopes)
  }

  /// The data path from the link to the coder and the vector unit.
  public static func view(of machine: borrowing RowStationaryMachine) -> WaveView? { RowStationaryView(machine).view }
}

extension OffChipMemory.Spec {
  /// What a network's trace shows of the memory itself: a DRAM's commands, banks and data.
  fileprivate var traceScopes: [String] { ideal == nil ? ["memory"] : [] }
}
