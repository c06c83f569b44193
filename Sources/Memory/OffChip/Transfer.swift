/// A strided move between off-chip memory and an on-chip buffer: runs of consecutive bytes in two nested loops.
///
/// ```
/// for outer in 0..<outerCount
///   for inner in 0..<innerCount
///     run of runBytes at memoryAddress + outer * outerStride + inner * innerStride
/// ```
public struct Transfer: Sendable, Codable, Equatable {
  /// First byte off chip.
  public var memoryAddress: Int
  /// Bytes of one run; 0 moves nothing.
  public var runBytes: Int
  /// Runs of the inner loop, and bytes between them.
  public var innerCount: Int
  /// Bytes between runs of the inner loop.
  public var innerStride: Int
  /// Trips of the outer loop, and bytes between them.
  public var outerCount: Int
  /// Bytes between trips of the outer loop.
  public var outerStride: Int
  /// Where the first run lies on chip, in the buffer's own addresses; loads fill from here without gaps.
  public var bufferAddress: Int
  /// On-chip strides of a store, in psums: along a run, over the inner and over the outer loop.
  public var bufferRunStride = 1
  /// Psums between runs of the inner loop, on chip.
  public var bufferInnerStride = 0
  /// Psums between trips of the outer loop, on chip.
  public var bufferOuterStride = 0
  /// Which tile it belongs to, and whether the tile is complete when it ends.
  public var tile: Int
  /// Whether the tile is complete when it ends.
  public var completesTile: Bool

  /// A transfer whose runs are merged where they follow each other without a gap.
  public init(
    memoryAddress: Int, runBytes: Int, innerCount: Int = 1, innerStride: Int = 0, outerCount: Int = 1,
    outerStride: Int = 0, bufferAddress: Int, tile: Int, completesTile: Bool = true
  ) {
    self.memoryAddress = memoryAddress
    self.bufferAddress = bufferAddress
    self.tile = tile
    self.completesTile = completesTile
    (self.runBytes, self.innerCount, self.innerStride) = (runBytes, innerCount, innerStride)
    (self.outerCount, self.outerStride) = (outerCount, outerStride)
  }

  /// The same load with as few and as long runs as possible. On-chip addresses do not change, because loads fill without gaps.
  public var merged: Transfer {
    var merged = self
    if merged.innerStride == merged.runBytes || merged.innerCount == 1 {
      merged.runBytes *= merged.innerCount
      (merged.innerCount, merged.innerStride) = (merged.outerCount, merged.outerStride)
      (merged.outerCount, merged.outerStride) = (1, 0)
    }
    if merged.outerCount == 1, merged.innerStride == merged.runBytes || merged.innerCount == 1 {
      merged.runBytes *= merged.innerCount
      (merged.innerCount, merged.innerStride) = (1, 0)
    }
    return merged
  }

  /// All bytes.
  public var bytes: Int { runBytes * innerCount * outerCount }
}

/// Walks a transfer block by block: each step is the part of one run that lies in one aligned block of the memory port.
public struct TransferCursor: Sendable, Codable, Equatable {
  private var outer = 0
  private var inner = 0
  /// Bytes of the current run that were passed.
  private var offset = 0
  /// Bytes of the whole transfer that were passed.
  public private(set) var passed = 0

  /// The start of a transfer.
  public init() {}

  /// One block of a transfer.
  public struct Block: Sendable, Equatable {
    /// Aligned address of the block.
    public let address: Int
    /// First wanted byte within the block.
    public let first: Int
    /// Wanted bytes.
    public let count: Int
    /// Position within the run, and the run's place in the two loops.
    public let runOffset: Int
    /// Trip of the inner loop.
    public let inner: Int
    /// Trip of the outer loop.
    public let outer: Int

    /// The enable bits of the wanted bytes.
    public var enables: UInt64 {
      (count == 64 ? .max : (1 << UInt64(count)) - 1) << UInt64(first)
    }
  }

  /// The block under the cursor.
  public func block(of transfer: Transfer, portBytes: Int) -> Block {
    let address = transfer.memoryAddress + outer * transfer.outerStride + inner * transfer.innerStride + offset
    let first = address & (portBytes - 1)
    return Block(
      address: address - first, first: first, count: min(portBytes - first, transfer.runBytes - offset),
      runOffset: offset, inner: inner, outer: outer)
  }

  /// Passes a block; true if the transfer is complete.
  public mutating func advance(past block: Block, of transfer: Transfer) -> Bool {
    offset += block.count
    passed += block.count
    guard offset == transfer.runBytes else { return false }
    offset = 0
    inner += 1
    guard inner == transfer.innerCount else { return false }
    inner = 0
    outer += 1
    return outer == transfer.outerCount
  }
}
