public import Workloads

/// A part of the filter plane that one step multiplies: taps of some rows and columns.
///
/// A filter that is higher than the array or wider than a spad is cut into such parts; their psums are summed in the GLB as
/// those of channel steps are.
public struct FilterSegment: Sendable, Hashable, Codable {
  /// Rows and columns of the filter.
  public let rows, columns: Range<Int>

  /// The most rows and columns of the parts of a filter.
  public struct Size: Sendable, Hashable, Codable {
    /// Rows and columns of a whole part; those at the lower and right borders may have fewer.
    public var rows, columns: Int

    /// A size by its parts.
    public init(rows: Int, columns: Int) { (self.rows, self.columns) = (rows, columns) }
  }
}

extension RowStationaryMapping {
  /// Rows and columns of the filter that a pass works on at most: all of them unless the parameters cut the filter.
  public var segmentSize: FilterSegment.Size { parameters.segmentSize(of: layer) }

  /// Parts that the filter plane is cut into.
  public var segmentCount: Int {
    ceilingQuotient(layer.filterHeight, segmentSize.rows) * ceilingQuotient(layer.filterWidth, segmentSize.columns)
  }

  /// The order of additions that a saturating psum depends on.
  public var order: RowStationaryOrder {
    RowStationaryOrder(
      q: parameters.q, r: parameters.r, filterRows: segmentSize.rows, filterColumns: segmentSize.columns)
  }

  /// One part of the filter plane, row by row.
  public func segment(_ index: Int) -> FilterSegment {
    let size = segmentSize
    let (row, column) = index.quotientAndRemainder(dividingBy: ceilingQuotient(layer.filterWidth, size.columns))
    func range(_ place: Int, _ size: Int, _ extent: Int) -> Range<Int> {
      place * size..<min((place + 1) * size, extent)
    }
    return FilterSegment(
      rows: range(row, size.rows, layer.filterHeight), columns: range(column, size.columns, layer.filterWidth))
  }
}
