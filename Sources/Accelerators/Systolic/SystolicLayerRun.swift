public import Mappings
import Memory
public import Simulation
public import Tensors
import Workloads

/// A layer on a systolic machine: tensors placed in its memory, the simulator ready to run, psums read back afterwards.
public struct SystolicLayerRun: Sendable {
  /// The layer and its tensors.
  public let operands: LayerOperands
  /// The folds.
  public let schedule: SystolicSchedule
  /// The machine in time.
  public var simulator: Simulator<SystolicMachine>

  private let ofmapAddress: Int

  /// Plans the layer and places its tensors.
  ///
  /// Throws `ScheduleError` if a tile does not fit the machine, `PlacementError` if the tensors do not fit its memory.
  public init(_ operands: LayerOperands, on spec: SystolicSpec) throws {
    precondition(operands.ifmap.arithmetic == spec.arithmetic, "the machine computes in the operands' contract")
    self.operands = operands
    schedule = try SystolicSchedule(operands.layer, dataflow: spec.dataflow, resources: spec.resources)
    var places = TensorPlacement(alignment: 64)
    let ifmap = places.place(operands.ifmap.bytes.count)
    let filter = places.place(operands.filter.bytes.count)
    let bias = operands.bias.isEmpty ? nil : places.place(operands.bias.count * 4)
    let ofmap = places.place(operands.layer.ofmapShape.count * 4)
    try places.check(layer: operands.layer.name, capacity: spec.memory.capacityBytes)
    ofmapAddress = ofmap
    var machine = SystolicMachine(spec)
    machine.memory.contents.place(operands.ifmap.bytes, at: ifmap)
    machine.memory.contents.place(operands.filter.bytes, at: filter)
    if let bias { machine.memory.contents.place(operands.bias.flatMap(littleEndianBytes), at: bias) }
    machine.begin(
      PlacedLayer(
        schedule, on: spec, ifmapAddress: ifmap, filterAddress: filter, biasAddress: bias, ofmapAddress: ofmap),
      operands)
    simulator = Simulator(machine)
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

  /// The golden psums in the order of additions of this schedule.
  public func goldenPsums() throws -> Tensor<Int32> {
    try operands.goldenPsums(foldLength: schedule.reductionPerFold)
  }
}

/// Places tensors one behind the other.
private struct TensorPlacement {
  let alignment: Int
  var end = 0

  mutating func place(_ bytes: Int) -> Int {
    let address = (end + alignment - 1) / alignment * alignment
    end = address + bytes
    return address
  }

  func check(layer: String, capacity: Int) throws(PlacementError) {
    let needed = (end + alignment - 1) / alignment * alignment
    guard needed <= capacity else { throw PlacementError(layer: layer, neededBytes: needed, availableBytes: capacity) }
  }
}

/// The tensors of a layer do not fit the machine's memory.
public struct PlacementError: Error, Equatable, CustomStringConvertible {
  /// The layer's name.
  public let layer: String
  /// Bytes of all its tensors, aligned.
  public let neededBytes: Int
  /// Bytes of the memory.
  public let availableBytes: Int

  /// The message a user reads.
  public var description: String {
    "layer \(layer): its tensors need \(neededBytes) bytes, machine.memory.capacity_bytes gives \(availableBytes): "
      + "\(neededBytes - availableBytes) bytes too few; the least legal value is \(neededBytes)"
  }
}

private func littleEndianBytes(_ value: Int32) -> [UInt8] {
  (0..<4).map { UInt8(truncatingIfNeeded: UInt32(bitPattern: value) >> UInt32(8 * $0)) }
}
