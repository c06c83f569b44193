/// What one transfer over a memory port carries at most: 64 bytes. A port of n bytes uses the first n.
public typealias MemoryBeat = SIMD64<UInt8>

/// One request over a memory port: an aligned block of the port's width.
public struct MemoryRequest: Sendable, Codable, Equatable {
  /// First byte; a multiple of the port's width.
  public var address: Int
  /// Write or read.
  public var isWrite: Bool
  /// Bytes to be written: bit n enables byte n. Of a read: the bytes that somebody wants.
  public var enables: UInt64
  /// Whose bytes they are.
  public var tensor: OffChipTensor
  /// The bytes of a write.
  public var data: MemoryBeat

  /// A request by its parts.
  public init(
    address: Int, isWrite: Bool, enables: UInt64, of tensor: OffChipTensor = .ifmap,
    data: MemoryBeat = MemoryBeat(repeating: 0)
  ) {
    self.address = address
    self.isWrite = isWrite
    self.enables = enables
    self.tensor = tensor
    self.data = data
  }

  /// Fills the unused places of links.
  public static let empty = MemoryRequest(address: 0, isWrite: false, enables: 0)
}

/// A write that another block has put together, ready for the port.
public struct PackedStore: Sendable, Codable, Equatable {
  /// The write.
  public var request: MemoryRequest
  /// Whether its tile is complete with it.
  public var completesTile: Bool

  /// A store by its parts.
  public init(_ request: MemoryRequest, completesTile: Bool) {
    self.request = request
    self.completesTile = completesTile
  }

  /// Fills the unused places of links.
  public static let empty = PackedStore(.empty, completesTile: false)
}
