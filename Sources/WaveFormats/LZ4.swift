/// The LZ4 block format: an encoder that favours speed, and a decoder that trusts nothing.
///
/// Source: LZ4 Block Format Description (a token of two 4-bit lengths, literals, a 2-byte offset; the last 5 bytes are literals and
/// no match begins in the last 12).
struct LZ4Encoder {
  /// Position + base of the last 4-byte sequence of each hash; entries below `base` belong to earlier inputs.
  private var table = [UInt32](repeating: 0, count: 1 << 12)
  private var base: UInt32 = 1

  /// Appends the compressed form of `source` to `output`; `source` is shorter than 1 GiB.
  mutating func compress(_ source: Span<UInt8>, into output: inout [UInt8]) {
    let count = source.count
    precondition(count < 1 << 30, "an LZ4 block is shorter than 1 GiB")
    if base > UInt32.max - UInt32(count) - 1 {
      for index in table.indices { table[index] = 0 }
      base = 1
    }
    // The longest result: all literals, and a length byte for every 255 of them.
    let start = output.count
    output.append(contentsOf: repeatElement(0, count: count + count / 255 + 16))
    var target = output.mutableSpan
    var raw = unsafe target.mutableBytes
    let end = Self.compress(source, base, &table, &raw, from: start)
    output.removeLast(output.count - end)
    base = base &+ UInt32(count)
  }

  private static func compress(
    _ source: Span<UInt8>, _ base: UInt32, _ entries: inout [UInt32], _ output: inout MutableRawSpan, from start: Int
  ) -> Int {
    var end = start
    var anchor = 0
    var cursor = 0
    let matchLimit = source.count - 12
    var misses = 0
    let raw = unsafe source.bytes
    var table = entries.mutableSpan
    precondition(table.count == 1 << 12, "a hash has 12 bits")
    while cursor < matchLimit {
      let word = unsafe raw.unsafeLoadUnaligned(fromUncheckedByteOffset: cursor, as: UInt32.self)
      let slot = Int((word &* 2_654_435_761) &>> 20)
      let found = unsafe table[unchecked: slot]
      unsafe table[unchecked: slot] = base &+ UInt32(truncatingIfNeeded: cursor)
      let candidate = Int(found) &- Int(base)
      guard found >= base, cursor &- candidate <= 65535,
        unsafe raw.unsafeLoadUnaligned(fromUncheckedByteOffset: candidate, as: UInt32.self) == word
      else {
        misses = misses &+ 1
        cursor = cursor &+ 1 &+ misses &>> 6
        continue
      }
      misses = 0
      let length = matchLength(raw, candidate &+ 4, cursor &+ 4, limit: source.count - 5) &+ 4
      end = storeLiterals(raw, anchor..<cursor, lowBits: min(length &- 4, 15), in: &output, at: end)
      unsafe output.storeBytes(
        of: UInt16(truncatingIfNeeded: cursor &- candidate), toUncheckedByteOffset: end, as: UInt16.self)
      end = end &+ 2
      if length >= 19 { end = storeLength(length &- 19, in: &output, at: end) }
      cursor = cursor &+ length
      anchor = cursor
    }
    return storeLiterals(raw, anchor..<source.count, lowBits: 0, in: &output, at: end)
  }

  private static func matchLength(_ raw: RawSpan, _ first: Int, _ second: Int, limit: Int) -> Int {
    var length = 0
    while second &+ length &+ 8 <= limit {
      let difference =
        unsafe raw.unsafeLoadUnaligned(fromUncheckedByteOffset: first &+ length, as: UInt64.self)
        ^ raw.unsafeLoadUnaligned(fromUncheckedByteOffset: second &+ length, as: UInt64.self)
      if difference != 0 { return length &+ difference.trailingZeroBitCount / 8 }
      length = length &+ 8
    }
    while second + length < limit, raw.byte(first + length) == raw.byte(second + length) { length += 1 }
    return length
  }

  /// A token with its literals, of which whole words go first.
  @inline(__always)
  private static func storeLiterals(
    _ raw: RawSpan, _ literals: Range<Int>, lowBits: Int, in output: inout MutableRawSpan, at start: Int
  ) -> Int {
    let count = literals.count
    let token = UInt8(truncatingIfNeeded: min(count, 15) &<< 4 | lowBits)
    unsafe output.storeBytes(of: token, toUncheckedByteOffset: start, as: UInt8.self)
    var end = start &+ 1
    if count >= 15 { end = storeLength(count &- 15, in: &output, at: end) }
    var copied = 0
    while copied &+ 8 <= count {
      let word = unsafe raw.unsafeLoadUnaligned(fromUncheckedByteOffset: literals.lowerBound &+ copied, as: UInt64.self)
      unsafe output.storeBytes(of: word, toUncheckedByteOffset: end &+ copied, as: UInt64.self)
      copied = copied &+ 8
    }
    while copied < count {
      unsafe output.storeBytes(
        of: raw.byte(literals.lowerBound &+ copied), toUncheckedByteOffset: end &+ copied, as: UInt8.self)
      copied = copied &+ 1
    }
    return end &+ count
  }

  private static func storeLength(_ length: Int, in output: inout MutableRawSpan, at start: Int) -> Int {
    var end = start
    var rest = length
    while rest >= 255 {
      unsafe output.storeBytes(of: 255, toUncheckedByteOffset: end, as: UInt8.self)
      end = end &+ 1
      rest = rest &- 255
    }
    unsafe output.storeBytes(of: UInt8(truncatingIfNeeded: rest), toUncheckedByteOffset: end, as: UInt8.self)
    return end &+ 1
  }
}

extension RawSpan {
  /// One byte.
  @inline(__always)
  func byte(_ offset: Int) -> UInt8 { unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self) }
}
