/// Assembles one value-change block of an FST file from the chains of its signals.
struct FSTBlock {
  private var encoder = LZ4Encoder()
  private var flat: [UInt8] = []
  private var offsets: [Int] = []

  /// The block's bytes, its type byte `skip` so that readers pass over it until it is complete.
  ///
  /// `order` lists the signals by handle, `frame` is what they showed before the block's first change.
  mutating func assemble(_ chains: FSTChains, order: [Int], frame: [UInt8], times: [UInt64]) -> [UInt8] {
    var block: [UInt8] = [FSTFormat.Block.skip.rawValue]
    block.appendBigEndian(0)
    block.appendBigEndian(times.first ?? 0)
    block.appendBigEndian(times.last ?? 0)
    gather(chains, order)
    block.appendBigEndian(UInt64(flat.count))
    let packed = Deflate.zlib(frame)
    let isPacked = packed.count < frame.count
    block.appendVarint(UInt64(frame.count))
    block.appendVarint(UInt64(isPacked ? packed.count : frame.count))
    block.appendVarint(UInt64(order.count))
    block += isPacked ? packed : frame
    block.appendVarint(UInt64(order.count))
    let index = appendChains(&block, order.count)
    block += index
    block.appendBigEndian(UInt64(index.count))
    appendTimes(times, &block)
    for (place, shift) in stride(from: UInt64(56), through: 0, by: -8).enumerated() {
      block[1 + place] = UInt8(truncatingIfNeeded: UInt64(block.count - 1) >> shift)
    }
    return block
  }

  private mutating func gather(_ chains: FSTChains, _ order: [Int]) {
    flat.removeAll(keepingCapacity: true)
    offsets.removeAll(keepingCapacity: true)
    for signal in order {
      offsets.append(flat.count)
      chains.gather(signal, into: &flat)
    }
    offsets.append(flat.count)
  }

  /// Appends the chains, each once, and returns the index that says where each is: an offset, an alias, or nothing.
  private mutating func appendChains(_ block: inout [UInt8], _ count: Int) -> [UInt8] {
    let start = block.count
    block.append(UInt8(ascii: "4"))
    var index: [UInt8] = []
    var firstOfHash: [UInt64: Int] = [:]
    var previousOffset = 0
    var previousAlias: Int64 = 0
    var empty: UInt64 = 0
    for handle in 0..<count {
      let chain = offsets[handle]..<offsets[handle + 1]
      guard !chain.isEmpty else {
        empty += 1
        continue
      }
      if empty > 0 { index.appendVarint(empty << 1) }
      empty = 0
      let hash = Self.hash(flat.span.extracting(chain))
      if let first = firstOfHash[hash], flat[offsets[first]..<offsets[first + 1]] == flat[chain] {
        let alias = Int64(-(first + 1))
        index.appendSignedVarint(alias == previousAlias ? 1 : alias << 1 | 1)
        previousAlias = alias
        continue
      }
      firstOfHash[hash] = handle
      let offset = block.count - start
      index.appendSignedVarint(Int64(offset - previousOffset) << 1 | 1)
      previousOffset = offset
      appendChain(chain, &block)
    }
    if empty > 0 { index.appendVarint(empty << 1) }
    return index
  }

  private mutating func appendChain(_ chain: Range<Int>, _ block: inout [UInt8]) {
    let start = block.count
    if chain.count > 32 {
      block.appendVarint(UInt64(chain.count))
      Self.compress(flat, chain, &encoder, &block)
      if block.count - start < chain.count { return }
      block.removeLast(block.count - start)
    }
    block.append(0)
    block.append(contentsOf: flat[chain])
  }

  private static func compress(
    _ flat: [UInt8], _ chain: Range<Int>, _ encoder: inout LZ4Encoder, _ block: inout [UInt8]
  ) {
    encoder.compress(flat.span.extracting(chain), into: &block)
  }

  private func appendTimes(_ times: [UInt64], _ block: inout [UInt8]) {
    var deltas: [UInt8] = []
    var last: UInt64 = 0
    for time in times {
      deltas.appendVarint(time - last)
      last = time
    }
    let packed = Deflate.zlib(deltas)
    let content = packed.count < deltas.count ? packed : deltas
    block += content
    block.appendBigEndian(UInt64(deltas.count))
    block.appendBigEndian(UInt64(content.count))
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
