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

  /// Books cycles of a layer for the vector unit alone in which it takes no operands.
  mutating func bookVectorWait(cycles: Int) {
    guard vector.streams.layer != nil, !vector.takesOperands else { return }
    counters.vectorStalls[vectorStallCause] += cycles
  }

  /// The root of the vector unit's waiting: results have no way out, operands are not there, or a job is on its way.
  private var vectorStallCause: StallCause {
    mutating get {
      switch vector.streamWait(transfers) {
      case .none: .latency
      case .results: MemoryPath(requests, responses, &memory).storeCause
      case .operands: loadCause
      }
    }
  }

  /// The root of a hold in this cycle, from committed state.
  mutating func stallCause(_ hold: FoldHold) -> StallCause {
    switch hold {
    case .none, .array: .latency
    case .accumulator, .finished: MemoryPath(requests, responses, &memory).storeCause
    case .ifmapTile, .filterTile: loadCause
    }
  }

  /// Why a tile is not there: its load is not queued, or the engine, a link or the memory has not got that far.
  private var loadCause: StallCause {
    mutating get {
      guard transfers.queuedLoads > 0 else { return .prefetch }
      return MemoryPath(requests, responses, &memory).loadCause(isIssuing: transfers.isIssuing)
    }
  }
}
