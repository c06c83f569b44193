import Compute
import Interconnect
import Mappings
public import Memory
public import Signals
public import Simulation
import Tensors
public import Workloads

/// A network on a row-stationary machine.
public typealias RowStationaryNetworkRun = NetworkRun<RowStationarySpec>

extension RowStationarySpec: NetworkSpec {
  /// A machine at rest. Throws `RowStationarySpecError` where none can be built.
  public func makeMachine() throws -> RowStationaryMachine {
    try check()
    return RowStationaryMachine(self)
  }

  /// Its PEs take 8-bit operands with one zero point and 32-bit psums: every integer convolution of a network.
  public func reasonAgainst(_ operation: QuantisedConvolution) -> String? { nil }

  /// The layer under the mapping that the search finds, filters laid out as the chip takes them.
  ///
  /// Throws `RowStationaryMappingError` or `RowStationaryOperandError` where it does not fit.
  public func arrayLayer(
    _ convolution: PlacedConvolution, constants: inout ConstantPlaces
  ) throws -> RowStationaryProgram {
    let operation = convolution.operation
    try checkBiases(operation.bias.count, of: convolution.layer.name)
    let search = search(for: .integer8)
    let ifmapCode = OperandCode(
      bytes: 1, isSigned: convolution.ifmapIsSigned, zeroPoint: Int16(truncatingIfNeeded: operation.inputZeroPoint))
    return RowStationaryProgram(
      RowStationarySchedule(try search.mapping(of: convolution.layer)), .integer8, ifmapCode: ifmapCode,
      filter: operation.filterOperands,
      filterCode: OperandCode(
        bytes: 1, isSigned: convolution.filterIsSigned,
        zeroPoint: Int16(truncatingIfNeeded: convolution.filterZeroPoint)),
      bias: operation.bias, in: &constants
    ) { constants in
      .planes(
        FmapPlanes(
          ifmapAddress: convolution.ifmapAddress, ofmapAddress: convolution.ofmapAddress,
          padding: UInt8(truncatingIfNeeded: operation.inputZeroPoint),
          requantisation: PlacedRequantisation(convolution, constants: &constants)))
    }
  }
}

extension RowStationaryMachine: NetworkMachine {
  /// A mapped convolution of a network, its fmaps as planes.
  public typealias ArrayLayer = RowStationaryProgram

  /// The bytes of its memory.
  public var memoryContents: PagedMemory {
    get { memory.contents }
    _modify { yield &memory.contents }
  }

  /// Every counter of the machine, block by block.
  public var allCounters: [CounterValue] {
    counters.values(scope: "control") + array.counters.values(scope: "array")
      + filterNetwork.counters.values(scope: "gin_filter") + ifmapNetwork.counters.values(scope: "gin_ifmap")
      + psumNetwork.counters.values(scope: "gin_psum") + glb.counters.values(scope: "glb")
      + filterBuffer.counters.values(scope: "filter_buffer") + decoder.counters.values(scope: "decoder")
      + coder.counters.values(scope: "coder") + vectorSide.path.unit.counters.values(scope: "vector_unit")
      + vectorSide.path.buffer.counters.values(scope: "vector_buffer")
      + vectorSide.transfers.counters.values(scope: "transfer_engine") + port.counters.values(scope: "link")
      + memory.allCounters
  }

  /// Hands the machine a layer for the vector unit alone: the array stands still. It must be quiescent.
  public mutating func begin(_ layer: PlacedVectorLayer) {
    precondition(isQuiescent, "a machine runs one layer at a time")
    program = nil
    layersBegun += 1
    array.configure(array.shape, mapped: [], tops: [])
    vectorSide.begin(layer)
  }

  /// Runs the machine.
  public static func advance(_ simulator: inout Simulator<RowStationaryMachine>, cycleLimit: Int) -> RunEnd {
    simulator.run(cycleLimit: cycleLimit)
  }

  /// Runs the machine with an observer.
  public static func advance(
    _ simulator: inout Simulator<RowStationaryMachine>, cycleLimit: Int, observing observer: inout some CycleObserver
  ) throws -> RunEnd {
    try simulator.run(cycleLimit: cycleLimit, observing: &observer)
  }
}
