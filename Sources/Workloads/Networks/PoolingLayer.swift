public import Tensors

/// A pooling window over 2-D planes.
public struct PoolingLayer: Sendable {
  /// What a window yields.
  public enum Kind: String, Sendable { case maximum, average }

  /// What reports call it.
  public let name: String
  /// What a window yields.
  public let kind: Kind
  /// Images N.
  public let batch: Int
  /// Channels C.
  public let channels: Int
  /// Window, stride and padding along the rows.
  public let rows: SpatialAxis
  /// Window, stride and padding along the columns.
  public let columns: SpatialAxis
  /// Whether a mean counts padding as zeros.
  public let countsPadding: Bool

  /// Extents of the ifmap, [N, C, H, W].
  public var ifmapShape: Shape { [batch, channels, rows.input, columns.input] }
  /// Extents of the ofmap, [N, C, P, Q].
  public var ofmapShape: Shape { [batch, channels, rows.output, columns.output] }
  /// A few words for reports.
  public var summary: String {
    "\(kind) pooling \(rows.kernel)x\(columns.kernel), stride \(rows.stride)x\(columns.stride)"
  }
}

/// A pooling layer with what its integers need.
public struct PoolingOperation: Sendable {
  /// Its geometry.
  public let layer: PoolingLayer
  /// Zero point of the ifmap, which padding counts as in means; 0 for real numbers.
  public let inputZeroPoint: Int32
  /// From pooled value less zero point to stored result, where the quantisation changes.
  public let rescale: Requantisation?
  /// Stored integer results are limited to this range; a fused ReLU is its lower bound.
  public let clamp: ClosedRange<Int32>?

  /// Pooled integers, in the contract of LiteRT: a mean is the sum divided by the count, ties away from zero.
  public func apply(_ ifmap: [Int32]) -> [Int32] {
    let windows = PlaneWindows([layer.rows, layer.columns])
    let (inputPlane, outputPlane) = (windows.inputPlane, windows.outputPlane)
    let planes = layer.batch * layer.channels
    var results = [Int32](repeating: 0, count: planes * outputPlane)
    windows.forEach { output, window, paddedCount in
      for plane in 0..<planes {
        let base = plane * inputPlane
        let pooled: Int32
        switch layer.kind {
        case .maximum: pooled = window.reduce(Int32.min) { max($0, ifmap[base + $1]) }
        case .average:
          let padding = layer.countsPadding ? paddedCount - window.count : 0
          let sum = window.reduce(padding * Int(inputZeroPoint)) { $0 + Int(ifmap[base + $1]) }
          pooled = Int32(mean: sum, of: window.count + padding)
        }
        results[plane * outputPlane + output] = stored(pooled)
      }
    }
    return results
  }

  private func stored(_ pooled: Int32) -> Int32 {
    let value = rescale?.apply(pooled &- inputZeroPoint, channel: 0) ?? pooled
    guard let clamp else { return value }
    return max(clamp.lowerBound, min(clamp.upperBound, value))
  }
}
