import Compute
import Memory
import Simulation

// Every PE-cycle labelled `wait` has a root: what the phase waits for, followed link by link.

extension RowStationaryMachine {
  /// Lets the array label its cycles, and books the root cause of those that wait.
  mutating func bookWaits(_ advance: (inout RowStationaryArray) -> Void) {
    let before = array.counters.labels
    advance(&array)
    let after = array.counters.labels
    let waiting = after.waiting - before.waiting
    guard waiting > 0 else { return }
    counters.stalls[stallCause(waitsForFilters: after[.waitFilter] > before[.waitFilter])] += waiting
  }

  /// The root of the array's waiting in this cycle, from committed state.
  ///
  /// While passes run, PEs wait for each other and for the networks; where one waits for filters that have not come from off
  /// chip, that is what holds up the multicasts of all.
  func stallCause(waitsForFilters: Bool) -> StallCause {
    switch control.phase {
    case .idle: .latency
    case .configure: .configuration
    case .loadBias, .loadIfmap: loadCause(filters: false)
    case .process: waitsForFilters && filterReader.isStarved ? loadCause(filters: true) : .network
    case .dump:
      channels.ofmapWords.canSend ? .store : MemoryPath(requests, responses, memory).storeCause
    }
  }

  /// Why words of filters, or of ifmaps and biases, are not there.
  private func loadCause(filters: Bool) -> StallCause {
    let (words, commands) =
      filters
      ? (channels.filterWords, channels.filterCommands) : (channels.ifmapWords, channels.ifmapCommands)
    if commands.count > 0 { return .crossing }
    let isIssuing = port.isIssuing(filters: filters, to: channels)
    if !isIssuing, words.count > 0, memory.readsInFlight == 0 { return words.hasFront ? .transfer : .crossing }
    return MemoryPath(requests, responses, memory).loadCause(isIssuing: isIssuing)
  }
}
