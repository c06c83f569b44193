/// The last step to a stored integer: the zero point is added, then the range is kept.
public struct StoredRange: Hashable, Sendable, Codable {
  /// What a result of 0 is stored as.
  public var zeroPoint: Int32
  /// Results are limited to this range after the zero point is added; a fused ReLU or ReLU6 narrows it.
  public var clamp: ClosedRange<Int32>

  /// A range by its parts.
  @inlinable
  public init(zeroPoint: Int32, clamp: ClosedRange<Int32>) {
    self.zeroPoint = zeroPoint
    self.clamp = clamp
  }

  /// A scaled value as it is stored.
  @inlinable
  public func stored(_ scaled: Int32) -> Int32 {
    Int32(max(Int64(clamp.lowerBound), min(Int64(clamp.upperBound), Int64(scaled) + Int64(zeroPoint))))
  }
}

extension Int32 {
  /// The nearest 32-bit integer of a rounded number; 0 for a NaN.
  @inlinable
  public init(saturating rounded: Float) {
    if rounded.isNaN {
      self = 0
    } else if rounded >= 0x1p31 {
      self = .max
    } else {
      self = rounded < -0x1p31 ? .min : Int32(rounded)
    }
  }

  /// A mean as LiteRT takes it: sum / count rounded to nearest, ties away from zero; 0 over nothing.
  @inlinable
  public init(mean sum: Int, of count: Int) {
    guard count > 0 else {
      self = 0
      return
    }
    self = Int32(truncatingIfNeeded: sum > 0 ? (sum + count / 2) / count : (sum - count / 2) / count)
  }
}
