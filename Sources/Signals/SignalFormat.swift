/// What the bits of a signal mean, and so how a viewer shows them.
///
/// A value travels as the low `bitCount` bits of a `UInt64`, two's complement where it is signed.
public enum SignalFormat: Hashable, Sendable {
  /// One bit: valid, ready, fire.
  case bit
  /// One bit that is 1 only in the cycle in which something happens; viewers draw an arrow.
  case event
  /// An unsigned number: counts, addresses, indices.
  case unsigned(bits: Int)
  /// A two's complement number.
  case signed(bits: Int)
  /// A two's complement number with `fraction` bits behind the binary point.
  case fixedPoint(bits: Int, fraction: Int)
  /// One bit per PE or lane, shown as the number of ones.
  case mask(bits: Int)
  /// A bfloat16 pattern in 16 bits.
  case bfloat16
  /// An IEEE 754 binary32 pattern.
  case float32
  /// An IEEE 754 binary64 value, for derived quantities such as a ratio; hardware has no such register.
  case real
  /// A state, an operation, a label.
  case enumeration(EnumTable)
  /// Words for the reader, such as the tensor element that a register holds. Its value is an opaque key.
  case text

  /// Width of the register in bits; 64 for a real, 0 for text.
  public var bitCount: Int {
    switch self {
    case .bit, .event: 1
    case .unsigned(let bits), .signed(let bits), .fixedPoint(let bits, _), .mask(let bits): bits
    case .bfloat16: 16
    case .float32: 32
    case .real: 64
    case .enumeration(let table): table.bitCount
    case .text: 0
    }
  }
}
