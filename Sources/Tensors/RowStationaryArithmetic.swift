/// The arithmetic contract of a row-stationary PE: how a product is cut and how psums overflow.
///
/// Hardware and golden model call the same two functions. A psum travels in 32 bits, sign-extended where it has 16.
public enum RowStationaryArithmetic: Sendable, Hashable, Codable {
  /// 16-bit fixed point as on Eyeriss: 16 bits of the 32-bit product, from bit `position` on, into a 16-bit psum.
  ///
  /// The cut truncates towards minus infinity. `saturates` clips product and sums to 16 bits instead of wrapping them; then the
  /// result depends on the order of additions (JSSC 2017, section V-C: which 16 bits is configurable for each layer).
  case fixedPoint16(position: Int, saturates: Bool)
  /// Operands of up to 9 bits (int8 or uint8 less a zero point) into a 32-bit psum that wraps.
  case integer8

  /// The product as it enters the adder.
  @inlinable
  public func product(_ ifmap: Int16, _ filter: Int16) -> Int32 {
    let product = Int32(ifmap) &* Int32(filter)
    switch self {
    case .fixedPoint16(let position, let saturates):
      let cut = product >> Int32(truncatingIfNeeded: position)
      return saturates ? min(max(cut, -32768), 32767) : Int32(Int16(truncatingIfNeeded: cut))
    case .integer8:
      return product
    }
  }

  /// The sum of two psums, or of a psum and a product.
  @inlinable
  public func sum(_ psum: Int32, _ addend: Int32) -> Int32 {
    let sum = psum &+ addend
    switch self {
    case .fixedPoint16(_, let saturates):
      return saturates ? min(max(sum, -32768), 32767) : Int32(Int16(truncatingIfNeeded: sum))
    case .integer8:
      return sum
    }
  }

  /// Bytes of an operand off chip and in the GLB.
  public var operandBytes: Int { self == .integer8 ? 1 : 2 }
  /// Bytes of a psum in spads, GLB and on links.
  public var psumBytes: Int { self == .integer8 ? 4 : 2 }
  /// Whether the order of additions cannot change the result.
  public var isOrderFree: Bool {
    switch self {
    case .fixedPoint16(_, let saturates): !saturates
    case .integer8: true
    }
  }
}
