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

  /// Runs the network on inputs by name; throws `NetworkError` for inputs that do not fit, `NetworkRunError` if a layer does
  /// not end.
  public func run(_ inputs: [String: AnyTensor], cycleLimit: Int = .max) throws -> NetworkResult {
    try run(inputs) { Spec.Model.advance(&$0, cycleLimit: cycleLimit) }
  }

  /// Runs the network with an observer that sees every instant of all layers as one run.
  public func run(
    _ inputs: [String: AnyTensor], cycleLimit: Int = .max, observing observer: inout some CycleObserver
  ) throws -> NetworkResult {
    try run(inputs) { try Spec.Model.advance(&$0, cycleLimit: cycleLimit, observing: &observer) }
  }

  /// Runs one layer alone, on a machine at rest, from given inputs.
  public func run(layer index: Int, inputs: [AnyTensor], cycleLimit: Int = .max) throws -> NetworkResult.Layer {
    let expected = try golden.run(layer: index, inputs: inputs).output
    var simulator = Simulator(machine)
    for (activation, tensor) in zip(network.layers[index].inputs, inputs) { place(tensor, activation, &simulator) }
    return try execute(index, &simulator, expected: expected) {
      Spec.Model.advance(&$0, cycleLimit: cycleLimit)
    }
  }

  private var network: Network { program.network }

  private func run(
    _ inputs: [String: AnyTensor], advance: (inout Simulator<Spec.Model>) throws -> RunEnd
  ) throws -> NetworkResult {
    let expected = try golden.run(inputs)
    var simulator = Simulator(machine)
    for input in network.inputs { place(expected.activations[input], input, &simulator) }
    var layers: [NetworkResult.Layer] = []
    for (index, layer) in network.layers.enumerated() {
      layers.append(
        try execute(index, &simulator, expected: expected.activations[layer.output], advance: advance))
    }
    return NetworkResult(
      layers: layers, outputs: network.outputs.map { tensor($0, simulator) },
      cycles: simulator.completedCycles(of: 0))
  }

  private func execute(
    _ index: Int, _ simulator: inout Simulator<Spec.Model>, expected: AnyTensor,
    advance: (inout Simulator<Spec.Model>) throws -> RunEnd
  ) throws -> NetworkResult.Layer {
    let layer = network.layers[index]
    let first = simulator.completedCycles(of: 0)
    let before = simulator.machine.allCounters
    switch program.executions[index] {
    case .machine(let commands):
      for command in commands {
        switch command {
        case .array(let layer): simulator.machine.begin(layer)
        case .vector(let layer): simulator.machine.begin(layer)
        }
        let end = try advance(&simulator)
        guard end == .finished else { throw NetworkRunError(layer: layer.name, end: end) }
      }
    case .inPlace: break
    case .golden:
      let inputs = layer.inputs.map { tensor($0, simulator) }
      place(try golden.run(layer: index, inputs: inputs).output, layer.output, &simulator)
    }
    let output = tensor(layer.output, simulator)
    return NetworkResult.Layer(
      index: index, name: layer.name, firstCycle: first, cycles: simulator.completedCycles(of: 0) - first,
      counters: zip(simulator.machine.allCounters, before).map { $0.adding(-$1.value) }, output: output,
      difference: TensorDifference(output, golden: expected))
  }

  private func place(_ tensor: AnyTensor, _ activation: Int, _ simulator: inout Simulator<Spec.Model>) {
    simulator.machine.memoryContents.place(tensor.littleEndianBytes, at: program.addresses[activation])
  }

  private func tensor(_ activation: Int, _ simulator: Simulator<Spec.Model>) -> AnyTensor {
    let place = network.activations[activation]
    let first = program.addresses[activation]
    let bytes = place.shape.count * place.elementType.byteCount
    return AnyTensor(
      place.elementType, place.shape,
      littleEndianBytes: simulator.machine.memoryContents.bytes(first..<first + bytes))
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
