/// A small DEFLATE encoder: greedy matches, fixed Huffman code. Source: RFC 1951, section 3.2.6.
struct Deflate {
  private var output: [UInt8] = []
  private var bits: UInt64 = 0
  private var bitCount = 0

  /// A zlib stream (RFC 1950) of the given bytes.
  static func zlib(_ input: [UInt8]) -> [UInt8] {
    var encoder = Deflate()
    encoder.output = [0x78, 0x01]
    encoder.appendBlock(input, isLast: true)
    encoder.align()
    let sum = Inflate.adler32(input)
    return encoder.output + (0..<4).map { UInt8(truncatingIfNeeded: sum >> UInt32(24 - 8 * $0)) }
  }

  private mutating func put(_ value: Int, _ count: Int) {
    bits |= UInt64(value) << UInt64(bitCount)
    bitCount += count
    while bitCount >= 8 {
      output.append(UInt8(truncatingIfNeeded: bits))
      bits >>= 8
      bitCount -= 8
    }
  }

  private mutating func align() {
    if bitCount > 0 { put(0, 8 - bitCount) }
  }

  /// Huffman codes go in with their most significant bit first.
  private mutating func putCode(_ code: Int, _ count: Int) {
    var reversed = 0
    for bit in 0..<count where code >> bit & 1 == 1 { reversed |= 1 << (count - 1 - bit) }
    put(reversed, count)
  }

  private mutating func putSymbol(_ symbol: Int) {
    switch symbol {
    case ..<144: putCode(0x30 + symbol, 8)
    case ..<256: putCode(0x190 + symbol - 144, 9)
    case ..<280: putCode(symbol - 256, 7)
    default: putCode(0xc0 + symbol - 280, 8)
    }
  }

  private mutating func putMatch(length: Int, distance: Int) {
    let (lengthSymbol, lengthExtra, lengthRest) = Self.bucket(length - 3, shift: 2, isLength: true)
    putSymbol(257 + lengthSymbol)
    put(lengthRest, lengthExtra)
    let (symbol, extra, rest) = Self.bucket(distance - 1, shift: 1, isLength: false)
    putCode(symbol, 5)
    put(rest, extra)
  }

  /// Lengths and distances share one scheme: 2^shift symbols for each number of extra bits.
  private static func bucket(_ value: Int, shift: Int, isLength: Bool) -> (symbol: Int, extra: Int, rest: Int) {
    if isLength, value == 255 { return (28, 0, 0) }
    let top = Int.bitWidth - 1 - max(value, 1).leadingZeroBitCount
    guard top > shift else { return (value, 0, 0) }
    let extra = top - shift
    return (extra << shift + value >> extra, extra, value & (1 << extra - 1))
  }

  private mutating func appendBlock(_ input: [UInt8], isLast: Bool) {
    put(isLast ? 1 : 0, 1)
    put(1, 2)
    var heads = [Int](repeating: -1, count: 1 << 14)
    var cursor = 0
    while cursor < input.count {
      guard cursor + 4 <= input.count else {
        putSymbol(Int(input[cursor]))
        cursor += 1
        continue
      }
      let word = (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(input[cursor + $1]) }
      let slot = Int((word &* 2_654_435_761) >> 18)
      let candidate = heads[slot]
      heads[slot] = cursor
      var length = 0
      if candidate >= 0, cursor - candidate <= 32768 {
        while length < 258, cursor + length < input.count, input[candidate + length] == input[cursor + length] {
          length += 1
        }
      }
      if length >= 4 {
        putMatch(length: length, distance: cursor - candidate)
        cursor += length
      } else {
        putSymbol(Int(input[cursor]))
        cursor += 1
      }
    }
    putSymbol(256)
  }
}
