public import Accelerators
internal import Compute
internal import Mappings
internal import Memory
internal import Signals
internal import Simulation
internal import Tensors
internal import Tracing
internal import Workloads

/// Runs layers on a row-stationary machine, and compares their ofmaps with the golden model and with the user's.
public struct RowStationaryRunner: Sendable {
  /// The machine.
  public var spec: RowStationarySpec
  /// Where a run stops at the latest, in core cycles.
  public var cycleLimit: Int

  /// A runner for one machine.
  public init(_ spec: RowStationarySpec, cycleLimit: Int) {
    (self.spec, self.cycleLimit) = (spec, cycleLimit)
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
    let mapping = try job.mapping(on: spec)
    let start = ContinuousClock.now
    let drawn = try job.drawn(mapping)
    let drawnAt = ContinuousClock.now
    var run = try RowStationaryLayerRun(drawn.operands, mapping: mapping.parameters, on: spec)
    var traced = try TracedRun(
      run.simulator, trace, saved,
      facts: RunFact.facts(layer: job.layer.name, dataflow: "rs", memory: spec.memory.name), cycleLimit: cycleLimit,
      as: .init(
        name: "rs_\(spec.array.rows)x\(spec.array.columns)", view: RowStationaryView(run.simulator.machine).view,
        markers: [.layer] + (spec.memory.ideal == nil ? RunMarkers.Source.firstOfTensors : []) + [.pass]))
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
    // A decoder that met no code it knows explains why the run is stuck.
    if end != .stopped, let fault = run.simulator.machine.decoder.fault { throw fault }
    try end.check(layer: job.layer.name, dataflow: "rs")
    let ofmap = try run.ofmap()
    return RowStationaryResult(
      run, ofmap: ofmap,
      differences: PsumDifference.all(ofmap, golden: drawn.ofmap, given: job.expectation, arithmetic: .int8),
      trace: summary, hostTime: time)
  }

  /// The machine as it stands before a layer runs: for those who want to know its signals.
  public func machine(for job: RowStationaryJob) throws -> RowStationaryMachine {
    let mapping = try job.mapping(on: spec)
    return try RowStationaryLayerRun(job.drawn(mapping).operands, mapping: mapping.parameters, on: spec)
      .simulator.machine
  }
}
