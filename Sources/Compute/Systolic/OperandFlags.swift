/// Bits that travel beside an operand through skew registers and PEs.
public enum OperandFlags {
  /// The slot carries an operand: the PE's MAC fires if its other operand is there too.
  public static let valid: UInt8 = 1
  /// First vector of a fold: a double-buffered PE makes its shadow operand the active one.
  public static let swap: UInt8 = 2
  /// Last vector of a fold: a double-buffered output-stationary PE moves its psum to the drain register.
  public static let last: UInt8 = 2
  /// Stationary operands only: the chain of this column shifts.
  public static let shift: UInt8 = 4
  /// Stationary operands only: this shift is the last of its load, so the wave of the next load starts afresh.
  public static let loadEnd: UInt8 = 8
  /// The operand is not zero: what a PE looks at to gate its multiplier.
  public static let nonzero: UInt8 = 16
}
