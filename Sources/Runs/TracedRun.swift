internal import Signals
internal import Simulation
internal import Tracing
internal import WaveFormats

/// A run that goes on piece by piece, recorded and saved if that is asked for.
struct TracedRun<Run: ResumableRun> {
  private(set) var run: Run
  private var recorder: MarkedRecorder?
  private var saver: RunSaver?
  private let trace: LayerTrace?
  private let cycleLimit: Int
  private let opensOnAll: Bool

  /// Cycles between two reports of progress: a few milliseconds of simulation.
  private static var slice: Int { 1 << 14 }

  /// How the trace of a machine looks: the scope that holds it, its view, and what its markers mark.
  struct Appearance {
    let name: String
    let view: WaveView?
    let markers: [RunMarkers.Source]
    /// Whether a viewer opens on the whole run, as for a network, instead of on its beginning.
    var opensOnAll = false
  }

  /// A run from its beginning, or from where the saved one stood; `facts` tell it from other runs with the same settings.
  init(
    _ run: Run, _ trace: LayerTrace?, _ saved: SavedRun?, facts: [RunFact], cycleLimit: Int,
    as appearance: @autoclosure () -> Appearance
  ) throws {
    self.run = run
    (self.trace, self.cycleLimit) = (trace, cycleLimit)
    saver = try saved?.begin(&self.run, facts)
    guard let trace else {
      opensOnAll = false
      return
    }
    let appearance = appearance()
    opensOnAll = appearance.opensOnAll
    if !opensOnAll { try trace.announce(self.run.simulator, cycleLimit: cycleLimit) }
    let machine = self.run.simulator.machine
    recorder = MarkedRecorder(
      recorder: try TraceRecorder(machine, top: appearance.name, options: trace.options, view: appearance.view),
      markers: RunMarkers(machine, appearance.markers, goesOn: self.run.cycle > 0))
  }

  /// Runs to the end, to the limit or until a signal interrupts; `progress` looks at the machine now and then.
  mutating func runToEnd(progress: (borrowing Run.Model) -> Void = { _ in }) throws -> RunEnd {
    var end = RunEnd.cycleLimit(cycleLimit)
    while case .cycleLimit = end, run.cycle < cycleLimit {
      end = try run(to: nextStop)
      if case .cycleLimit(let cycle) = end, cycle == saver?.cycle { try saver?.save(run) }
      if case .cycleLimit = end, Interruption.signal != nil { end = .stopped }
      progress(run.simulator.machine)
    }
    switch end {
    case .finished, .deadlock: saver?.finish(at: run.cycle)
    case .stopped, .cycleLimit: try saver?.save(run)
    }
    return end
  }

  /// The next cycle at which there is something to do beside running.
  private var nextStop: Int {
    let stop = min(cycleLimit, run.cycle + Self.slice)
    guard let cycle = saver?.cycle, cycle > run.cycle else { return stop }
    return min(stop, cycle)
  }

  /// Runs on to a cycle. An error closes the trace: what is there is loadable.
  private mutating func run(to cycle: Int) throws -> RunEnd {
    guard var active = recorder else { return try run.run(cycleLimit: cycle) }
    recorder = nil
    let end = try run.run(cycleLimit: cycle, observing: &active)
    recorder = active
    return end
  }

  /// Closes the trace and says what it holds.
  mutating func finish() throws -> TraceSummary? {
    guard var active = recorder else { return nil }
    recorder = nil
    let period = run.simulator.machine.clockDomains[0].period
    let summary = try active.finish(
      opensOn: opensOnAll ? .zero...period.edge(run.cycle) : active.markers.opening(period))
    trace?.note("\(summary)")
    return summary
  }
}
