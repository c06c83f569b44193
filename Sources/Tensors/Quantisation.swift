/// How the integers of a tensor stand for real numbers: real = scale x (integer - zero point).
public struct Quantisation: Hashable, Sendable, Codable {
  /// One scale, or one for each index of `axis`.
  public var scales: [Float]
  /// As many zero points as scales.
  public var zeroPoints: [Int32]
  /// The dimension that scales run along; nil for one scale.
  public var axis: Int?

  /// One scale and zero point for a whole tensor.
  public init(scale: Float, zeroPoint: Int32) {
    scales = [scale]
    zeroPoints = [zeroPoint]
    axis = nil
  }

  /// One scale and zero point for each index of an axis.
  public init(scales: [Float], zeroPoints: [Int32], axis: Int) {
    precondition(scales.count == zeroPoints.count, "as many zero points as scales")
    self.scales = scales
    self.zeroPoints = zeroPoints
    self.axis = axis
  }

  /// The scale of a whole tensor, nil where there are several.
  public var scale: Float? { scales.count == 1 ? scales[0] : nil }
  /// The zero point of a whole tensor, nil where there are several.
  public var zeroPoint: Int32? { scales.count == 1 ? zeroPoints[0] : nil }

  /// A real number as the nearest integer of a range, ties to even; a NaN becomes the zero point. One scale only.
  public func quantise(_ real: Float, range: ClosedRange<Int32>) -> Int32 {
    let rounded = (real / scales[0]).rounded(.toNearestOrEven)
    if rounded.isNaN { return zeroPoints[0] }
    let sum = Int64(max(-0x1p40, min(0x1p40, rounded))) + Int64(zeroPoints[0])
    return Int32(max(Int64(range.lowerBound), min(Int64(range.upperBound), sum)))
  }

  /// The real number that an integer stands for. One scale only.
  @inlinable
  public func real(_ integer: Int32) -> Float {
    scales[0] * Float(Int64(integer) - Int64(zeroPoints[0]))
  }
}
