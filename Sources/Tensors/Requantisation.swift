/// How a 32-bit psum becomes an 8-bit result: which multiplications and roundings, in which order.
public enum RequantisationScheme: String, CaseIterable, Sendable, Codable {
  /// gemmlowp: high half of the doubled product, rounded, then a rounding shift; ties away from zero.
  ///
  /// What LiteRT's reference kernels do in CONV_2D, DEPTHWISE_CONV_2D and ADD, and TensorFlow Lite Micro everywhere.
  case doubleRounding
  /// One 64-bit product plus half, one arithmetic shift; ties towards plus infinity. LiteRT's FULLY_CONNECTED.
  case singleRounding
  /// binary32: the psum times one scale, rounded to nearest even. onnxruntime.
  case float
}

/// A positive real factor as hardware holds it: a 31-bit significand and a power of two.
///
/// The factor is about `multiplier` x 2^(`shift` - 31), `multiplier` in 2^30 ..< 2^31 (0 for a factor of 0). Source:
/// gemmlowp, "Building a quantization paradigm from first principles"; TensorFlow Lite `QuantizeMultiplier`.
public struct QuantisedMultiplier: Hashable, Sendable, Codable {
  /// Significand with 31 fraction bits.
  public var multiplier: Int32
  /// Power of two: left when positive, right when negative.
  public var shift: Int

  /// A multiplier of the given parts.
  @inlinable
  public init(multiplier: Int32, shift: Int) {
    self.multiplier = multiplier
    self.shift = shift
  }

  /// The nearest multiplier of a factor; nil unless 0 or in 2^-31 ..< 2^31 and finite. Smaller factors count as 0.
  public init?(_ factor: Double) {
    guard factor.isFinite, factor >= 0, factor < 0x1p31 else { return nil }
    if factor == 0 {
      self.init(multiplier: 0, shift: 0)
      return
    }
    var exponent = Int(factor.exponent) + 1
    var significand = Int64((factor.significand * 0x1p30).rounded(.toNearestOrAwayFromZero))
    if significand == 1 << 31 {
      significand /= 2
      exponent += 1
    }
    if exponent < -31 {
      self.init(multiplier: 0, shift: 0)
    } else if exponent > 31 {
      return nil
    } else {
      self.init(multiplier: Int32(significand), shift: exponent)
    }
  }

  /// `value` times the factor, rounded twice as gemmlowp does.
  @inlinable
  public func applyDoubleRounding(_ value: Int32) -> Int32 {
    let shifted = value &<< Int32(max(shift, 0))
    return Self.roundingShiftRight(Self.doublingHighProduct(shifted, multiplier), max(-shift, 0))
  }

  /// `value` times the factor, rounded once.
  @inlinable
  public func applySingleRounding(_ value: Int32) -> Int32 {
    let right = 31 - shift
    let half: Int64 = right > 0 ? 1 &<< Int64(right - 1) : 0
    return Int32(truncatingIfNeeded: (Int64(value) * Int64(multiplier) &+ half) >> Int64(right))
  }

  /// gemmlowp's SaturatingRoundingDoublingHighMul: (2 a b + 2^31) / 2^32 towards zero, saturated for a = b = -2^31.
  @inlinable
  public static func doublingHighProduct(_ left: Int32, _ right: Int32) -> Int32 {
    if left == .min && right == .min { return .max }
    let product = Int64(left) * Int64(right)
    let nudge: Int64 = product >= 0 ? 1 << 30 : 1 - (1 << 30)
    return Int32(truncatingIfNeeded: (product + nudge) / (1 << 31))
  }

  /// gemmlowp's RoundingDivideByPOT: an arithmetic shift by 0...31, ties away from zero.
  @inlinable
  public static func roundingShiftRight(_ value: Int32, _ count: Int) -> Int32 {
    let mask = Int32(truncatingIfNeeded: (Int64(1) << Int64(count)) - 1)
    let remainder = value & mask
    let threshold = (mask >> 1) + (value < 0 ? 1 : 0)
    return (value >> Int32(count)) + (remainder > threshold ? 1 : 0)
  }
}

