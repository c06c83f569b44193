public import Simulation

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

/// A run that SIGINT or SIGTERM ended; its files are closed.
public struct InterruptedError: Error, Sendable, CustomStringConvertible {
  /// The layer that ran.
  public let layer: String
  /// Which layer it was.
  public var description: String { "interrupted while layer \(layer) ran" }
}

extension RunEnd {
  /// Throws `InterruptedError` or `StuckError` unless the run came to its end.
  func check(layer: String, dataflow: String) throws {
    switch self {
    case .finished: return
    case .stopped: throw InterruptedError(layer: layer)
    case .cycleLimit, .deadlock: throw StuckError(layer: layer, dataflow: dataflow, end: self)
    }
  }
}
