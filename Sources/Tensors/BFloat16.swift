/// bfloat16: the upper half of an IEEE 754 binary32, so the same exponent range with 8 bits of precision.
public struct BFloat16: Hashable, Sendable {
  /// Sign, 8 exponent bits, 7 fraction bits.
  public var bitPattern: UInt16

  /// The value with the given bits.
  @inlinable
  public init(bitPattern: UInt16) {
    self.bitPattern = bitPattern
  }

  /// Rounds a binary32 to the nearest bfloat16, ties to even; a NaN stays a (quiet) NaN.
  @inlinable
  public init(_ value: Float) {
    let bits = value.bitPattern
    if value.isNaN {
      bitPattern = UInt16(truncatingIfNeeded: bits >> 16) | 0x0040
    } else {
      let roundingBias = 0x7FFF &+ ((bits >> 16) & 1)
      bitPattern = UInt16(truncatingIfNeeded: (bits &+ roundingBias) >> 16)
    }
  }

  /// The same value in binary32, exactly.
  @inlinable
  public var float: Float { Float(bitPattern: UInt32(bitPattern) << 16) }
}

extension BFloat16: Comparable {
  /// Ordered as the binary32 values are; a NaN is neither less nor greater.
  @inlinable
  public static func < (left: BFloat16, right: BFloat16) -> Bool { left.float < right.float }
}
