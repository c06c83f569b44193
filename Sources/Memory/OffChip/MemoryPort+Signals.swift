public import Signals
public import Simulation

/// The signals of the two links of a memory port.
public enum MemoryPortSignals {
  /// What the requests' link shows.
  public static let requests: [SignalColumn<Link<MemoryRequest>>] =
    handshake() + [
      SignalColumn("write", "The oldest request is a write.", .bit) { $1.take($0.front?.isWrite ?? false) },
      SignalColumn("address", "First byte of the oldest request.", .unsigned(bits: 40)) {
        $1.take($0.front?.address ?? 0)
      },
      SignalColumn("byte_enables", "Which bytes it writes, or of a read wants.", .mask(bits: 64)) { link, sampler in
        sampler.take(count: 1) { _ in link.front?.enables ?? 0 }
      },
      SignalColumn(
        "write_data", "Eight bytes of its data, the first in the low byte.", .unsigned(bits: 64),
        extent: { _ in .list(prefix: "word", count: 8) }
      ) { link, sampler in
        let front = link.front
        let data = front?.isWrite == true ? front!.data : MemoryBeat(repeating: 0)
        sampler.take(count: 8) { data.word($0) }
      },
    ]

  /// What the answers' link shows.
  public static let responses: [SignalColumn<Link<MemoryBeat>>] =
    handshake() + [
      SignalColumn(
        "read_data", "Eight bytes of the oldest answer, the first in the low byte.", .unsigned(bits: 64),
        extent: { _ in .list(prefix: "word", count: 8) }
      ) { link, sampler in
        let front = link.front ?? MemoryBeat(repeating: 0)
        sampler.take(count: 8) { front.word($0) }
      }
    ]

  /// What every link shows: words inside, and whether one moves at either end.
  static func handshake<Payload>() -> [SignalColumn<Link<Payload>>] {
    [
      SignalColumn("ready", "The sender may send.", kind: .wire, .bit) { $1.take($0.canSend) },
      SignalColumn("send", "A word is stored at the end of this cycle.", kind: .wire, .bit) { $1.take($0.isSending) },
      SignalColumn("valid", "A word is there for the receiver.", kind: .wire, .bit) { $1.take($0.hasFront) },
      SignalColumn("receive", "A word is taken at the end of this cycle.", kind: .wire, .bit) {
        $1.take($0.isReceiving)
      },
      SignalColumn("count", "Words inside.", .unsigned(bits: 8)) { $1.take($0.count) },
    ]
  }

}

extension MemoryBeat {
  /// Bytes `8 n ..< 8 n + 8` as one number, the first in the low byte.
  func word(_ index: Int) -> UInt64 {
    (0..<8).reduce(0) { $0 | UInt64(self[8 * index + $1]) << UInt64(8 * $1) }
  }
}
