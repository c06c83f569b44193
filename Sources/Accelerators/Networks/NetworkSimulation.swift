import Memory
import Signals
public import Simulation
import Tensors
import Workloads

/// A network on its machine in time: it stands at a cycle of one of its layers and goes on from there.
public struct NetworkSimulation<Spec: NetworkSpec>: ResumableRun, Sendable {
  /// The machine, and how far the network is.
  public struct State: Sendable, Codable {
    var simulator: Simulator<Spec.Model>
    /// Layers that are over.
    var finished: [NetworkResult.Layer] = []
    /// Commands of the current layer that the machine was handed.
    var begunCommands = 0
    /// Where the current layer began.
    var layerStart: LayerStart

    init(_ simulator: Simulator<Spec.Model>) {
      self.simulator = simulator
      layerStart = LayerStart(simulator)
    }
  }

  /// The machine as a layer found it, for what the layer counts; without the bytes of its memory, which nobody asks for.
  struct LayerStart: Sendable, Codable {
    let cycle: Int
    let machine: Spec.Model

    init(_ simulator: Simulator<Spec.Model>) {
      cycle = simulator.completedCycles(of: 0)
      var machine = simulator.machine
      machine.memoryContents = PagedMemory(capacity: 0)
      self.machine = machine
    }
  }

  /// All that time changes.
  public private(set) var state: State
  private let network: NetworkRun<Spec>
  /// The layers that run, and what each of them must make.
  private let layers: Range<Int>
  private let expected: [AnyTensor]

  /// Layers of a network at their beginning, with their inputs in place.
  init(
    _ network: NetworkRun<Spec>, layers: Range<Int>, inputs: [(activation: Int, tensor: AnyTensor)],
    expected: [AnyTensor]
  ) {
    (self.network, self.layers, self.expected) = (network, layers, expected)
    var simulator = Simulator(network.machine)
    for input in inputs { network.place(input.tensor, input.activation, in: &simulator.machine) }
    state = State(simulator)
  }

  /// The machine in time.
  public var simulator: Simulator<Spec.Model> { state.simulator }

  /// Goes to a state of the same network; throws `CheckpointError` where it has fewer layers or commands.
  public mutating func restore(_ state: State) throws {
    let isAtEnd = state.finished.count == layers.count
    guard state.finished.map(\.index) == Array(layers.prefix(state.finished.count)),
      (0...(isAtEnd ? 0 : commands(of: layers.lowerBound + state.finished.count).count)).contains(state.begunCommands)
    else { throw CheckpointError(offset: 0, "another network was saved") }
    self.state = state
  }

  /// Runs on to the end of the last layer, or to a limit in cycles of the whole network.
  ///
  /// Throws what the golden model throws for a layer that it executes in the machine's place.
  public mutating func run(cycleLimit: Int) throws -> RunEnd {
    try run { Spec.Model.advance(&$0, cycleLimit: cycleLimit) }
  }

  /// The same with an observer that sees every instant of all layers as one run.
  public mutating func run(cycleLimit: Int, observing observer: inout some CycleObserver) throws -> RunEnd {
    try run { try Spec.Model.advance(&$0, cycleLimit: cycleLimit, observing: &observer) }
  }

  /// The results; throws `NetworkRunError` if the run ended before its last layer.
  public func result(_ end: RunEnd) throws(NetworkRunError) -> NetworkResult {
    guard let layer = currentLayer else {
      return NetworkResult(
        layers: state.finished,
        outputs: network.program.network.outputs.map { network.tensor($0, in: simulator.machine) },
        cycles: cycle)
    }
    throw NetworkRunError(layer: network.program.network.layers[layer].name, end: end)
  }
}

// MARK: - Layer after layer

extension NetworkSimulation {
  /// The layer that runs; nil behind the last.
  private var currentLayer: Int? {
    state.finished.count < layers.count ? layers.lowerBound + state.finished.count : nil
  }

  private func commands(of layer: Int) -> [NetworkProgram<Spec.Model.ArrayLayer>.Command] {
    if case .machine(let commands) = network.program.executions[layer] { commands } else { [] }
  }

  /// A machine without work is at its end at once: so the first command of a layer is handed over as every further one is.
  private mutating func run(_ advance: (inout Simulator<Spec.Model>) throws -> RunEnd) throws -> RunEnd {
    while let layer = currentLayer {
      let end = try advance(&state.simulator)
      guard end == .finished else { return end }
      let commands = commands(of: layer)
      if state.begunCommands < commands.count {
        switch commands[state.begunCommands] {
        case .array(let layer): state.simulator.machine.begin(layer)
        case .vector(let layer): state.simulator.machine.begin(layer)
        }
        state.begunCommands += 1
      } else {
        try finish(layer)
      }
    }
    return .finished
  }

  /// The layer's commands are done, or it has none: what it took and made, compared with the golden model.
  private mutating func finish(_ index: Int) throws {
    let layer = network.program.network.layers[index]
    if case .golden = network.program.executions[index] {
      let inputs = layer.inputs.map { network.tensor($0, in: simulator.machine) }
      let output = try network.golden.run(layer: index, inputs: inputs).output
      network.place(output, layer.output, in: &state.simulator.machine)
    }
    let (start, machine) = (state.layerStart, simulator.machine)
    let output = network.tensor(layer.output, in: machine)
    state.finished.append(
      NetworkResult.Layer(
        index: index, name: layer.name, firstCycle: start.cycle, cycles: cycle - start.cycle,
        counters: zip(machine.allCounters, start.machine.allCounters).map { $0.adding(-$1.value) },
        accesses: machine.accesses(since: start.machine), output: output,
        difference: TensorDifference(output, golden: expected[index - layers.lowerBound])))
    state.begunCommands = 0
    state.layerStart = LayerStart(simulator)
  }
}
