public import Accelerators
public import Compute
public import Mappings
internal import Memory
public import Signals
internal import Simulation
public import Tensors
public import Tracing
public import Workloads

/// What the run of a layer on a row-stationary machine has shown.
public struct RowStationaryResult: Sendable {
  /// The layer as it was mapped.
  public let mapping: RowStationaryMapping
  /// The machine.
  public let spec: RowStationarySpec
  /// Core cycles from the first to the last.
  public let totalCycles: Int
  /// Core cycles of passes alone.
  public let processingCycles: Int
  /// Every PE-cycle by its label.
  public let labels: PECycleCounts
  /// MACs, gated ones included.
  public let macs: Int
  /// Zeros of the ifmap, of all its elements without padding.
  public let ifmapZeroFraction: Double
  /// Zeros of the ofmap as stored.
  public let ofmapZeroFraction: Double
  /// Bytes between GLB and array, each multicast counted once.
  public let glbBytes: Int
  /// Bytes over the link, biases left out.
  public let linkBytes: Int
  /// Accesses of every level.
  public let accesses: AccessCounts
  /// Every counter of the machine, block by block.
  public let counters: [CounterValue]
  /// The ofmap [N, M, P, Q].
  public let ofmap: Tensor<Int32>
  /// Where ofmaps differ from the golden model, or from the user's; empty if every bit is right.
  public let differences: [PsumDifference]
  /// What its waveform holds, if one was recorded.
  public let trace: TraceSummary?
  /// What the layer cost the host: stated by the command, in no report.
  public let hostTime: HostTime

  init(
    _ run: RowStationaryLayerRun, ofmap: Tensor<Int32>, differences: [PsumDifference], trace: TraceSummary?,
    hostTime: HostTime
  ) {
    let machine = run.simulator.machine
    mapping = run.mapping
    spec = machine.spec
    totalCycles = run.totalCycles
    processingCycles = run.processingCycles
    labels = machine.array.counters.labels
    macs = machine.array.counters.macs
    ifmapZeroFraction = Double(run.operands.ifmapZeros) / Double(run.operands.ifmap.shape.count)
    ofmapZeroFraction =
      Double(ofmap.elements.reduce(0) { $0 + ($1 == 0 ? 1 : 0) }) / Double(max(1, ofmap.shape.count))
    glbBytes = run.glbBytes
    linkBytes = run.offChipBytes
    accesses = run.accessCounts
    counters = run.counters
    self.ofmap = ofmap
    self.differences = differences
    self.trace = trace
    self.hostTime = hostTime
  }

  /// The layer.
  public var layer: ConvolutionLayer { mapping.layer }
  /// Whether every element has the right bits.
  public var isRight: Bool { differences.isEmpty }
  /// Total latency at the core clock.
  public var totalMilliseconds: Double { 1000 * Double(totalCycles) / spec.coreHertz }
  /// Latency of the passes alone.
  public var processingMilliseconds: Double { 1000 * Double(processingCycles) / spec.coreHertz }
  /// MACs in a hundred PE-cycles, all cycles and all PEs included.
  public var utilisationPercent: Double { 100 * Double(macs) / (Double(totalCycles) * Double(spec.peCount)) }
}
