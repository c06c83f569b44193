public import Simulation

/// One order to the far end of an off-chip link: a stream of consecutive words, or a strided read.
public struct LinkCommand: Sendable, Codable, Equatable {
  /// What is read, or where words are written and how many bytes at most.
  public var transfer: Transfer
  /// Whose bytes they are; biases come over the ifmaps' FIFO and are counted apart.
  public var tensor: OffChipTensor

  /// A strided read: each of its blocks comes as the word that it lies in.
  public init(_ transfer: Transfer, of tensor: OffChipTensor) { (self.transfer, self.tensor) = (transfer, tensor) }

  /// A stream from an address on, a multiple of 8.
  public init(address: Int, bytes: Int, of tensor: OffChipTensor) {
    self.init(Transfer(memoryAddress: address, runBytes: bytes, bufferAddress: 0, tile: 0), of: tensor)
  }

  /// First byte off chip.
  public var address: Int { transfer.memoryAddress }
  /// Bytes to read, or the most that a write may store.
  public var bytes: Int { transfer.bytes }

  /// Fills the unused places of links.
  public static let empty = LinkCommand(address: 0, bytes: 0, of: .ifmap)
}

/// One 64-bit word that leaves the chip.
public struct OutgoingWord: Sendable, Codable, Equatable {
  /// Its bits; the first byte in memory is the lowest.
  public var bits: UInt64
  /// Bytes that count: 8, or fewer in the last word of a stream.
  public var bytes: Int
  /// The last word of the stream that a write order asked for.
  public var isLast: Bool

  /// A word by its parts.
  public init(bits: UInt64, bytes: Int, isLast: Bool) { (self.bits, self.bytes, self.isLast) = (bits, bytes, isLast) }

  /// Fills the unused places of links.
  public static let empty = OutgoingWord(bits: 0, bytes: 0, isLast: false)
}

extension LinkPort {
  /// The chip's links as the port sees them.
  public struct Channels: Sendable, Codable {
    /// Orders for ifmap reads (biases too), filter reads and ofmap writes.
    public var ifmapCommands, filterCommands, writeCommands: Link<LinkCommand>
    /// Words into the chip.
    public var ifmapWords, filterWords: Link<UInt64>
    /// Words out of the chip.
    public var ofmapWords: Link<OutgoingWord>
    /// Requests of the vector unit's transfers.
    public var vectorRequests: Link<MemoryRequest>
    /// The answers to them.
    public var vectorAnswers: Link<MemoryBeat>

    /// FIFOs of `depth` words between the two clocks, each pointer through `stages` flip-flops.
    public init(depth: Int, stages: Int) {
      ifmapCommands = Link(capacity: 2, synchroniserStages: stages, filler: .empty)
      filterCommands = ifmapCommands
      writeCommands = ifmapCommands
      ifmapWords = Link(capacity: depth, synchroniserStages: stages, filler: 0)
      filterWords = ifmapWords
      ofmapWords = Link(capacity: depth, synchroniserStages: stages, filler: .empty)
      vectorRequests = Link(capacity: depth, synchroniserStages: stages, filler: .empty)
      vectorAnswers = Link(capacity: depth, synchroniserStages: stages, filler: MemoryBeat(repeating: 0))
    }

    /// Nothing inside any of them.
    public var isQuiescent: Bool {
      ifmapCommands.isQuiescent && filterCommands.isQuiescent && writeCommands.isQuiescent && ifmapWords.isQuiescent
        && filterWords.isQuiescent && ofmapWords.isQuiescent && vectorRequests.isQuiescent
        && vectorAnswers.isQuiescent
    }

    /// Whether further edges of the chip's clock would show the chip nothing new.
    public var isChipSettled: Bool { isStill || areChipEndsSettled }

    private var areChipEndsSettled: Bool {
      ifmapCommands.isSenderSettled && filterCommands.isSenderSettled && writeCommands.isSenderSettled
        && ifmapWords.isReceiverSettled && filterWords.isReceiverSettled && ofmapWords.isSenderSettled
        && vectorRequests.isSenderSettled && vectorAnswers.isReceiverSettled
    }

    /// Whether further edges of the link's clock would show the port nothing new.
    public var isPortSettled: Bool { isStill || arePortEndsSettled }

    private var arePortEndsSettled: Bool {
      ifmapCommands.isReceiverSettled && filterCommands.isReceiverSettled && writeCommands.isReceiverSettled
        && ifmapWords.isSenderSettled && filterWords.isSenderSettled && ofmapWords.isReceiverSettled
        && vectorRequests.isReceiverSettled && vectorAnswers.isSenderSettled
    }

    /// Whether nothing moves and every synchroniser has settled: an edge then changes nothing.
    private var isStill = true

    private var isMoving: Bool {
      ifmapCommands.isSending || filterCommands.isSending || writeCommands.isSending || ifmapWords.isSending
        || filterWords.isSending || ofmapWords.isSending || ifmapCommands.isReceiving || filterCommands.isReceiving
        || writeCommands.isReceiving || ifmapWords.isReceiving || filterWords.isReceiving || ofmapWords.isReceiving
        || vectorRequests.isSending || vectorRequests.isReceiving || vectorAnswers.isSending
        || vectorAnswers.isReceiving
    }

    /// Clock edges at the chip's side, at the link's side, or both.
    public mutating func commit(chip: Bool, port: Bool) {
      if isStill && !isMoving { return }
      defer { isStill = areChipEndsSettled && arePortEndsSettled && !isMoving }
      ifmapCommands.commit(sender: chip, receiver: port)
      filterCommands.commit(sender: chip, receiver: port)
      writeCommands.commit(sender: chip, receiver: port)
      ifmapWords.commit(sender: port, receiver: chip)
      filterWords.commit(sender: port, receiver: chip)
      ofmapWords.commit(sender: chip, receiver: port)
      vectorRequests.commit(sender: chip, receiver: port)
      vectorAnswers.commit(sender: port, receiver: chip)
    }
  }
}
