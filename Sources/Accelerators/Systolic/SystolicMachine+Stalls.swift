import Compute
import Memory
import Simulation

// Every PE-cycle in which the whole array waits has a root: what the hold of the sequencer, followed link by link, ends at.

extension SystolicMachine {
  /// Labels cycles in which nothing enters the array, and books their root cause.
  mutating func bookWait(_ hold: FoldHold, cycles: Int) {
    counters.labels[folds.waitLabel(hold)] += cycles * spec.peCount
    counters.stalls[stallCause(hold)] += cycles * spec.peCount
  }

  /// The root of a hold in this cycle, from committed state.
  func stallCause(_ hold: FoldHold) -> StallCause {
    switch hold {
    case .none, .array: .latency
    case .accumulator, .finished: MemoryPath(requests, responses, memory).storeCause
    case .ifmapTile, .filterTile: loadCause
    }
  }

  /// Why a tile is not there: its load is not queued, or the engine, a link or the memory has not got that far.
  private var loadCause: StallCause {
    guard transfers.queuedLoads > 0 else { return .prefetch }
    return MemoryPath(requests, responses, memory).loadCause(isIssuing: transfers.isIssuing)
  }
}
