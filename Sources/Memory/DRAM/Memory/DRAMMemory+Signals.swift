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
    SignalColumn("answer_tensor", "Whose data leave in this cycle.", kind: .wire, .enumeration(tensors)) {
      $1.take($0.isAnswering ? 1 + Int($0.answers.frontTensor.rawValue) : 0)
    },
    served("act_tensor", "Whose row an ACT opens in this cycle.", .activate),
    served("rd_tensor", "Whose burst an RD fetches in this cycle.", .read),
    served("wr_tensor", "Whose burst a WR stores in this cycle.", .write),
  ]

  /// No tensor, or one.
  private static let tensors = EnumTable(
    name: "served_tensor_t", labels: ["none"] + OffChipTensor.allCases.map { "\($0)" })

  /// The tensor that commands of one kind serve, channel by channel.
  private static func served(
    _ name: String, _ meaning: String, _ kind: DRAMCommandKind
  ) -> SignalColumn<DRAMMemory> {
    SignalColumn(
      name, meaning, kind: .wire, .enumeration(tensors),
      extent: { .list(prefix: "channel", count: $0.channels.count) }
    ) { memory, sampler in
      sampler.take(count: memory.channels.count) {
        memory.tensor(servedBy: kind, on: $0).map { 1 + UInt64($0.rawValue) } ?? 0
      }
    }
  }

  /// The tensor whose request a command of this cycle serves (after `evaluate`); nil without such a command.
  func tensor(servedBy kind: DRAMCommandKind, on channel: Int) -> OffChipTensor? {
    guard let served = channels[channel].request(servedBy: kind) else { return nil }
    return served.isWrite ? writeData[channel].tensor(served.slot) : answers.tensor(of: served.tag &>> 8)
  }

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
