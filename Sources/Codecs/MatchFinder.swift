/// A literal byte, or a repetition of earlier bytes: what DEFLATE makes of its input (RFC 1951 section 2.3).
struct DeflateToken {
  let bits: UInt32

  /// A byte that stands for itself.
  @inline(__always)
  init(literal: UInt8) { bits = UInt32(literal) }

  /// `length` (4 ... 258) bytes that lie `distance` (1 ... 32768) back.
  @inline(__always)
  init(length: Int, distance: Int) {
    bits = 1 << 31 | UInt32(truncatingIfNeeded: length &- 3) &<< 15 | UInt32(truncatingIfNeeded: distance &- 1)
  }

  @inline(__always)
  var isMatch: Bool { bits &>> 31 == 1 }
  /// The byte.
  @inline(__always)
  var literal: Int { Int(bits) }
  /// Length - 3.
  @inline(__always)
  var length: Int { Int(bits &>> 15 & 0xFF) }
  /// Distance - 1.
  @inline(__always)
  var distance: Int { Int(bits & 0x7FFF) }
}

/// Finds repetitions in a stream: for each hash of 4 bytes, the last two places that had it.
struct MatchFinder: Sendable {
  private static let windowSize = 32768
  private static let hashBits = 15

  /// Up to a window of earlier bytes, and the block at hand.
  private var history: [UInt8] = []
  /// Position in the stream of `history[0]`, counted so that no place is 0; wraps.
  private var base: UInt32 = 1
  /// Position in the stream of the last and the second last place with each hash.
  private var places = [UInt32](repeating: 0, count: 2 << hashBits)
  private var found: [DeflateToken] = []

  /// What the next bytes of the stream are made of.
  mutating func tokens(of bytes: ArraySlice<UInt8>) -> [DeflateToken] {
    if history.count > Self.windowSize {
      let excess = history.count - Self.windowSize
      history.removeFirst(excess)
      base &+= UInt32(truncatingIfNeeded: excess)
    }
    let start = history.count
    history += bytes
    found.removeAll(keepingCapacity: true)
    Self.find(history, from: start, base, &places, &found)
    return found
  }

  private static func find(
    _ history: [UInt8], from start: Int, _ base: UInt32, _ places: inout [UInt32], _ tokens: inout [DeflateToken]
  ) {
    let bytes = history.span
    let raw = unsafe bytes.bytes
    var table = places.mutableSpan
    precondition(table.count == 2 << hashBits, "a hash has two places")
    let end = bytes.count
    var cursor = start
    while cursor + 4 <= end {
      let word = unsafe raw.unsafeLoadUnaligned(fromUncheckedByteOffset: cursor, as: UInt32.self)
      let slot = insert(word, at: base &+ UInt32(truncatingIfNeeded: cursor), &table)
      let now = base &+ UInt32(truncatingIfNeeded: cursor)
      let (last, secondLast) = (Int(now &- slot.last), Int(now &- slot.secondLast))
      let near = matchLength(raw, cursor, last, word)
      let far = matchLength(raw, cursor, secondLast, word)
      let (length, distance) = far > near ? (far, secondLast) : (near, last)
      if length == 0 {
        tokens.append(DeflateToken(literal: UInt8(truncatingIfNeeded: word)))
        cursor = cursor &+ 1
        continue
      }
      tokens.append(DeflateToken(length: length, distance: distance))
      let next = cursor &+ length
      cursor = cursor &+ 1
      while cursor < next, cursor + 4 <= end {
        let word = unsafe raw.unsafeLoadUnaligned(fromUncheckedByteOffset: cursor, as: UInt32.self)
        _ = insert(word, at: base &+ UInt32(truncatingIfNeeded: cursor), &table)
        cursor = cursor &+ 1
      }
      cursor = next
    }
    while cursor < end {
      tokens.append(DeflateToken(literal: bytes[cursor]))
      cursor += 1
    }
  }

  /// Notes a place and returns the two before it.
  @inline(__always)
  private static func insert(
    _ word: UInt32, at place: UInt32, _ table: inout MutableSpan<UInt32>
  ) -> (last: UInt32, secondLast: UInt32) {
    let slot = Int((word &* 2_654_435_761) &>> UInt32(32 &- hashBits)) &* 2
    let last = unsafe table[unchecked: slot]
    let secondLast = unsafe table[unchecked: slot &+ 1]
    unsafe table[unchecked: slot] = place
    unsafe table[unchecked: slot &+ 1] = last
    return (last, secondLast)
  }

  /// How many bytes at `cursor` repeat those `distance` before, 258 at most; 0 if not even 4, the first of which are `word`.
  @inline(__always)
  private static func matchLength(_ raw: RawSpan, _ cursor: Int, _ distance: Int, _ word: UInt32) -> Int {
    guard distance > 0, distance <= min(cursor, windowSize),
      unsafe raw.unsafeLoadUnaligned(fromUncheckedByteOffset: cursor &- distance, as: UInt32.self) == word
    else { return 0 }
    let limit = min(258, raw.byteCount &- cursor)
    let before = cursor &- distance
    var length = 4
    while length &+ 8 <= limit {
      let difference =
        unsafe raw.unsafeLoadUnaligned(fromUncheckedByteOffset: before &+ length, as: UInt64.self)
        ^ raw.unsafeLoadUnaligned(fromUncheckedByteOffset: cursor &+ length, as: UInt64.self)
      if difference != 0 { return length &+ difference.trailingZeroBitCount / 8 }
      length = length &+ 8
    }
    while length < limit,
      unsafe raw.unsafeLoad(fromByteOffset: before + length, as: UInt8.self)
        == raw.unsafeLoad(fromByteOffset: cursor + length, as: UInt8.self)
    { length += 1 }
    return length
  }
}
