import Memory
import Signals
public import Simulation
public import Tensors
public import Workloads

/// A whole network on a machine: layer after layer in modelled hardware, activations in its memory.
///
/// The host places filters, biases, factors and tables once, and the network's inputs before a run; then each layer reads what
/// the layer before has stored. What no machine executes is computed by the golden model between two layers, in no modelled
/// time. Every layer's result is compared with the golden model bit for bit.
public struct NetworkRun<Spec: NetworkSpec>: Sendable {
  /// The commands and places.
  public let program: NetworkProgram<Spec.Model.ArrayLayer>
  /// The reference.
  public let golden: GoldenNetwork
  /// What the machine was built as.
  public let spec: Spec
  /// The machine at rest, with the constants in its memory.
  public let machine: Spec.Model

  /// Plans a network and places its constants; throws `PlacementError`, or what the machine throws for what does not fit it.
  public init(_ network: Network, on spec: Spec) throws {
    var machine = try spec.makeMachine()
    program = try NetworkPlanner.plan(network, on: spec)
    golden = GoldenNetwork(network)
    self.spec = spec
    for constant in program.constants { machine.memoryContents.place(constant.bytes, at: constant.address) }
    self.machine = machine
  }

  /// The network at its beginning, with inputs by name in their places; throws `NetworkError` for inputs that do not fit.
  public func simulation(of inputs: [String: AnyTensor]) throws(NetworkError) -> NetworkSimulation<Spec> {
    let expected = try golden.run(inputs).activations
    return NetworkSimulation(
      self, layers: network.layers.indices, inputs: network.inputs.map { ($0, expected[$0]) },
      expected: network.layers.map { expected[$0.output] })
  }

  /// Runs the network on inputs by name; throws `NetworkError` for inputs that do not fit, `NetworkRunError` if a layer does
  /// not end.
  public func run(_ inputs: [String: AnyTensor], cycleLimit: Int = .max) throws -> NetworkResult {
    var simulation = try simulation(of: inputs)
    let end = try simulation.run(cycleLimit: cycleLimit)
    return try simulation.result(end)
  }

  /// Runs one layer alone, on a machine at rest, from given inputs.
  public func run(layer index: Int, inputs: [AnyTensor], cycleLimit: Int = .max) throws -> NetworkResult.Layer {
    let layer = network.layers[index]
    var simulation = NetworkSimulation(
      self, layers: index..<index + 1, inputs: zip(layer.inputs, inputs).map { ($0, $1) },
      expected: [try golden.run(layer: index, inputs: inputs).output])
    let end = try simulation.run(cycleLimit: cycleLimit)
    return try simulation.result(end).layers[0]
  }

  private var network: Network { program.network }

  /// Writes an activation into the memory of a machine, as a host does.
  func place(_ tensor: AnyTensor, _ activation: Int, in machine: inout Spec.Model) {
    machine.memoryContents.place(tensor.littleEndianBytes, at: program.addresses[activation])
  }

  /// Reads an activation from the memory of a machine.
  func tensor(_ activation: Int, in machine: Spec.Model) -> AnyTensor {
    let place = network.activations[activation]
    let first = program.addresses[activation]
    let bytes = place.shape.count * place.elementType.byteCount
    return AnyTensor(
      place.elementType, place.shape, littleEndianBytes: machine.memoryContents.bytes(first..<first + bytes))
  }
}

/// A layer of a network that did not end.
public struct NetworkRunError: Error, Equatable, CustomStringConvertible {
  /// The layer's name.
  public let layer: String
  /// How its run ended.
  public let end: RunEnd

  /// The message a user reads.
  public var description: String {
    switch end {
    case .finished: "layer \(layer): finished"
    case .stopped: "layer \(layer): stopped by an observer"
    case .cycleLimit(let limit): "layer \(layer): not finished at the limit of \(limit) cycles"
    case .deadlock(let waits):
      "layer \(layer): nothing moves any more: " + waits.map(\.description).joined(separator: "; ")
    }
  }
}
