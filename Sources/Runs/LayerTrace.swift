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

  /// A trace larger than this is announced before it starts.
  private static let announcedSize = 100_000_000
  /// Cycles after which an estimate is content with a lower bound.
  private static let estimatedCycles = 4_000_000

  /// A trace of one run.
  public init(_ options: TraceOptions, note: @escaping @Sendable (String) -> Void) {
    self.options = options
    self.note = note
  }

  /// Says how large the trace of a simulator's run will be, if that is much and nothing bounds it.
  func announce<Model: Machine & ObservableMachine>(_ simulator: Simulator<Model>, cycleLimit: Int) throws {
    guard case .window(let window) = options.extent, window == .everything, options.budget == nil else { return }
    let estimate = try TraceEstimate.measure(
      simulator, options: options, cycleLimit: min(cycleLimit, Self.estimatedCycles))
    if estimate.byteCount > Self.announcedSize {
      note("\(options.path) will take \(estimate); --trace-budget SIZE ends it earlier")
    }
  }
}

/// A run that SIGINT or SIGTERM ended; its files are closed.
public struct InterruptedError: Error, Sendable, CustomStringConvertible {
  /// The layer that ran.
  public let layer: String
  /// Which layer it was.
  public var description: String { "interrupted while layer \(layer) ran" }
}
