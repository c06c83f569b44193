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

  private let ofmapAddress: Int

  /// Plans the layer and places its tensors.
  ///
  /// With a requantisation the machine stores a byte a psum instead of the psums. Throws `ScheduleError` if a tile does not fit
  /// the machine, `PlacementError` if the tensors do not fit its memory.
  public init(_ operands: LayerOperands, requantisation: Requantisation? = nil, on spec: SystolicSpec) throws {
    precondition(operands.ifmap.arithmetic == spec.arithmetic, "the machine computes in the operands' contract")
    self.operands = operands
    self.requantisation = requantisation
    schedule = try SystolicSchedule(operands.layer, dataflow: spec.dataflow, resources: spec.resources)
    if requantisation != nil { try spec.vector.checkParameters(of: operands.layer) }
    let factors = requantisation.map { VectorParameters.bytes(of: $0, channels: operands.layer.filters) } ?? []
    let places = TensorPlacement(
      operands.layer, operandBytes: spec.arithmetic.operandBytes, hasBias: !operands.bias.isEmpty,
      parameterBytes: factors.count)
    try places.check(layer: operands.layer.name, memory: spec.memory)
    ofmapAddress = places.ofmap
    var machine = SystolicMachine(spec)
    machine.memory.contents.place(operands.ifmap.bytes, at: places.ifmap)
    machine.memory.contents.place(operands.filter.bytes, at: places.filter)
    if let bias = places.bias { machine.memory.contents.place(operands.bias.flatMap(littleEndianBytes), at: bias) }
    machine.memory.contents.place(factors, at: places.parameters)
    machine.begin(
      PlacedLayer(
        schedule, on: spec, ifmapAddress: places.ifmap, filterAddress: places.filter, biasAddress: places.bias,
        ofmapAddress: places.ofmap,
        requantisation: requantisation.map {
          PlacedRequantisation($0, filters: operands.layer.filters, parameterAddress: places.parameters)
        }),
      operands)
    simulator = Simulator(machine)
  }

  /// Throws `PlacementError` if a layer's tensors do not fit the machine's memory; they need not exist yet.
  public static func checkPlacement(_ layer: ConvolutionLayer, on spec: SystolicSpec) throws(PlacementError) {
    try TensorPlacement(layer, operandBytes: spec.arithmetic.operandBytes, hasBias: false)
      .check(layer: layer.name, memory: spec.memory)
  }

  /// The psums [N, M, P, Q] that the machine has stored in its memory.
  public var psums: Tensor<Int32> {
    let shape = operands.layer.ofmapShape
    let bytes = simulator.machine.memory.contents.bytes(ofmapAddress..<ofmapAddress + shape.count * 4)
    return Tensor(
      shape,
      (0..<shape.count).map { index in
        (0..<4).reduce(Int32(0)) { $0 | Int32(bitPattern: UInt32(bytes[4 * index + $1]) << UInt32(8 * $1)) }
      })
  }

  /// The results [N, M, P, Q] that the machine has stored behind its vector unit, as bit patterns.
  public var results: Tensor<UInt8> {
    let shape = operands.layer.ofmapShape
    return Tensor(shape, simulator.machine.memory.contents.bytes(ofmapAddress..<ofmapAddress + shape.count))
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

/// Where the tensors of a layer lie off chip: one behind the other, each at a multiple of the port's width.
private struct TensorPlacement {
  private static let alignment = 64

  let ifmap: Int
  let filter: Int
  let bias: Int?
  let parameters: Int
  let ofmap: Int
  let end: Int

  init(_ layer: ConvolutionLayer, operandBytes: Int, hasBias: Bool, parameterBytes: Int = 0) {
    var next = 0
    func place(_ bytes: Int) -> Int {
      defer { next = (next + bytes + Self.alignment - 1) / Self.alignment * Self.alignment }
      return next
    }
    ifmap = place(layer.ifmapShape.count * operandBytes)
    filter = place(layer.filterShape.count * operandBytes)
    bias = hasBias ? place(layer.filters * 4) : nil
    parameters = place(parameterBytes)
    ofmap = place(layer.ofmapShape.count * 4)
    end = next
  }

  func check(layer: String, memory: OffChipMemory.Spec) throws(PlacementError) {
    guard end <= memory.capacityBytes else {
      throw PlacementError(layer: layer, neededBytes: end, memory: memory)
    }
  }
}

private func littleEndianBytes(_ value: Int32) -> [UInt8] {
  (0..<4).map { UInt8(truncatingIfNeeded: UInt32(bitPattern: value) >> UInt32(8 * $0)) }
}
