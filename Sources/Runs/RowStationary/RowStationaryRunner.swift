public import Accelerators
public import Compute
public import Mappings
internal import Memory
public import Signals
internal import Simulation
public import Tensors
public import Tracing
public import Workloads

/// Runs layers on a row-stationary machine, and compares their ofmaps with the golden model and with the user's.
public struct RowStationaryRunner: Sendable {
  /// The machine.
  public var spec: RowStationarySpec
  /// What the search minimises.
  public var objective: RowStationarySearch.Objective
  /// What an access costs.
  public var energyTable: EnergyTable
  /// Where a run stops at the latest, in core cycles.
  public var cycleLimit: Int

  /// A runner for one machine.
  public init(
    _ spec: RowStationarySpec, objective: RowStationarySearch.Objective = .cycles,
    energyTable: EnergyTable = .relative, cycleLimit: Int
  ) {
    (self.spec, self.objective) = (spec, objective)
    (self.energyTable, self.cycleLimit) = (energyTable, cycleLimit)
  }

  /// Runs one layer from its configuration to quiescence.
  ///
  /// Throws what `RowStationaryLayerRun` throws where it does not fit the machine, `StuckError` where it does not end,
  /// `InterruptedError` after a signal, `WaveError` where a trace cannot be written, `SavedRunError` where it cannot go on
  /// from a saved run.
  public func run(
    _ job: RowStationaryJob, trace: LayerTrace? = nil, saved: SavedRun? = nil,
    progress: (LayerProgress) -> Void = { _ in }
  ) throws -> RowStationaryResult {
    let mapping = try job.mapping(on: spec, objective: objective, energyTable: energyTable)
    let start = ContinuousClock.now
    let drawn = try job.drawn(mapping)
    let drawnAt = ContinuousClock.now
    var run = try RowStationaryLayerRun(drawn.operands, mapping: mapping.parameters, on: spec)
    var traced = try TracedRun(
      run.simulator, trace, saved,
      facts: RunFact.facts(layer: job.layer.name, dataflow: "rs", memory: spec.memory.name), cycleLimit: cycleLimit,
      as: .init(
        name: "rs_\(spec.array.rows)x\(spec.array.columns)", view: RowStationaryView(run.simulator.machine).view,
        markers: [.layer] + (spec.memory.ideal == nil ? RunMarkers.Source.firstOfTensors : [.pass])))
    let end = try traced.runToEnd { machine in
      let counters = machine.counters
      progress(
        LayerProgress(
          layer: job.layer.name, dataflow: "rs", cycles: counters.cycles, folds: counters.passes,
          foldCount: mapping.passes, unit: "pass"))
    }
    let summary = try traced.finish()
    let time = HostTime(golden: drawnAt - start, simulation: ContinuousClock.now - drawnAt)
    run.simulator = traced.run
    if end == .stopped { throw InterruptedError(layer: job.layer.name) }
    if let fault = run.simulator.machine.decoder.fault { throw fault }
    guard end == .finished else { throw StuckError(layer: job.layer.name, dataflow: "rs", end: end) }
    let ofmap = try run.ofmap()
    let golden = PsumDifference(ofmap, expected: drawn.ofmap, from: "the golden model", arithmetic: .int8)
    let given = job.expectation.flatMap {
      PsumDifference(ofmap, expected: $0.psums, from: $0.file, arithmetic: .int8)
    }
    return RowStationaryResult(
      run, ofmap: ofmap, differences: [golden, given].compactMap { $0 }, trace: summary, hostTime: time)
  }

  /// The machine as it stands before a layer runs: for those who want to know its signals.
  public func machine(for job: RowStationaryJob) throws -> RowStationaryMachine {
    let mapping = try job.mapping(on: spec, objective: objective, energyTable: energyTable)
    return try RowStationaryLayerRun(job.drawn(mapping).operands, mapping: mapping.parameters, on: spec)
      .simulator.machine
  }
}

/// What the run of a layer on a row-stationary machine has shown.
public struct RowStationaryResult: Sendable {
  /// The layer as it was mapped.
  public let mapping: RowStationaryMapping
  /// The machine.
  public let spec: RowStationarySpec
  /// Core cycles from the first to the last.
  public let totalCycles: Int
  /// Core cycles of passes alone.
  public let processingCycles: Int
  /// Every PE-cycle by its label.
  public let labels: PECycleCounts
  /// MACs, gated ones included.
  public let macs: Int
  /// Zeros of the ifmap, of all its elements without padding.
  public let ifmapZeroFraction: Double
  /// Zeros of the ofmap as stored.
  public let ofmapZeroFraction: Double
  /// Bytes between GLB and array, each multicast counted once.
  public let glbBytes: Int
  /// Bytes over the link, biases left out.
  public let linkBytes: Int
  /// Accesses of every level.
  public let accesses: AccessCounts
  /// Every counter of the machine, block by block.
  public let counters: [CounterValue]
  /// The ofmap [N, M, P, Q].
  public let ofmap: Tensor<Int32>
  /// Where ofmaps differ from the golden model, or from the user's; empty if every bit is right.
  public let differences: [PsumDifference]
  /// What its waveform holds, if one was recorded.
  public let trace: TraceSummary?
  /// What the layer cost the host: stated by the command, in no report.
  public let hostTime: HostTime

  init(
    _ run: RowStationaryLayerRun, ofmap: Tensor<Int32>, differences: [PsumDifference], trace: TraceSummary?,
    hostTime: HostTime
  ) {
    let machine = run.simulator.machine
    mapping = run.mapping
    spec = machine.spec
    totalCycles = run.totalCycles
    processingCycles = run.processingCycles
    labels = machine.array.counters.labels
    macs = machine.array.counters.macs
    ifmapZeroFraction = Double(run.operands.ifmapZeros) / Double(run.operands.ifmap.shape.count)
    ofmapZeroFraction =
      Double(ofmap.elements.reduce(0) { $0 + ($1 == 0 ? 1 : 0) }) / Double(max(1, ofmap.shape.count))
    glbBytes = run.glbBytes
    linkBytes = run.offChipBytes
    accesses = run.accessCounts
    counters = run.counters
    self.ofmap = ofmap
    self.differences = differences
    self.trace = trace
    self.hostTime = hostTime
  }

  /// The layer.
  public var layer: ConvolutionLayer { mapping.layer }
  /// Whether every element has the right bits.
  public var isRight: Bool { differences.isEmpty }
  /// Total latency at the core clock.
  public var totalMilliseconds: Double { 1000 * Double(totalCycles) / spec.coreHertz }
  /// Latency of the passes alone.
  public var processingMilliseconds: Double { 1000 * Double(processingCycles) / spec.coreHertz }
  /// MACs in a hundred PE-cycles, all cycles and all PEs included.
  public var utilisationPercent: Double { 100 * Double(macs) / (Double(totalCycles) * Double(spec.peCount)) }
}
