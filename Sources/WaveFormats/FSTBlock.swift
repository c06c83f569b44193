import Codecs

/// A full block on its way to the file: its changes, the times they happened at, and what all signals showed before.
struct FSTBlockContent {
  var arena: FSTArena
  /// What every signal showed before the first change, in order of handles.
  var frame: [UInt8] = []
  var times = FSTTimes()
}

/// The instants of a block, each as the ticks that have passed since the one before.
struct FSTTimes {
  private(set) var deltas: [UInt8] = []
  private(set) var count = 0
  private(set) var first: UInt64 = 0
  private(set) var last: UInt64 = 0

  mutating func append(_ tick: UInt64) {
    if count == 0 { first = tick }
    deltas.appendVarint(count == 0 ? tick : tick - last)
    last = tick
    count += 1
  }

  mutating func removeAll() {
    deltas.removeAll(keepingCapacity: true)
    count = 0
  }
}

/// Makes the bytes of value-change blocks from their content. Source: block VCDATA_DYN_ALIAS2 of libfst's format description.
struct FSTBlockEncoder {
  private var encoder = LZ4Encoder()
  private var block: [UInt8] = []
  private var chain: [UInt8] = []
  private var other: [UInt8] = []
  private var index: [UInt8] = []

  /// Makes the block's bytes, its type byte `skip` so that readers pass over it until it is complete.
  ///
  /// `order` lists the signals by handle.
  mutating func assemble(_ content: FSTBlockContent, order: [Int]) -> [UInt8] {
    block.removeAll(keepingCapacity: true)
    block.append(FSTFormat.Block.skip.rawValue)
    block.appendBigEndian(0)
    block.appendBigEndian(content.times.first)
    block.appendBigEndian(content.times.last)
    block.appendBigEndian(UInt64(order.reduce(0) { $0 + content.arena.chunks.byteCount(of: $1) }))
    let packed = Deflate.compress(content.frame, wrapper: .zlib)
    let isPacked = packed.count < content.frame.count
    block.appendVarint(UInt64(content.frame.count))
    block.appendVarint(UInt64(isPacked ? packed.count : content.frame.count))
    block.appendVarint(UInt64(order.count))
    block += isPacked ? packed : content.frame
    block.appendVarint(UInt64(order.count))
    appendChains(content.arena, order)
    block += index
    block.appendBigEndian(UInt64(index.count))
    appendTimes(content.times)
    for (place, shift) in stride(from: UInt64(56), through: 0, by: -8).enumerated() {
      block[1 + place] = UInt8(truncatingIfNeeded: UInt64(block.count - 1) >> shift)
    }
    return block
  }

  /// Appends the chains, each once, and makes the index that says where each is: an offset, an alias, or nothing.
  private mutating func appendChains(_ arena: FSTArena, _ order: [Int]) {
    let start = block.count
    block.append(UInt8(ascii: "4"))
    index.removeAll(keepingCapacity: true)
    var firstOfHash: [UInt64: Int] = [:]
    var previousOffset = 0
    var previousAlias: Int64 = 0
    var empty: UInt64 = 0
    for (handle, signal) in order.enumerated() {
      arena.gather(signal, into: &chain)
      guard !chain.isEmpty else {
        empty += 1
        continue
      }
      if empty > 0 { index.appendVarint(empty << 1) }
      empty = 0
      let hash = Self.hash(chain.span)
      if let first = firstOfHash[hash], isChain(of: order[first], in: arena) {
        let alias = Int64(-(first + 1))
        index.appendSignedVarint(alias == previousAlias ? 1 : alias << 1 | 1)
        previousAlias = alias
        continue
      }
      firstOfHash[hash] = handle
      let offset = block.count - start
      index.appendSignedVarint(Int64(offset - previousOffset) << 1 | 1)
      previousOffset = offset
      Self.append(chain, to: &block, &encoder)
    }
    if empty > 0 { index.appendVarint(empty << 1) }
  }

  /// Whether the chain at hand is that of another signal too.
  private mutating func isChain(of signal: Int, in arena: FSTArena) -> Bool {
    arena.gather(signal, into: &other)
    return chain == other
  }

  private static func append(_ chain: [UInt8], to block: inout [UInt8], _ encoder: inout LZ4Encoder) {
    let start = block.count
    if chain.count > 32 {
      block.appendVarint(UInt64(chain.count))
      encoder.compress(chain.span, into: &block)
      if block.count - start < chain.count { return }
      block.removeLast(block.count - start)
    }
    block.append(0)
    block.append(contentsOf: chain)
  }

  private mutating func appendTimes(_ times: FSTTimes) {
    let packed = Deflate.compress(times.deltas, wrapper: .zlib)
    let isPacked = packed.count < times.deltas.count
    block += isPacked ? packed : times.deltas
    block.appendBigEndian(UInt64(times.deltas.count))
    block.appendBigEndian(UInt64(isPacked ? packed.count : times.deltas.count))
    block.appendBigEndian(UInt64(times.count))
  }

  private static func hash(_ bytes: Span<UInt8>) -> UInt64 {
    var hash = UInt64(bytes.count) &* 0x9e37_79b9_7f4a_7c15
    var position = 0
    let raw = unsafe bytes.bytes
    while position + 8 <= bytes.count {
      let word = unsafe raw.unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: UInt64.self)
      hash = (hash ^ word) &* 0x9e37_79b9_7f4a_7c15
      hash ^= hash >> 29
      position += 8
    }
    while position < bytes.count {
      hash = (hash ^ UInt64(bytes[position])) &* 0x0000_0100_0000_01b3
      position += 1
    }
    return hash ^ hash >> 32
  }
}
