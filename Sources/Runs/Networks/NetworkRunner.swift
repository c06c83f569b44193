public import Accelerators
internal import Configuration
internal import Mappings
internal import Memory
internal import Signals
internal import Simulation
public import Tensors
internal import Tracing
internal import Workloads

/// One run of a network on one machine, without the tensors between its layers.
public struct NetworkOutcome: Sendable {
  /// Which run of the job.
  public let index: Int
  /// All cycles.
  public let cycles: Int
  /// The network's first output.
  public let output: AnyTensor
  /// Layers whose results differ from the golden model, and the first place of each.
  public let differences: [(layer: String, difference: TensorDifference)]
  /// Layer by layer, of the first run only: timing does not depend on the values.
  public let layers: [NetworkResult.Layer]
}

/// A network planned for one machine, ready to run a job's inputs side by side.
public struct NetworkRunner<Spec: RunnableSpec>: Sendable {
  /// The job.
  public let job: NetworkJob
  /// The network on the machine.
  public let run: NetworkRun<Spec>
  /// Where a run stops at the latest, in cycles.
  public let cycleLimit: Int

  /// Plans the network; throws where it does not fit the machine.
  public init(_ job: NetworkJob, on spec: Spec, cycleLimit: Int) throws {
    self.job = job
    run = try NetworkRun(job.network, on: spec)
    self.cycleLimit = cycleLimit
  }

  /// Runs one group of inputs from the first layer to the last; throws `StuckError` where a layer does not end.
  ///
  /// A `trace` records all layers as one waveform with a marker where each begins; `saved` says where the run goes on from.
  public func run(_ index: Int, trace: LayerTrace? = nil, saved: SavedRun? = nil) throws -> NetworkOutcome {
    var traced = try TracedRun(
      run.simulation(of: job.inputs[index]), trace, saved,
      facts: RunFact.facts(layer: nil, dataflow: machine.dataflow, memory: machine.memory), cycleLimit: cycleLimit,
      as: .init(
        name: "\(machine.dataflow)_\(machine.rows)x\(machine.columns)", view: Spec.view(of: run.machine),
        markers: [.layer] + (run.spec.memory.ideal == nil ? RunMarkers.Source.firstOfTensors : []), opensOnAll: true))
    let end = try traced.runToEnd()
    _ = try traced.finish()
    do {
      let result = try traced.run.result(end)
      return NetworkOutcome(
        index: index, cycles: result.cycles, output: result.outputs[0],
        differences: result.layers.compactMap { layer in layer.difference.map { (layer.name, $0) } },
        layers: index == 0 ? result.layers : [])
    } catch {
      if error.end == .stopped { throw InterruptedError(layer: error.layer) }
      throw StuckError(layer: error.layer, dataflow: machine.dataflow, end: error.end)
    }
  }

  /// What reports and traces say of the machine.
  public var machine: NetworkMachineFacts { run.spec.facts }
}

/// What all runs of a network on one machine have shown.
public struct NetworkResults: Sendable {
  /// The job.
  public let job: NetworkJob
  /// The machine.
  public let machine: NetworkMachineFacts
  /// For each layer the block that executes it.
  public let places: [String]
  /// Layers that no hardware executes, with the reason.
  public let goldenLayers: [(name: String, reason: String)]
  /// A result for each run, in order.
  public let outcomes: [NetworkOutcome]

  /// The results of a runner's runs.
  public init(_ runner: NetworkRunner<some RunnableSpec>, _ outcomes: [NetworkOutcome]) {
    (job, machine) = (runner.job, runner.machine)
    places = runner.run.program.executions.map(\.place)
    goldenLayers = runner.run.program.goldenLayers
    self.outcomes = outcomes
  }

  /// Cycles of the longest run.
  var cycles: Int { outcomes.map(\.cycles).max() ?? 0 }

  /// Milliseconds of some cycles at the machine's clock.
  func milliseconds(_ cycles: Int) -> Double {
    let period = machine.clock.period
    return Double(cycles) * Double(period.numerator) / Double(period.denominator) / 1e12
  }

  /// Milliseconds by which the longest run stays below the deadline; negative where it misses it.
  var slackMilliseconds: Double? { job.deadlineMilliseconds.map { $0 - milliseconds(cycles) } }

  /// The class of each image: where its scores are largest, the first of equals.
  var predictions: [Int] {
    outcomes.flatMap { outcome in
      let scores = outcome.output.numbers
      let classes = max(1, scores.count / job.batch)
      return (0..<job.batch).map { image in
        let own = scores[image * classes..<(image + 1) * classes]
        return (own.indices.max { own[$0] < own[$1] || (own[$0] == own[$1] && $0 > $1) } ?? own.startIndex)
          - own.startIndex
      }
    }
  }

  /// Images whose class is their label.
  var correct: Int? {
    job.labels.map { labels in zip(labels, predictions).count { $0 == $1 } }
  }

  /// The outputs of all images behind each other, [images, ...].
  var outputs: AnyTensor {
    let (first, bytes) = (outcomes[0].output, outcomes.flatMap(\.output.littleEndianBytes))
    let dimensions = first.shape.dimensions.isEmpty ? [1] : first.shape.dimensions
    return AnyTensor(
      first.elementType, Shape([dimensions[0] * outcomes.count] + dimensions.dropFirst()), littleEndianBytes: bytes)
  }

  /// How many output elements differ from the user's; nil where there are none to compare with.
  var unexpected: Int? {
    guard let expectation = job.expectation else { return nil }
    let (mine, theirs) = (outputs.littleEndianBytes, expectation.outputs.littleEndianBytes)
    let width = expectation.outputs.elementType.byteCount
    return (0..<mine.count / width).count { element in
      mine[element * width..<(element + 1) * width] != theirs[element * width..<(element + 1) * width]
    }
  }

  /// Whether every layer of every run has the golden bits, and every output those that the user expects.
  var isExact: Bool { outcomes.allSatisfy(\.differences.isEmpty) && unexpected ?? 0 == 0 }
}

extension AnyTensor {
  /// The elements as real numbers; none for types that hold no scores.
  var numbers: [Double] {
    switch self {
    case .int8(let tensor): tensor.elements.map(Double.init)
    case .uint8(let tensor): tensor.elements.map(Double.init)
    case .int32(let tensor): tensor.elements.map(Double.init)
    case .float32(let tensor): tensor.elements.map(Double.init)
    case .float64(let tensor): tensor.elements
    default: []
    }
  }
}