/// One factor in the forms that the schemes multiply by.
public struct RequantisationFactor: Hashable, Sendable, Codable {
  /// For the integer schemes.
  public var multiplier: QuantisedMultiplier
  /// For the `float` scheme.
  public var real: Float

  /// A factor by its two forms.
  @inlinable
  public init(multiplier: QuantisedMultiplier, real: Float) {
    self.multiplier = multiplier
    self.real = real
  }

  /// A value times the factor, rounded by the scheme and saturated to 32 bits.
  @inlinable
  public func scaled(_ value: Int32, _ scheme: RequantisationScheme) -> Int32 {
    switch scheme {
    case .doubleRounding: multiplier.applyDoubleRounding(value)
    case .singleRounding: multiplier.applySingleRounding(value)
    case .float: Int32(saturating: (Float(value) * real).rounded(.toNearestOrEven))
    }
  }
}

/// The requantisation of one layer: scheme, factors (one, or one a channel), zero point and clamp.
///
/// Result = clamp(round(psum x factor) + zero point). A fused ReLU or ReLU6 is the clamp. Hardware and golden model call
/// `apply`, so that a result can differ only by its psum.
public struct Requantisation: Hashable, Sendable, Codable {
  /// Which multiplications and roundings.
  public var scheme: RequantisationScheme
  /// Input scale x filter scale / output scale, exactly enough for every scheme; one, or one a channel.
  public let factors: [Double]
  /// The factors as integer hardware holds them, in the same order.
  public let multipliers: [QuantisedMultiplier]
  /// The factors of the `float` scheme, rounded as onnxruntime does: binary32 after each operation.
  public let floatFactors: [Float]
  /// What a result of 0 is stored as.
  public var zeroPoint: Int32
  /// Results are limited to this range after the zero point is added.
  public var clamp: ClosedRange<Int32>

  /// A requantisation from scales; `filterScales` has one element, or one a channel.
  ///
  /// Returns nil where a scale is not positive and finite, or a factor is 2^31 or more.
  public init?(
    scheme: RequantisationScheme = .doubleRounding, inputScale: Float, filterScales: [Float], outputScale: Float,
    zeroPoint: Int32, clamp: ClosedRange<Int32>
  ) {
    let scales = filterScales + [inputScale, outputScale]
    guard !filterScales.isEmpty, scales.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
    factors = filterScales.map { Double(inputScale) * Double($0) / Double(outputScale) }
    floatFactors = filterScales.map { inputScale * $0 / outputScale }
    multipliers = factors.compactMap { QuantisedMultiplier($0) }
    guard multipliers.count == factors.count else { return nil }
    self.scheme = scheme
    self.zeroPoint = zeroPoint
    self.clamp = clamp
  }

  /// One psum of a channel requantised.
  @inlinable
  public func apply(_ psum: Int32, channel: Int) -> Int32 {
    stored(factor(of: channel).scaled(psum, scheme))
  }

  /// The factor of a channel, as one register of hardware holds it.
  @inlinable
  public func factor(of channel: Int) -> RequantisationFactor {
    let index = multipliers.count == 1 ? 0 : channel
    return RequantisationFactor(multiplier: multipliers[index], real: floatFactors[index])
  }

  /// A scaled psum with the zero point added, limited to the stored range.
  @inlinable
  public func stored(_ scaled: Int32) -> Int32 { range.stored(scaled) }

  /// Zero point and clamp.
  @inlinable
  public var range: StoredRange { StoredRange(zeroPoint: zeroPoint, clamp: clamp) }

  /// Psums [N, M, ...] requantised channel by channel.
  public func apply(_ psums: Tensor<Int32>) -> Tensor<Int32> {
    let channels = psums.shape.rank < 2 ? 1 : psums.shape[1]
    let plane = psums.shape.dimensions.dropFirst(2).reduce(1, *)
    var results = psums
    var index = 0
    while index < results.elements.count {
      let channel = index / plane % channels
      for element in index..<index + plane {
        results.elements[element] = apply(results.elements[element], channel: channel)
      }
      index += plane
    }
    return results
  }
}
