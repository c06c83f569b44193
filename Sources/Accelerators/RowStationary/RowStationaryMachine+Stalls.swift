import Compute
import Memory
import Simulation

// Every PE-cycle labelled `wait` has a root: what the phase waits for, followed link by link.

extension RowStationaryMachine {
  /// Books the root cause of the PE-cycles of waiting that the array has just counted.
  mutating func bookWaits() {
    let waits = array.waits
    guard waits.all > 0 else { return }
    counters.stalls[stallCause(waitsForFilters: waits.filters > 0)] += waits.all
  }

  /// The root of the array's waiting in this cycle, from committed state.
  ///
  /// While passes run, PEs wait for each other and for the networks; where one waits for filters that have not come from off
  /// chip, that is what holds up the multicasts of all.
  private mutating func stallCause(waitsForFilters: Bool) -> StallCause {
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
  private mutating func loadCause(filters: Bool) -> StallCause {
    let (words, commands) =
      filters
      ? (channels.filterWords, channels.filterCommands) : (channels.ifmapWords, channels.ifmapCommands)
    if commands.count > 0 { return .crossing }
    let isIssuing = port.isIssuing(filters: filters, to: channels)
    if !isIssuing, words.count > 0, memory.readsInFlight == 0 { return words.hasFront ? .transfer : .crossing }
    return MemoryPath(requests, responses, memory).loadCause(isIssuing: isIssuing)
  }
}
