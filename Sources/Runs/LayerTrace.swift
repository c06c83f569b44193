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

  /// Says how large the trace of a simulator's run would be, if that is much or more than its budget.
  func announce<Model: Machine & ObservableMachine>(_ simulator: Simulator<Model>, cycleLimit: Int) throws {
    guard isAnnounced, case .window(let window) = options.extent, window == .everything else { return }
    let cycles = options.budget == nil ? Self.estimatedCycles : Self.estimatedCyclesOfBudget
    let estimate = try TraceEstimate.measure(simulator, options: options, cycleLimit: min(cycleLimit, cycles))
    if estimate.byteCount > min(options.budget ?? .max, Self.announcedSize) {
      let end = options.budget.map { "ends it at \(ByteSize.text($0))" } ?? "SIZE ends it earlier"
      note("\(options.path) would take \(estimate); --trace-budget \(end)")
    }
  }
}
