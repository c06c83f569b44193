/// Takes bits from bytes, lowest bit first, as DEFLATE packs them (RFC 1951 section 3.1.1).
struct BitReader {
  let bytes: [UInt8]
  /// The next byte that is not in `held` yet.
  private(set) var position: Int
  private var held: UInt64 = 0
  private var heldBits = 0

  init(_ bytes: [UInt8], at offset: Int) {
    self.bytes = bytes
    position = min(max(0, offset), bytes.count)
  }

  /// The first byte no bit of which was taken.
  var byteOffset: Int { position - heldBits / 8 }

  /// The next bits, 0 where the stream has ended; call `take` to consume them. 48 bits at most are there.
  @inline(__always)
  mutating func peek() -> UInt64 {
    while heldBits <= 48, position < bytes.count {
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
