public import Accelerators
public import Configuration
public import Mappings
internal import Memory
public import Simulation
internal import Tensors
public import Workloads

/// How far the run of a layer is.
public struct LayerProgress: Sendable {
  /// The layer's name.
  public let layer: String
  /// The machine's dataflow: `ws`.
  public let dataflow: String
  /// Cycles of the core clock so far.
  public let cycles: Int
  /// Folds or passes that have entered.
  public let folds: Int
  /// All folds or passes of the layer.
  public let foldCount: Int
  /// What is counted: `fold` or `pass`.
  public var unit = "fold"
}

/// A run that did not come to its end.
public struct StuckError: Error, Sendable, CustomStringConvertible {
  /// The layer's name.
  public let layer: String
  /// The machine's dataflow.
  public let dataflow: String
  /// How the run ended.
  public let end: RunEnd

  /// Layer, machine, and why.
  public var description: String {
    let place = "layer \(layer) on \(dataflow): "
    switch end {
    case .cycleLimit(let limit):
      return place + "the limit of \(limit) cycles was reached before the run was finished; raise run.cycle_limit"
    case .deadlock(let waits):
      return place + "deadlock: " + waits.map { "\($0.block) waits for \($0.cause)" }.joined(separator: ", ")
    case .finished, .stopped:
      return place + "stopped"
    }
  }
}

/// Runs layers on a systolic machine, and compares their psums with the golden model and with the user's.
public struct LayerRunner: Sendable {
  /// The machine.
  public let spec: SystolicSpec
  /// How convolutions become matrix products.
  public let lowering: ConvolutionLowering
  /// In which order fmaps lie off chip, and the addresses of tensors that the user gives.
  public var layout = FmapLayout.nchw
  /// Where tensors lie off chip if the user says so.
  public var addresses = TensorAddresses()
  /// Where a run stops at the latest, in cycles.
  public let cycleLimit: Int

  /// A runner for one machine.
  public init(_ spec: SystolicSpec, lowering: ConvolutionLowering = .direct, cycleLimit: Int) {
    self.spec = spec
    self.lowering = lowering
    self.cycleLimit = cycleLimit
  }

  /// A runner as a configuration describes it, with another dataflow if one is given.
  public init(_ configuration: Configuration, dataflow: Dataflow? = nil, files: InputFiles = InputFiles()) throws {
    self.init(
      try SystolicSpec(configuration, dataflow: dataflow, files: files),
      lowering: configuration.choice("mapping.lowering"),
      cycleLimit: configuration.integer("run.cycle_limit"))
    layout = configuration.choice("mapping.layout")
    addresses = TensorAddresses(
      ifmap: configuration.optionalInteger("mapping.ifmap_address"),
      filter: configuration.optionalInteger("mapping.filter_address"),
      bias: configuration.optionalInteger("mapping.bias_address"),
      ofmap: configuration.optionalInteger("mapping.ofmap_address"))
  }

  /// The layer that the machine runs for a layer.
  func loweredLayer(_ layer: ConvolutionLayer) throws(LayerError) -> ConvolutionLayer {
    switch lowering {
    case .direct: layer
    case .toeplitz: try ToeplitzLowering(layer).product
    }
  }

  /// Runs one layer from its first transfer to quiescence.
  ///
  /// Throws `ScheduleError` and `PlacementError` where it does not fit the machine, `StuckError` where it does not end,
  /// `InterruptedError` after a signal, `WaveError` where a trace cannot be written, `SavedRunError` where it cannot go on
  /// from a saved run.
  public func run(
    _ job: LayerJob, trace: LayerTrace? = nil, saved: SavedRun? = nil, progress: (LayerProgress) -> Void = { _ in }
  ) throws -> LayerResult {
    // A layer that does not fit is refused before its tensors are made.
    try SystolicLayerRun.checkPlacement(try loweredLayer(job.layer), on: spec)
    let operands = try job.operands()
    var run = try SystolicLayerRun(
      try operands.lowered(lowering), layout: layout, addresses: addresses, on: spec)
    let foldCount = run.schedule.foldCount
    var traced = try TracedRun(
      run.simulator, trace, saved,
      facts: RunFact.facts(layer: job.layer.name, dataflow: spec.dataflow.rawValue, memory: spec.memory.name),
      cycleLimit: cycleLimit,
      as: .init(
        name: "\(spec.dataflow.rawValue)_\(spec.rows)x\(spec.columns)", view: SystolicView(run.simulator.machine).view,
        markers: [.layer] + (spec.memory.ideal == nil ? RunMarkers.Source.firstOfTensors : [.fold])))
    let end = try traced.runToEnd { machine in
      let counters = machine.counters
      progress(
        LayerProgress(
          layer: job.layer.name, dataflow: spec.dataflow.rawValue, cycles: counters.cycles, folds: counters.folds,
          foldCount: foldCount))
    }
    let summary = try traced.finish()
    run.simulator = traced.run
    if end == .stopped { throw InterruptedError(layer: job.layer.name) }
    guard end == .finished else { throw StuckError(layer: job.layer.name, dataflow: spec.dataflow.rawValue, end: end) }
    return LayerResult(
      run, of: job.layer, lowering: lowering, differences: try differences(run, operands, job), trace: summary)
  }

  /// The machine as it stands before a layer runs: for those who want to know its signals.
  public func machine(for job: LayerJob) throws -> SystolicMachine {
    try SystolicLayerRun(
      try job.operands().lowered(lowering), layout: layout, addresses: addresses, on: spec
    ).simulator.machine
  }

  /// The golden model sees the layer as the user gave it, in the order of additions of the machine's folds.
  private func differences(
    _ run: SystolicLayerRun, _ operands: LayerOperands, _ job: LayerJob
  ) throws -> [PsumDifference] {
    let psums = run.psums
    let golden = PsumDifference(
      psums, expected: try operands.goldenPsums(foldLength: run.schedule.reductionPerFold), from: "the golden model",
      arithmetic: spec.arithmetic)
    let given = job.expectation.flatMap {
      PsumDifference(psums, expected: $0.psums, from: $0.file, arithmetic: spec.arithmetic)
    }
    return [golden, given].compactMap { $0 }
  }
}
