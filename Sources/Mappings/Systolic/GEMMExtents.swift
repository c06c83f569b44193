public import Workloads

/// A dimension of the matrix product that a convolution is to a systolic array.
public enum GEMMDimension: String, Sendable, Codable {
  /// Ofmap positions (n, p, q), in this order.
  case m
  /// The reduction (c, r, s), in this order.
  case k
  /// Filters of a group.
  case n
}

/// Which GEMM dimension lies on the array's rows, which on its columns, and which streams through.
public struct SpatialMapping: Sendable, Codable, Equatable {
  /// The dimension on the rows.
  public let rows: GEMMDimension
  /// The dimension on the columns.
  public let columns: GEMMDimension
  /// The dimension that streams.
  public let streamed: GEMMDimension

  /// The mapping of a dataflow: WS holds k x n, IS holds k x m, OS holds m x n.
  public init(_ dataflow: Dataflow) {
    switch dataflow {
    case .weightStationary: (rows, columns, streamed) = (.k, .n, .m)
    case .inputStationary: (rows, columns, streamed) = (.k, .m, .n)
    case .outputStationary: (rows, columns, streamed) = (.m, .n, .k)
    }
  }
}

/// The extents of a layer's matrix product, for one group.
public struct GEMMExtents: Sendable, Codable, Equatable {
  /// Ofmap positions over the batch.
  public let m: Int
  /// Products a sum.
  public let k: Int
  /// Filters of one group.
  public let n: Int
  /// Groups, each a product of its own.
  public let groups: Int

  /// The extents of a layer.
  public init(_ layer: ConvolutionLayer) {
    m = layer.positions
    k = layer.reductionLength
    n = layer.filtersPerGroup
    groups = layer.groups
  }

  /// One extent.
  public subscript(dimension: GEMMDimension) -> Int {
    switch dimension {
    case .m: m
    case .k: k
    case .n: n
    }
  }
}
