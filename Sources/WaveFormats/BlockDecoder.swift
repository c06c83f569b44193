/// Decoders of the block formats that FST files use; each yields exactly the declared number of bytes, or nil.
enum BlockDecoder {
  /// An LZ4 block.
  static func lz4(_ input: ArraySlice<UInt8>, count: Int) -> [UInt8]? {
    // A byte of input yields at most 255 bytes of output.
    guard count >= 0, count / 255 <= input.count + 16 else { return nil }
    var output = DecodedBytes(count: count)
    var source = BlockSource(input)
    while let token = source.byte() {
      guard let literals = source.lz4Length(Int(token >> 4)), output.append(&source, count: literals) else {
        return nil
      }
      if source.isAtEnd { break }
      guard let low = source.byte(), let high = source.byte(), let extra = source.lz4Length(Int(token & 15)),
        output.repeatLast(Int(low) | Int(high) << 8, count: extra + 4)
      else { return nil }
    }
    return output.finish()
  }

  /// A FastLZ block of level 1 or 2. Source: FastLZ block format (Ariya Hidayat).
  static func fastLZ(_ input: ArraySlice<UInt8>, count: Int) -> [UInt8]? {
    var source = BlockSource(input)
    guard let first = source.byte(), count >= 0, count / 256 <= input.count else {
      return input.isEmpty && count == 0 ? [] : nil
    }
    let isSecondLevel = first >> 5 == 1
    guard first >> 5 <= 1 else { return nil }
    var output = DecodedBytes(count: count)
    var control = Int(first & 31)
    while true {
      if control >= 32 {
        guard let (length, offset) = source.fastLZMatch(control, isSecondLevel),
          output.repeatLast(offset, count: length)
        else { return nil }
      } else {
        guard output.append(&source, count: control + 1) else { return nil }
      }
      guard let next = source.byte() else { break }
      control = Int(next)
    }
    return output.finish()
  }
}

/// The compressed side of a block: bytes that may end anywhere.
private struct BlockSource {
  let bytes: ArraySlice<UInt8>
  var cursor: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    cursor = bytes.startIndex
  }

  var isAtEnd: Bool { cursor == bytes.endIndex }

  @inline(__always)
  mutating func byte() -> UInt8? {
    guard cursor < bytes.endIndex else { return nil }
    defer { cursor &+= 1 }
    return bytes[cursor]
  }

  /// A length of which a token holds 4 bits: 15 is followed by bytes to add, the last of them below 255.
  @inline(__always)
  mutating func lz4Length(_ nibble: Int) -> Int? {
    if nibble < 15 { return nibble }
    var total = nibble
    while let next = byte() {
      total += Int(next)
      if next < 255 { return total }
    }
    return nil
  }

  mutating func fastLZMatch(_ control: Int, _ isSecondLevel: Bool) -> (length: Int, offset: Int)? {
    var length = control >> 5 - 1
    if length == 6 {
      while true {
        guard let more = byte() else { return nil }
        length += Int(more)
        if !isSecondLevel || more < 255 { break }
      }
    }
    guard let low = byte() else { return nil }
    var offset = (control & 31) << 8 | Int(low)
    if isSecondLevel, low == 255, control & 31 == 31 {
      guard let high = byte(), let low = byte() else { return nil }
      offset = Int(high) << 8 + Int(low) + 8191
    }
    return (length + 3, offset + 1)
  }
}

/// The unpacked side of a block: as many bytes as were announced, filled from the front.
private struct DecodedBytes {
  /// Copies go 8 bytes at a time and may write as many beyond what they copy.
  private static let margin = 8

  private let limit: Int
  private var bytes: [UInt8]
  private var count = 0

  init(count: Int) {
    limit = count
    bytes = [UInt8](repeating: 0, count: count + Self.margin)
  }

  /// Hands out the bytes, if all that were announced came.
  mutating func finish() -> [UInt8]? {
    guard count == limit else { return nil }
    bytes.removeLast(Self.margin)
    return bytes
  }

  /// Takes bytes as they are; false if either side has too few.
  @inline(__always)
  mutating func append(_ source: inout BlockSource, count added: Int) -> Bool {
    guard added <= source.bytes.endIndex - source.cursor, added <= limit - count else { return false }
    Self.copy(unsafe source.bytes.span.bytes, source.cursor - source.bytes.startIndex, added, &bytes, at: count)
    source.cursor &+= added
    count &+= added
    return true
  }

  private static func copy(_ source: RawSpan, _ start: Int, _ count: Int, _ bytes: inout [UInt8], at end: Int) {
    precondition(start >= 0 && start + count <= source.byteCount && end + count + margin <= bytes.count)
    var span = bytes.mutableSpan
    var target = unsafe span.mutableBytes
    var copied = 0
    while copied < count, start &+ copied &+ 8 <= source.byteCount {
      let word = unsafe source.unsafeLoadUnaligned(fromUncheckedByteOffset: start &+ copied, as: UInt64.self)
      unsafe target.storeBytes(of: word, toUncheckedByteOffset: end &+ copied, as: UInt64.self)
      copied = copied &+ 8
    }
    while copied < count {
      unsafe target.storeBytes(of: source.byte(start &+ copied), toUncheckedByteOffset: end &+ copied, as: UInt8.self)
      copied = copied &+ 1
    }
  }

  /// Repeats `added` bytes that begin `offset` bytes back, which may reach into themselves; false if they are not there.
  @inline(__always)
  mutating func repeatLast(_ offset: Int, count added: Int) -> Bool {
    guard offset > 0, offset <= count, added <= limit - count else { return false }
    Self.repeatLast(offset, added, &bytes, at: count)
    count &+= added
    return true
  }

  private static func repeatLast(_ offset: Int, _ count: Int, _ bytes: inout [UInt8], at end: Int) {
    precondition(offset > 0 && offset <= end && end + count + margin <= bytes.count)
    var span = bytes.mutableSpan
    var target = unsafe span.mutableBytes
    var copied = 0
    // A word at a time repeats nothing of itself if it lies behind what it is copied from.
    while offset >= 8, copied < count {
      let word = unsafe target.unsafeLoadUnaligned(
        fromUncheckedByteOffset: end &- offset &+ copied, as: UInt64.self)
      unsafe target.storeBytes(of: word, toUncheckedByteOffset: end &+ copied, as: UInt64.self)
      copied = copied &+ 8
    }
    while copied < count {
      let byte = unsafe target.unsafeLoadUnaligned(fromUncheckedByteOffset: end &- offset &+ copied, as: UInt8.self)
      unsafe target.storeBytes(of: byte, toUncheckedByteOffset: end &+ copied, as: UInt8.self)
      copied = copied &+ 1
    }
  }
}
