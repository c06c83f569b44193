/// Decimal and binary digits as text, eight at a time.
enum DecimalDigits {
  /// Writes a number and returns where it ends; 8 bytes beyond the end may be touched.
  @inline(__always)
  static func write(_ value: UInt64, into bytes: inout MutableRawSpan, at start: Int) -> Int {
    if value < 100_000_000 { return writeLeading(value, into: &bytes, at: start) }
    return writeLong(value, into: &bytes, at: start)
  }

  /// The longest number, and what the last store may touch.
  static let longest = 20 + 8

  private static func writeLong(_ value: UInt64, into bytes: inout MutableRawSpan, at start: Int) -> Int {
    let (high, low) = value.quotientAndRemainder(dividingBy: 100_000_000)
    let end = write(high, into: &bytes, at: start)
    unsafe bytes.storeBytes(of: eight(low) | zeros, toUncheckedByteOffset: end, as: UInt64.self)
    return end &+ 8
  }

  @inline(__always)
  private static func writeLeading(_ value: UInt64, into bytes: inout MutableRawSpan, at start: Int) -> Int {
    let digits = eight(value)
    // A number that is 0 keeps its last digit.
    let blanks = min(digits.trailingZeroBitCount, 56) & 56
    unsafe bytes.storeBytes(of: (digits | zeros) &>> UInt64(blanks), toUncheckedByteOffset: start, as: UInt64.self)
    return start &+ 8 &- blanks / 8
  }

  private static let zeros: UInt64 = 0x3030_3030_3030_3030

  /// The eight decimal digits of a number below 10^8, the first in the lowest byte: halves, quarters and eighths at once.
  @inline(__always)
  static func eight(_ value: UInt64) -> UInt64 {
    let halves = value / 10_000 | (value % 10_000) &<< 32
    // Quotients by reciprocals: exact below 10,000 and below 100.
    let hundreds = (halves &* 5243) &>> 19 & 0x0000_007f_0000_007f
    let quarters = hundreds | (halves &- hundreds &* 100) &<< 16
    let tens = (quarters &* 103) &>> 10 & 0x000f_000f_000f_000f
    return tens | (quarters &- tens &* 10) &<< 8
  }

  /// The eight bits of every byte as eight ASCII digits, most significant bit in the lowest byte.
  static let binary: [UInt64] = (0..<256).map { byte in
    var text: UInt64 = 0
    for place in 0..<8 {
      let bit = UInt64(byte >> (7 - place) & 1)
      text |= (0x30 | bit) << UInt64(8 * place)
    }
    return text
  }
}
