public import Signals
public import Tensors

extension Arithmetic {
  /// What the bits of an operand register mean: an integer less its zero point has nine bits.
  public var operandFormat: SignalFormat {
    switch self {
    case .int8: .signed(bits: 9)
    case .bfloat16: .bfloat16
    }
  }

  /// What the bits of a psum register mean.
  public var psumFormat: SignalFormat {
    switch self {
    case .int8: .signed(bits: 32)
    case .bfloat16: .float32
    }
  }
}
