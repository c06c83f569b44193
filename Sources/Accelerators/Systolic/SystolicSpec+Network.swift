import Compute
import Mappings
public import Memory
public import Simulation
import Tensors
public import Workloads

/// A network on a systolic machine.
public typealias SystolicNetworkRun = NetworkRun<SystolicSpec>

extension SystolicSpec: NetworkSpec {
  /// A machine at rest.
  public func makeMachine() -> SystolicMachine { SystolicMachine(self) }

  /// An array for bfloat16 has no place for integers.
  public func reasonAgainst(_ operation: QuantisedConvolution) -> String? {
    arithmetic == .int8 ? nil : "the array computes in \(arithmetic.rawValue)"
  }

  /// The layer's folds with its tensors' places. Throws `ScheduleError` where it does not fit.
  public func arrayLayer(
    _ convolution: PlacedConvolution, constants: inout ConstantPlaces
  ) throws -> SystolicMachine.ArrayLayer {
    let operation = convolution.operation
    let schedule = try SystolicSchedule(convolution.layer, dataflow: dataflow, resources: resources)
    let bias = AnyTensor.int32(Tensor([operation.bias.count], operation.bias))
    let placed = PlacedLayer(
      schedule, on: self, ifmapAddress: convolution.ifmapAddress,
      filterAddress: constants.place(operation.filter.littleEndianBytes),
      biasAddress: constants.place(bias.littleEndianBytes), ofmapAddress: convolution.ofmapAddress,
      requantisation: PlacedRequantisation(convolution, constants: &constants))
    func reading(isSigned: Bool, zeroPoint: Int32) -> OperandReading {
      OperandReading(isSigned ? .int8 : .uint8, zeroPoint: Int16(truncatingIfNeeded: zeroPoint))
    }
    return SystolicMachine.ArrayLayer(
      placed: placed, ifmap: reading(isSigned: convolution.ifmapIsSigned, zeroPoint: operation.inputZeroPoint),
      filter: reading(isSigned: convolution.filterIsSigned, zeroPoint: convolution.filterZeroPoint))
  }
}

extension SystolicMachine: NetworkMachine {
  /// A convolution of a network: its folds and places, and how its operands are read.
  public struct ArrayLayer: Sendable {
    /// Folds and places.
    public let placed: PlacedLayer
    /// How ifmap bytes become operands.
    public let ifmap: OperandReading
    /// How filter bytes become operands.
    public let filter: OperandReading
  }

  /// The bytes of its memory.
  public var memoryContents: PagedMemory {
    get { memory.contents }
    _modify { yield &memory.contents }
  }

  /// Hands the machine a convolution of a network. It must be quiescent.
  public mutating func begin(_ layer: ArrayLayer) { begin(layer.placed, ifmap: layer.ifmap, filter: layer.filter) }

  /// Runs the machine.
  public static func advance(_ simulator: inout Simulator<SystolicMachine>, cycleLimit: Int) -> RunEnd {
    simulator.run(cycleLimit: cycleLimit)
  }

  /// Runs the machine with an observer.
  public static func advance(
    _ simulator: inout Simulator<SystolicMachine>, cycleLimit: Int, observing observer: inout some CycleObserver
  ) throws -> RunEnd {
    try simulator.run(cycleLimit: cycleLimit, observing: &observer)
  }
}
