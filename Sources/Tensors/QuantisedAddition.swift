/// The element-wise sum of two quantised tensors in integers, as LiteRT and TensorFlow Lite Micro define ADD.
///
/// Operands less their zero points are scaled up by 2^20, brought to twice the larger input scale, summed, and scaled to
/// the output; each scaling is gemmlowp's double rounding. The `float` scheme instead dequantises, adds and quantises.
public struct QuantisedAddition: Hashable, Sendable {
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
  public let multipliers: (left: QuantisedMultiplier, right: QuantisedMultiplier, output: QuantisedMultiplier)
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
    multipliers = (leftFactor, rightFactor, outputFactor)
    self.clamp = clamp
  }

  /// The sum of two stored elements.
  public func apply(_ first: Int32, _ second: Int32) -> Int32 {
    if scheme == .float {
      return output.quantise(left.real(first) + right.real(second), range: clamp)
    }
    let scaledLeft = multipliers.left.applyDoubleRounding((first &- left.zeroPoints[0]) &<< Int32(Self.leftShift))
    let scaledRight = multipliers.right.applyDoubleRounding((second &- right.zeroPoints[0]) &<< Int32(Self.leftShift))
    let sum = multipliers.output.applyDoubleRounding(scaledLeft &+ scaledRight) &+ output.zeroPoints[0]
    return max(clamp.lowerBound, min(clamp.upperBound, sum))
  }

  /// Equality of the stored parts.
  public static func == (one: QuantisedAddition, other: QuantisedAddition) -> Bool {
    one.scheme == other.scheme && one.left == other.left && one.right == other.right && one.output == other.output
      && one.clamp == other.clamp
  }

  /// Hashes what equality compares.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(scheme)
    hasher.combine(left)
    hasher.combine(right)
    hasher.combine(output)
    hasher.combine(clamp)
  }
}
