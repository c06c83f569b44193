/// The element-wise sum of two quantised tensors in integers, as LiteRT and TensorFlow Lite Micro define ADD.
///
/// Operands less their zero points are scaled up by 2^20, brought to twice the larger input scale, summed, and scaled to
/// the output; each scaling is gemmlowp's double rounding. The `float` scheme instead dequantises, adds and quantises.
public struct QuantisedAddition: Hashable, Sendable, Codable {
  /// The factors of an addition.
  public struct Multipliers: Hashable, Sendable, Codable {
    /// Of the left operand, of the right one and of the sum.
    public let left, right, output: QuantisedMultiplier
  }

  /// How scalings round; `singleRounding` is treated as double rounding, since no runtime adds with it.
  public var scheme: RequantisationScheme
  /// Bits by which operands are scaled up.
  public static let leftShift = 20
  /// The two inputs and the output, one scale each.
  public let left: Quantisation
  /// See `left`.
  public let right: Quantisation
  /// See `left`.
  public let output: Quantisation
  /// Factors of left operand, right operand and sum.
  public let multipliers: Multipliers
  /// Results are limited to this range after the zero point is added; a fused ReLU is the lower bound.
  public var clamp: ClosedRange<Int32>

  /// An addition; nil where a scale is not positive and finite, or there are several of one tensor.
  public init?(
    scheme: RequantisationScheme = .doubleRounding, left: Quantisation, right: Quantisation, output: Quantisation,
    clamp: ClosedRange<Int32>
  ) {
    guard let leftScale = left.scale, let rightScale = right.scale, let outputScale = output.scale,
      [leftScale, rightScale, outputScale].allSatisfy({ $0 > 0 && $0.isFinite })
    else { return nil }
    let twice = 2 * Double(max(leftScale, rightScale))
    guard let leftFactor = QuantisedMultiplier(Double(leftScale) / twice),
      let rightFactor = QuantisedMultiplier(Double(rightScale) / twice),
      let outputFactor = QuantisedMultiplier(twice / (Double(1 << Self.leftShift) * Double(outputScale)))
    else { return nil }
    self.scheme = scheme
    self.left = left
    self.right = right
    self.output = output
    multipliers = Multipliers(left: leftFactor, right: rightFactor, output: outputFactor)
    self.clamp = clamp
  }

  /// The sum of two stored elements.
  public func apply(_ first: Int32, _ second: Int32) -> Int32 {
    stored(scaled(sum(term(first, isRight: false), term(second, isRight: true))))
  }

  /// A stored operand on the common scale: a 32-bit integer, or with the `float` scheme the bits of a binary32.
  @inlinable
  public func term(_ operand: Int32, isRight: Bool) -> Int32 {
    let quantisation = isRight ? right : left
    if scheme == .float { return Int32(bitPattern: quantisation.real(operand).bitPattern) }
    let multiplier = isRight ? multipliers.right : multipliers.left
    return multiplier.applyDoubleRounding((operand &- quantisation.zeroPoints[0]) &<< Int32(Self.leftShift))
  }

  /// The sum of two terms, as bits.
  @inlinable
  public func sum(_ left: Int32, _ right: Int32) -> Int32 {
    guard scheme == .float else { return left &+ right }
    let sum = Float(bitPattern: UInt32(bitPattern: left)) + Float(bitPattern: UInt32(bitPattern: right))
    return Int32(bitPattern: sum.bitPattern)
  }

  /// A sum on the output's scale, rounded.
  @inlinable
  public func scaled(_ sum: Int32) -> Int32 {
    guard scheme == .float else { return multipliers.output.applyDoubleRounding(sum) }
    let real = Float(bitPattern: UInt32(bitPattern: sum))
    return Int32(saturating: (real / output.scales[0]).rounded(.toNearestOrEven))
  }

  /// A scaled sum with the zero point added, limited to the stored range.
  @inlinable
  public func stored(_ scaled: Int32) -> Int32 {
    StoredRange(zeroPoint: output.zeroPoints[0], clamp: clamp).stored(scaled)
  }
}
