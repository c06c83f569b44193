/// Where element i of one dimension lies: three nested counters, each with its strides.
///
/// A convolution is walked directly: position m = (image, p, q) and reduction k = (c, r, s) each contribute an address
/// offset and an ifmap row and column, and the two contributions add up.
public struct AffineAxis: Sendable, Codable, Equatable {
  /// What one index contributes.
  public struct Place: Sendable, Codable, Equatable {
    /// Elements from the tile's start.
    public var offset: Int32
    /// Ifmap rows, to be compared with the plane's height.
    public var row: Int32
    /// Ifmap columns, to be compared with the plane's width.
    public var column: Int32

    /// A contribution by its parts.
    public init(offset: Int, row: Int, column: Int) {
      self.offset = Int32(offset)
      self.row = Int32(row)
      self.column = Int32(column)
    }
  }

  /// Trips of the middle and of the inner counter.
  public var middle: Int
  /// Trips of the inner counter.
  public var inner: Int
  /// Offset of one trip of each counter.
  public var outerOffset: Int
  /// Elements a trip of the middle counter.
  public var middleOffset: Int
  /// Elements a trip of the inner counter.
  public var innerOffset: Int
  /// Rows a middle trip and columns an inner trip.
  public var middleRow: Int
  /// Ifmap columns a trip of the inner counter.
  public var innerColumn: Int
  /// The contribution of index 0.
  public var start: Place

  /// An axis by its parts.
  public init(
    middle: Int, inner: Int, outerOffset: Int, middleOffset: Int, innerOffset: Int, middleRow: Int, innerColumn: Int,
    start: Place
  ) {
    self.middle = middle
    self.inner = inner
    self.outerOffset = outerOffset
    self.middleOffset = middleOffset
    self.innerOffset = innerOffset
    self.middleRow = middleRow
    self.innerColumn = innerColumn
    self.start = start
  }

  /// A dense dimension: index i lies `stride` x i elements from the start, and nothing is ever outside.
  public static func dense(stride: Int) -> AffineAxis {
    AffineAxis(
      middle: 1, inner: 1, outerOffset: stride, middleOffset: 0, innerOffset: 0, middleRow: 0, innerColumn: 0,
      start: Place(offset: 0, row: 0, column: 0))
  }

  /// The contribution of an index.
  public func place(_ index: Int) -> Place {
    let (rest, innerIndex) = index.quotientAndRemainder(dividingBy: inner)
    let (outerIndex, middleIndex) = rest.quotientAndRemainder(dividingBy: middle)
    let offset = outerIndex * outerOffset + middleIndex * middleOffset + innerIndex * innerOffset
    return Place(
      offset: Int(start.offset) + offset, row: Int(start.row) + middleIndex * middleRow,
      column: Int(start.column) + innerIndex * innerColumn)
  }
}

/// One fold's walk through a scratchpad: in each step a vector, in each lane of it one element.
public struct OperandStream: Sendable, Codable, Equatable {
  /// What a lane index contributes.
  public var lanes: AffineAxis
  /// Index of lane 0, and lanes in use.
  public var firstLane: Int
  /// Lanes in use.
  public var laneCount: Int
  /// What a step index contributes.
  public var steps: AffineAxis
  /// Index of the first vector.
  public var firstStep: Int
  /// Plane that rows and columns must lie in; outside is padding.
  public var height: Int
  /// Width of that plane.
  public var width: Int
  /// First element of the tile in the scratchpad.
  public var base: Int

  /// A stream by its parts.
  public init(
    lanes: AffineAxis, firstLane: Int, laneCount: Int, steps: AffineAxis, firstStep: Int, height: Int, width: Int,
    base: Int
  ) {
    self.lanes = lanes
    self.firstLane = firstLane
    self.laneCount = laneCount
    self.steps = steps
    self.firstStep = firstStep
    self.height = height
    self.width = width
    self.base = base
  }
}
