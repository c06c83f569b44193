public import Accelerators
internal import Mappings
internal import Memory
public import Signals
internal import Simulation
public import Tensors
public import Tracing
public import Workloads

/// What the run of a layer on a machine has shown.
public struct LayerResult: Sendable {
  /// The layer, as the user gave it.
  public let layer: ConvolutionLayer
  /// What its convolution became.
  public let lowering: ConvolutionLowering
  /// The machine.
  public let spec: SystolicSpec
  /// Array and control.
  public let array: SystolicCounters
  /// Where the operands of MACs came from.
  public let sources: OperandSources
  /// Bytes that loads brought and stores took away.
  public let loadedBytes: Int
  /// Bytes that stores took away.
  public let storedBytes: Int
  /// Every counter of the machine, block by block.
  public let counters: [CounterValue]
  /// The psums [N, M, P, Q] as bits.
  public let psums: Tensor<Int32>
  /// Where psums differ from the golden model, or from the user's; empty if every bit is right.
  public let differences: [PsumDifference]
  /// What its waveform holds, if one was recorded.
  public let trace: TraceSummary?

  /// What a finished run has counted.
  public init(
    _ run: SystolicLayerRun, of layer: ConvolutionLayer, lowering: ConvolutionLowering, differences: [PsumDifference],
    trace: TraceSummary? = nil
  ) {
    let machine = run.simulator.machine
    self.layer = layer
    self.lowering = lowering
    spec = machine.spec
    array = machine.counters
    loadedBytes = machine.transfers.counters.loadedBytes
    storedBytes = machine.transfers.counters.storedBytes
    sources = machine.operandSources
    counters =
      machine.allCounters + LayerReuse(layer).values(scope: "reuse")
      + ToeplitzCounters(layer, lowering, operandBytes: machine.spec.arithmetic.operandBytes).values(scope: "lowering")
    psums = run.psums
    self.differences = differences
    self.trace = trace
  }

  /// The psums as a tensor for a file: int32, or float32 beside bfloat16 operands.
  public var psumTensor: AnyTensor {
    switch spec.arithmetic {
    case .int8: .int32(psums)
    case .bfloat16: .float32(psums.map { Float(bitPattern: UInt32(bitPattern: $0)) })
    }
  }

  /// Whether every psum has the right bits.
  public var isRight: Bool { differences.isEmpty }

  /// MACs in a hundred PE-cycles, all cycles included.
  public var utilisationPercent: Double {
    100 * Double(array.macs) / (Double(array.cycles) * Double(spec.peCount))
  }

  /// From the first cycle to the last, at the machine's clock, in microseconds.
  public var latencyMicroseconds: Double {
    let period = spec.clock.period
    return Double(array.cycles) * Double(period.numerator) / Double(period.denominator) / 1e9
  }
}
