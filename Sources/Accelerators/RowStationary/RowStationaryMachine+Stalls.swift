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

  /// Books cycles of a layer for the vector unit alone in which it takes no operands.
  mutating func bookVectorWait(cycles: Int) {
    guard vectorSide.isAwake, program == nil, vectorSide.path.streams.layer != nil, !vectorSide.path.takesOperands
    else {
      return
    }
    counters.vectorStalls[vectorStallCause] += cycles
  }

  /// The root of the vector unit's waiting: results have no way out, operands are not there, or a job is on its way.
  private var vectorStallCause: StallCause {
    mutating get {
      switch vectorSide.path.streamWait(vectorSide.transfers) {
      case .none: .latency
      case .results: vectorStoreCause
      case .operands: vectorLoadCause
      }
    }
  }

  /// Why results of the vector unit are not off chip: their way to the link, the link's words, or the memory.
  private var vectorStoreCause: StallCause {
    mutating get {
      if channels.vectorRequests.canSend { return .store }
      return requests.canSend ? .transfer : MemoryPath(requests, responses, &memory).storeCause
    }
  }

  /// Why operands or factors of the vector unit are not there.
  private var vectorLoadCause: StallCause {
    mutating get {
      guard vectorSide.transfers.queuedLoads > 0 else { return .prefetch }
      if channels.vectorAnswers.hasFront { return .transfer }
      let isIssuing = vectorSide.transfers.isIssuing || channels.vectorRequests.count > 0
      if !isIssuing, channels.vectorAnswers.count > 0, memory.readsInFlight == 0 { return .crossing }
      return MemoryPath(requests, responses, &memory).loadCause(isIssuing: isIssuing)
    }
  }

  /// The root of the array's waiting in this cycle, from committed state.
  ///
  /// While passes run, PEs wait for each other and for the networks; where one waits for filters, and what has come of them
  /// from off chip has left the banks, the way from there holds up the multicasts of all.
  private mutating func stallCause(waitsForFilters: Bool) -> StallCause {
    switch control.phase {
    case .idle: .latency
    case .configure: .configuration
    case .loadBias where decoder.isIdle: vectorLoadCause
    case .loadBias, .loadIfmap: loadCause(filters: false)
    case .process:
      waitsForFilters && filterReader.isDrained && port.isReadingFilters(channels) ? loadCause(filters: true) : .network
    case .dump where program?.planes != nil: vectorStoreCause
    case .dump: channels.ofmapWords.canSend ? .store : MemoryPath(requests, responses, &memory).storeCause
    }
  }

  /// Why words of filters, or of ifmaps and biases, are not there.
  private mutating func loadCause(filters: Bool) -> StallCause {
    // Links are asked in place: a copy would count references in every cycle.
    if filters ? channels.filterWords.hasFront : channels.ifmapWords.hasFront { return .transfer }
    if (filters ? channels.filterCommands.count : channels.ifmapCommands.count) > 0 { return .crossing }
    let isIssuing = port.isIssuing(filters: filters, to: channels)
    let words = filters ? channels.filterWords.count : channels.ifmapWords.count
    if !isIssuing, words > 0, memory.readsInFlight == 0 { return .crossing }
    return MemoryPath(requests, responses, &memory).loadCause(isIssuing: isIssuing)
  }
}
