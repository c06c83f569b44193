internal import Signals
internal import Simulation
public import Tracing
internal import WaveFormats

/// The trace of one layer's run: what to record, and whom to tell.
public struct LayerTrace: Sendable {
  /// What to record, and where.
  public let options: TraceOptions
  /// Takes a line for the user: the expected size of a large trace, what a finished one holds and what it lacks.
  public let note: @Sendable (String) -> Void

  private let isAnnounced: Bool

  /// A trace larger than this is announced before it starts.
  private static let announcedSize = 100_000_000
  /// Cycles after which an estimate is content with a lower bound: with a budget it has to show only that the trace is larger.
  private static let (estimatedCycles, estimatedCyclesOfBudget) = (4_000_000, 100_000)

  /// A trace of one run; its expected size is told before it starts where it `isAnnounced` and large.
  public init(_ options: TraceOptions, isAnnounced: Bool = true, note: @escaping @Sendable (String) -> Void) {
    self.options = options
    self.isAnnounced = isAnnounced
    self.note = note
  }

  /// A recorder of a simulator at its start; says how large the trace would be, if that is much or more than its budget.
  func recorder<Model: Machine & ObservableMachine>(
    of simulator: Simulator<Model>, name: String, view: WaveView?, cycleLimit: Int
  ) throws -> TraceRecorder {
    if isAnnounced, case .window(let window) = options.extent, window == .everything {
      let cycles = options.budget == nil ? Self.estimatedCycles : Self.estimatedCyclesOfBudget
      let estimate = try TraceEstimate.measure(simulator, options: options, cycleLimit: min(cycleLimit, cycles))
      if estimate.byteCount > min(options.budget ?? .max, Self.announcedSize) {
        let end = options.budget.map { "ends it at \(ByteSize.text($0))" } ?? "SIZE ends it earlier"
        note("\(options.path) would take \(estimate); --trace-budget \(end)")
      }
    }
    return try TraceRecorder(simulator.machine, top: name, options: options, view: view)
  }
}

/// A run that SIGINT or SIGTERM ended; its files are closed.
public struct InterruptedError: Error, Sendable, CustomStringConvertible {
  /// The layer that ran.
  public let layer: String
  /// Which layer it was.
  public var description: String { "interrupted while layer \(layer) ran" }
}

/// A simulator that runs piece by piece, with a recorder or without.
struct TracedRun<Model: Machine & ObservableMachine> {
  var simulator: Simulator<Model>
  private var recorder: MarkedRecorder?
  private let trace: LayerTrace?

  /// Cycles between two reports of progress: a few milliseconds of simulation.
  private static var slice: Int { 1 << 14 }

  /// How the trace of a machine looks: the scope that holds it, its view, and what its markers mark.
  struct Appearance {
    let name: String
    let view: WaveView
    let markers: [RunMarkers.Source]
  }

  init(
    _ simulator: Simulator<Model>, _ trace: LayerTrace?, as appearance: @autoclosure () -> Appearance, cycleLimit: Int
  ) throws {
    self.simulator = simulator
    self.trace = trace
    recorder = try trace.map { trace in
      let appearance = appearance()
      return MarkedRecorder(
        recorder: try trace.recorder(
          of: simulator, name: appearance.name, view: appearance.view, cycleLimit: cycleLimit),
        markers: RunMarkers(simulator.machine, appearance.markers))
    }
  }

  /// Runs on to a cycle. An error closes the trace: what is there is loadable.
  mutating func run(to cycle: Int) throws -> RunEnd {
    guard var active = recorder else { return simulator.run(cycleLimit: cycle) }
    recorder = nil
    let end = try simulator.run(cycleLimit: cycle, observing: &active)
    recorder = active
    return end
  }

  /// Runs to the end, to the limit or until a signal interrupts; `progress` looks at the machine now and then.
  mutating func run(atMost cycleLimit: Int, progress: (borrowing Model) -> Void) throws -> RunEnd {
    var end = RunEnd.cycleLimit(0)
    var stop = 0
    while case .cycleLimit = end, stop < cycleLimit {
      stop = min(cycleLimit, stop + Self.slice)
      end = try run(to: stop)
      progress(simulator.machine)
    }
    return end
  }

  /// Closes the trace and says what it holds.
  mutating func finish() throws -> TraceSummary? {
    guard var active = recorder else { return nil }
    recorder = nil
    let summary = try active.finish(opensOn: active.markers.opening(simulator.machine.clockDomains[0].period))
    trace?.note("\(summary)")
    return summary
  }
}
