public import Signals
public import Simulation

/// The signals of the two links of a memory port, each end in the clock domain of who stands there.
public enum MemoryPortSignals {
  private static let tensors = EnumTable(
    name: "off_chip_tensor_t", labels: OffChipTensor.allCases.map { "\($0)" })

  /// What the machine's end of the requests' link shows.
  public static let sentRequests = Link<MemoryRequest>.senderColumns

  /// What the memory's end of the requests' link shows.
  public static let requests: [SignalColumn<Link<MemoryRequest>>] =
    Link<MemoryRequest>.receiverColumns + [
      SignalColumn("write", "The oldest request is a write.", .bit) { $1.take($0.front?.isWrite ?? false) },
      SignalColumn("address", "First byte of the oldest request.", .unsigned(bits: 40)) {
        $1.take($0.front?.address ?? 0)
      },
      SignalColumn("tensor", "Whose bytes the oldest request moves.", .enumeration(tensors)) {
        $1.take($0.front?.tensor ?? .ifmap)
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

  /// What the memory's end of the answers' link shows.
  public static let sentResponses = Link<MemoryBeat>.senderColumns

  /// What the machine's end of the answers' link shows.
  public static let responses: [SignalColumn<Link<MemoryBeat>>] =
    Link<MemoryBeat>.receiverColumns + [
      SignalColumn(
        "read_data", "Eight bytes of the oldest answer, the first in the low byte.", .unsigned(bits: 64),
        extent: { _ in .list(prefix: "word", count: 8) }
      ) { link, sampler in
        let front = link.front ?? MemoryBeat(repeating: 0)
        sampler.take(count: 8) { front.word($0) }
      }
    ]

  /// What the link of stores that are ready for the port shows.
  public static let packedStores: [SignalColumn<Link<PackedStore>>] =
    Link<PackedStore>.handshakeColumns + [
      SignalColumn("address", "First byte of the oldest store.", .unsigned(bits: 40)) {
        $1.take($0.front?.request.address ?? 0)
      },
      SignalColumn("byte_enables", "Which bytes it writes.", .mask(bits: 64)) { link, sampler in
        sampler.take(count: 1) { _ in link.front?.request.enables ?? 0 }
      },
      SignalColumn("completes_tile", "Its tile is complete with it.", .bit) {
        $1.take($0.front?.completesTile ?? false)
      },
    ]
}

extension MemoryBeat {
  /// Bytes `8 n ..< 8 n + 8` as one number, the first in the low byte.
  func word(_ index: Int) -> UInt64 {
    (0..<8).reduce(0) { $0 | UInt64(self[8 * index + $1]) << UInt64(8 * $1) }
  }
}
