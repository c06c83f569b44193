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

/// Decoders of the block formats that FST files use; each yields exactly the declared number of bytes, or nil.
enum BlockDecoder {
  /// An LZ4 block.
  static func lz4(_ input: ArraySlice<UInt8>, count: Int) -> [UInt8]? {
    // A byte of input yields at most 255 bytes of output.
    guard count >= 0, count / 255 <= input.count + 16 else { return nil }
    var output: [UInt8] = []
    output.reserveCapacity(count)
    var cursor = input.startIndex
    while cursor < input.endIndex {
      let token = input[cursor]
      cursor += 1
      guard let literals = length(Int(token >> 4), input, &cursor), literals <= input.endIndex - cursor,
        literals <= count - output.count
      else { return nil }
      output.append(contentsOf: input[cursor..<cursor + literals])
      cursor += literals
      if cursor == input.endIndex { break }
      guard cursor + 2 <= input.endIndex else { return nil }
      let offset = Int(input[cursor]) | Int(input[cursor + 1]) << 8
      cursor += 2
      guard let extra = length(Int(token & 15), input, &cursor), offset > 0, offset <= output.count,
        extra <= count - output.count - 4
      else { return nil }
      copy(&output, offset, extra + 4)
    }
    return output.count == count ? output : nil
  }

  private static func length(_ nibble: Int, _ input: ArraySlice<UInt8>, _ cursor: inout Int) -> Int? {
    var total = nibble
    guard nibble == 15 else { return total }
    while cursor < input.endIndex {
      let byte = input[cursor]
      cursor += 1
      total += Int(byte)
      if byte < 255 { return total }
    }
    return nil
  }

  /// Repeats the `count` bytes that begin `offset` bytes back, which may reach into themselves.
  private static func copy(_ output: inout [UInt8], _ offset: Int, _ count: Int) {
    var source = output.count - offset
    for _ in 0..<count {
      output.append(output[source])
      source += 1
    }
  }

  /// A FastLZ block of level 1 or 2. Source: FastLZ block format (Ariya Hidayat).
  static func fastLZ(_ input: ArraySlice<UInt8>, count: Int) -> [UInt8]? {
    guard let first = input.first, count >= 0, count / 256 <= input.count else {
      return input.isEmpty && count == 0 ? [] : nil
    }
    let isSecondLevel = first >> 5 == 1
    guard first >> 5 <= 1 else { return nil }
    var output: [UInt8] = []
    output.reserveCapacity(count)
    var cursor = input.startIndex + 1
    var control = Int(first & 31)
    while true {
      if control >= 32 {
        guard
          let (length, offset) = fastLZMatch(control, input, &cursor, isSecondLevel), offset <= output.count,
          length <= count - output.count
        else { return nil }
        copy(&output, offset, length)
      } else {
        guard control + 1 <= input.endIndex - cursor, control + 1 <= count - output.count else { return nil }
        output.append(contentsOf: input[cursor..<cursor + control + 1])
        cursor += control + 1
      }
      guard cursor < input.endIndex else { break }
      control = Int(input[cursor])
      cursor += 1
    }
    return output.count == count ? output : nil
  }

  private static func fastLZMatch(
    _ control: Int, _ input: ArraySlice<UInt8>, _ cursor: inout Int, _ isSecondLevel: Bool
  ) -> (length: Int, offset: Int)? {
    func byte() -> Int? {
      guard cursor < input.endIndex else { return nil }
      defer { cursor += 1 }
      return Int(input[cursor])
    }
    var length = control >> 5 - 1
    if length == 6 {
      while true {
        guard let more = byte() else { return nil }
        length += more
        if !isSecondLevel || more < 255 { break }
      }
    }
    guard let low = byte() else { return nil }
    var offset = (control & 31) << 8 | low
    if isSecondLevel, low == 255, control & 31 == 31 {
      guard let high = byte(), let low = byte() else { return nil }
      offset = high << 8 + low + 8191
    }
    return (length + 3, offset + 1)
  }
}
