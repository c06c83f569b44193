import Memory
import Simulation

/// The way between a machine's port and the memory, as a stalled block looks along it: committed state.
///
/// The memory is passed `inout` to be asked in place; nothing of it changes.
///
/// Where several things are under way at once, the root is the slowest of them: the port, as long as it still sends requests and
/// the memory keeps pace; the memory's bus, where it does not; else what the oldest read waits for.
struct MemoryPath {
  private let canSend: Bool
  private let requests, responses: Place
  private let wait: MemoryWait
  private let isBacklogged: Bool

  /// Where the words of a link are.
  private enum Place {
    case nowhere
    /// In its FIFO or its synchronisers, out of the receiver's sight.
    case crossing
    /// In front of the receiver.
    case arrived

    init<Payload>(_ link: borrowing Link<Payload>) {
      self = link.count == 0 ? .nowhere : link.hasFront ? .arrived : .crossing
    }
  }

  init(
    _ requests: borrowing Link<MemoryRequest>, _ responses: borrowing Link<MemoryBeat>,
    _ memory: inout OffChipMemory
  ) {
    canSend = requests.canSend
    (self.requests, self.responses) = (Place(requests), Place(responses))
    wait = memory.wait
    isBacklogged = memory.isBacklogged(requests: requests)
  }

  /// Why a load that was queued is not there yet; `isIssuing`: requests of it have still to be sent.
  func loadCause(isIssuing: Bool) -> StallCause {
    if isIssuing, canSend, !isBacklogged { return .transfer }
    switch wait {
    case .queue, .refresh, .precharge, .activate, .bus: return StallCause(wait)
    case .data: return isIssuing || isBacklogged ? .bus : .data
    case .none, .crossing:
      switch (responses, requests) {
      case (.arrived, _): return .transfer
      case (.crossing, _): return .crossing
      case (.nowhere, .arrived): return isBacklogged ? .bus : .queue
      case (.nowhere, .crossing): return .crossing
      case (.nowhere, .nowhere): return StallCause(wait)
      }
    }
  }

  /// Why what leaves the chip is not gone yet: its own way to the port, or what the memory waits for, where it takes no more.
  var storeCause: StallCause {
    if canSend { return .store }
    switch wait {
    case .queue, .refresh, .precharge, .activate, .bus: return StallCause(wait)
    case .data, .none: return .bus
    case .crossing: return .crossing
    }
  }
}
