import Compute
public import Mappings
import Memory
public import Simulation
public import Tensors
public import Workloads

/// A layer on a systolic machine: tensors placed in its memory, the simulator ready to run, psums read back afterwards.
public struct SystolicLayerRun: Sendable {
  /// The layer and its tensors.
  public let operands: LayerOperands
  /// How the vector unit makes bytes of the psums; nil where psums are stored.
  public let requantisation: Requantisation?
  /// The folds.
  public let schedule: SystolicSchedule
  /// The machine in time.
  public var simulator: Simulator<SystolicMachine>

  /// Where its tensors lie.
  private let placed: PlacedLayer

  /// Plans the layer and places its tensors.
  ///
  /// With a requantisation the machine stores a byte a psum instead of the psums. Throws `ScheduleError` if a tile does not fit
  /// the machine, `PlacementError` if the tensors do not fit its memory, `PlacementConflict` if they cannot lie at `addresses`.
  public init(
    _ operands: LayerOperands, requantisation: Requantisation? = nil, layout: FmapLayout = .nchw,
    addresses: TensorAddresses = TensorAddresses(), on spec: SystolicSpec
  ) throws {
    precondition(operands.ifmap.arithmetic == spec.arithmetic, "the machine computes in the operands' contract")
    self.operands = operands
    self.requantisation = requantisation
    schedule = try SystolicSchedule(operands.layer, dataflow: spec.dataflow, resources: spec.resources)
    if requantisation != nil { try spec.vector.checkParameters(of: operands.layer) }
    let factors = requantisation.map { VectorParameters.bytes(of: $0, channels: operands.layer.filters) } ?? []
    let places = Self.placement(
      schedule, layout, operandBytes: spec.arithmetic.operandBytes, biasBytes: 4 * operands.bias.count,
      parameterBytes: factors.count, at: addresses)
    try places.check(layer: operands.layer.name, memory: spec.memory)
    placed = PlacedLayer(
      schedule, on: spec, ifmapAddress: places.ifmap, filterAddress: places.filter, biasAddress: places.bias,
      ofmapAddress: places.ofmap,
      requantisation: requantisation.map {
        PlacedRequantisation($0, filters: operands.layer.filters, parameterAddress: places.parameters)
      }, layout: layout)
    var machine = SystolicMachine(spec)
    machine.memory.contents.place(placed.laidOut(operands.ifmap.bytes), at: places.ifmap)
    machine.memory.contents.place(operands.filter.bytes, at: places.filter)
    if let bias = places.bias { machine.memory.contents.place(operands.bias.flatMap(littleEndianBytes), at: bias) }
    machine.memory.contents.place(factors, at: places.parameters)
    machine.begin(placed, operands)
    simulator = Simulator(machine)
  }

  private static func placement(
    _ schedule: SystolicSchedule, _ layout: FmapLayout, operandBytes: Int, biasBytes: Int, parameterBytes: Int,
    at addresses: TensorAddresses
  ) -> TensorPlacement {
    let layer = schedule.layer
    return TensorPlacement(
      ifmap: layout == .tiled
        ? IfmapTilePlaces(schedule, operandBytes: operandBytes).end : layer.ifmapShape.count * operandBytes,
      filter: layer.filterShape.count * operandBytes, bias: biasBytes, parameters: parameterBytes,
      ofmap: layer.ofmapShape.count * 4, at: addresses)
  }

  /// Throws `PlacementError` if a layer's tensors do not fit the machine's memory; they need not exist yet.
  public static func checkPlacement(_ layer: ConvolutionLayer, on spec: SystolicSpec) throws {
    try TensorPlacement(
      ifmap: layer.ifmapShape.count * spec.arithmetic.operandBytes,
      filter: layer.filterShape.count * spec.arithmetic.operandBytes, bias: 0, parameters: 0,
      ofmap: layer.ofmapShape.count * 4, at: TensorAddresses()
    ).check(layer: layer.name, memory: spec.memory)
  }

  /// The bytes of the ofmap in the order [N, M, P, Q].
  private var ofmapBytes: [UInt8] {
    let count = operands.layer.ofmapShape.count * placed.resultBytes
    return placed.gathered(
      simulator.machine.memory.contents.bytes(placed.ofmapAddress..<placed.ofmapAddress + count))
  }

  /// The psums [N, M, P, Q] that the machine has stored in its memory.
  public var psums: Tensor<Int32> {
    let shape = operands.layer.ofmapShape
    let bytes = ofmapBytes
    return Tensor(
      shape,
      (0..<shape.count).map { index in
        (0..<4).reduce(Int32(0)) { $0 | Int32(bitPattern: UInt32(bytes[4 * index + $1]) << UInt32(8 * $1)) }
      })
  }

  /// The results [N, M, P, Q] that the machine has stored behind its vector unit, as bit patterns.
  public var results: Tensor<UInt8> {
    Tensor(operands.layer.ofmapShape, ofmapBytes)
  }

  /// The golden results: golden psums through the same requantisation.
  public func goldenResults() throws -> Tensor<UInt8>? {
    guard let requantisation else { return nil }
    return requantisation.apply(try goldenPsums()).map { UInt8(truncatingIfNeeded: $0) }
  }

  /// The golden psums in the order of additions of this schedule.
  public func goldenPsums() throws -> Tensor<Int32> {
    try operands.goldenPsums(foldLength: schedule.reductionPerFold)
  }
}

private func littleEndianBytes(_ value: Int32) -> [UInt8] {
  (0..<4).map { UInt8(truncatingIfNeeded: UInt32(bitPattern: value) >> UInt32(8 * $0)) }
}
