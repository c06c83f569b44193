import Arguments
import Foundation
import Reports
import Runs
import Synchronization

/// Says on standard error how far a long run is: a line that is rewritten on a terminal, else a line now and then.
final class ProgressLine: Sendable {
  private struct State {
    var last: ContinuousClock.Instant
    var isShown = false
  }

  /// Before this nobody wonders.
  static let patience = Duration.seconds(2)
  private let interval: Duration
  private let isTerminal: Bool
  private let start = ContinuousClock.now
  private let state: Mutex<State>

  init() {
    isTerminal = Console.reportsToTerminal
    interval = isTerminal ? .milliseconds(200) : .seconds(10)
    state = Mutex(State(last: start))
  }

  /// Shows progress, unless something was shown a moment ago.
  func show(_ progress: LayerProgress) {
    let now = ContinuousClock.now
    guard now - start > Self.patience else { return }
    state.withLock { state in
      guard now - state.last > interval else { return }
      state.last = now
      state.isShown = true
      let text =
        "\(progress.layer) on \(progress.dataflow): \(progress.unit) \(DecimalText.grouped(progress.folds)) of "
        + "\(DecimalText.grouped(progress.foldCount)), \(DecimalText.grouped(progress.cycles)) cycles"
      Console.report(isTerminal ? "\r\u{1B}[K" + text : text + "\n")
    }
  }

  /// Takes the line away.
  func clear() {
    state.withLock { state in
      if state.isShown, isTerminal { Console.report("\r\u{1B}[K") }
      state.isShown = false
    }
  }

  deinit { clear() }
}
