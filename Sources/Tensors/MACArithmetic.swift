/// The arithmetic contract of one MAC: formats, rounding, overflow, and what a "zero operand" is.
///
/// Registers of the modelled hardware hold bit patterns: an operand in 16 bits, a psum in 32. A contract says what those
/// bits mean. Hardware and golden model call the same definition, so that a result can differ only by its order.
public protocol MACArithmetic {
  /// One psum update: `psum + ifmap * filter` in this contract.
  static func multiplyAdd(_ ifmap: Int16, _ filter: Int16, _ psum: Int32) -> Int32
  /// The product alone, as it stands in a pipeline register behind the multiplier.
  static func multiply(_ ifmap: Int16, _ filter: Int16) -> Int32
  /// The adder alone, as it accumulates psums of several folds.
  static func add(_ psum: Int32, _ addend: Int32) -> Int32
}

/// Integer operands of up to 9 bits (an int8 or uint8 less its zero point) into a 32-bit psum that wraps.
///
/// The zero point is subtracted where an operand enters the array; from there on a zero operand is the number 0. Wrapping
/// addition is associative: the result does not depend on the order of the mapping.
public enum IntegerArithmetic: MACArithmetic {
  /// psum + ifmap x filter.
  @inlinable
  public static func multiplyAdd(_ ifmap: Int16, _ filter: Int16, _ psum: Int32) -> Int32 {
    psum &+ Int32(ifmap) &* Int32(filter)
  }

  /// ifmap x filter, as wide as a psum.
  @inlinable
  public static func multiply(_ ifmap: Int16, _ filter: Int16) -> Int32 {
    Int32(ifmap) &* Int32(filter)
  }

  /// psum + addend.
  @inlinable
  public static func add(_ psum: Int32, _ addend: Int32) -> Int32 {
    psum &+ addend
  }
}

/// bfloat16 operands into a binary32 psum, the product exact, the sum rounded to nearest even.
///
/// The product of two 8-bit significands fits binary32's 24 bits, so only the addition rounds, and fused and separate
/// multiply-add agree (but for products outside binary32's exponent range, which overflow to infinity or round as subnormals).
/// Floating addition depends on its order: the golden model walks the mapping's.
public enum BFloat16Arithmetic: MACArithmetic {
  /// psum + ifmap x filter.
  @inlinable
  public static func multiplyAdd(_ ifmap: Int16, _ filter: Int16, _ psum: Int32) -> Int32 {
    add(psum, multiply(ifmap, filter))
  }

  /// ifmap x filter, as wide as a psum.
  @inlinable
  public static func multiply(_ ifmap: Int16, _ filter: Int16) -> Int32 {
    let left = Float(bitPattern: UInt32(UInt16(bitPattern: ifmap)) &<< 16)
    let right = Float(bitPattern: UInt32(UInt16(bitPattern: filter)) &<< 16)
    return Int32(bitPattern: (left * right).bitPattern)
  }

  /// psum + addend.
  @inlinable
  public static func add(_ psum: Int32, _ addend: Int32) -> Int32 {
    let sum = Float(bitPattern: UInt32(bitPattern: psum)) + Float(bitPattern: UInt32(bitPattern: addend))
    return Int32(bitPattern: sum.bitPattern)
  }
}

/// The arithmetic contracts a machine can be built with.
public enum Arithmetic: String, CaseIterable, Sendable, Codable {
  /// int8 or uint8 operands with zero points, 32-bit wrapping psums (`IntegerArithmetic`).
  case int8
  /// bfloat16 operands, binary32 psums (`BFloat16Arithmetic`).
  case bfloat16

  /// Bytes of one operand in a scratchpad or off chip.
  public var operandBytes: Int { self == .int8 ? 1 : 2 }
  /// Bits of one operand register: an 8-bit operand less its zero point needs 9.
  public var operandBits: Int { self == .int8 ? 9 : 16 }
  /// Bytes of one psum.
  public var psumBytes: Int { 4 }
}
