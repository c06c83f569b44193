/// Takes bits from bytes, lowest bit first, as DEFLATE packs them (RFC 1951 section 3.1.1).
struct BitReader {
  private var bytes: [UInt8]
  /// The next byte that is not in `held` yet.
  private var position: Int
  /// Bytes that came before `bytes`.
  private var bytesBefore = 0
  private var held: UInt64 = 0
  private var heldBits = 0
  /// Hands over the bytes that follow; none at the end.
  private let more: (() -> [UInt8])?

  init(_ bytes: [UInt8], at offset: Int, more: (() -> [UInt8])? = nil) {
    self.bytes = bytes
    self.more = more
    position = min(max(0, offset), bytes.count)
  }

  /// The first byte no bit of which was taken.
  var byteOffset: Int { bytesBefore + position - heldBits / 8 }

  /// Whether no bit is left.
  var isAtEnd: Bool {
    mutating get {
      _ = peek()
      return heldBits == 0
    }
  }

  private mutating func refill() -> Bool {
    guard let more else { return false }
    bytesBefore += bytes.count
    bytes = more()
    position = 0
    return !bytes.isEmpty
  }

  /// The next bits, 0 where the stream has ended; call `take` to consume them. 48 bits at most are there.
  @inline(__always)
  mutating func peek() -> UInt64 {
    while heldBits <= 48, position < bytes.count || refill() {
      held |= UInt64(bytes[position]) << UInt64(heldBits)
      position += 1
      heldBits += 8
    }
    return held
  }

  /// Consumes bits that `peek` has shown; false if the stream has ended before them.
  @inline(__always)
  mutating func take(_ count: Int) -> Bool {
    guard count <= heldBits else { return false }
    held >>= UInt64(count)
    heldBits -= count
    return true
  }

  /// The next `count` bits, 32 at most, or nil if the stream has ended.
  @inline(__always)
  mutating func bits(_ count: Int) -> Int? {
    let value = Int(truncatingIfNeeded: peek() & (1 << UInt64(count) - 1))
    return take(count) ? value : nil
  }

  /// Drops the rest of a byte that was begun.
  mutating func alignToByte() {
    _ = take(heldBits % 8)
  }
}
