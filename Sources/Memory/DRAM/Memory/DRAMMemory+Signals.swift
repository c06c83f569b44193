public import Signals

extension DRAMMemory: Observable {
  /// The port's side: what is taken and answered, and what the oldest read waits for.
  public static let columns: [SignalColumn<DRAMMemory>] = [
    SignalColumn("takes", "A request is taken in this cycle, its last burst if it has several.", kind: .wire, .bit) {
      $1.take($0.takenRequest != nil)
    },
    SignalColumn("takes_write", "The request that is taken is a write.", kind: .wire, .bit) {
      $1.take($0.takenRequest?.isWrite ?? false)
    },
    SignalColumn("address", "First byte of the request that is taken; 0 if none is.", kind: .wire, .unsigned(bits: 40))
    {
      $1.take($0.takenRequest?.address ?? 0)
    },
    SignalColumn("answers", "The data of a read leave in this cycle.", kind: .wire, .bit) { $1.take($0.isAnswering) },
    SignalColumn("reads_in_flight", "Reads taken and not answered.", .unsigned(bits: 20)) { $1.take($0.readsInFlight) },
    SignalColumn(
      "oldest_read", "What the oldest read waits for.",
      .enumeration(EnumTable(MemoryWait.self, name: "memory_wait_t"))
    ) { $1.take($0.wait) },
  ]

  /// The request whose last burst is taken in this cycle (after `evaluate`).
  public var takenRequest: MemoryRequest? { splitBursts == 0 ? taken : nil }

  /// What each channel counted, and the bursts that requests shared.
  public var channelCounters: [CounterValue] {
    let shared = CounterValue(
      scope: "memory", name: "shared_bursts", unit: "accesses",
      meaning: "Requests served by the burst of another, because a burst is wider than the port.", value: sharedBursts)
    return [shared]
      + channels.enumerated().flatMap { $1.counters.values(scope: "memory.channel_\($0)") }
  }
}
