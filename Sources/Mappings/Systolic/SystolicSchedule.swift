public import Workloads

/// What a schedule must fit: the array and its scratchpads.
public struct SystolicResources: Sendable, Codable, Equatable {
  /// PE rows.
  public var rows: Int
  /// PE columns.
  public var columns: Int
  /// Bytes of one half of the ifmap scratchpad (of all of it, if single-buffered).
  public var ifmapBytes: Int
  /// Bytes of one half of the filter scratchpad.
  public var filterBytes: Int
  /// Bytes of one half of the accumulator.
  public var psumBytes: Int
  /// Bytes of an operand off chip and in a scratchpad.
  public var operandBytes: Int
  /// Bytes of the bias registers; a psum each.
  public var biasBytes: Int

  /// Resources by their parts.
  public init(
    rows: Int, columns: Int, ifmapBytes: Int, filterBytes: Int, psumBytes: Int, operandBytes: Int, biasBytes: Int
  ) {
    self.rows = rows
    self.columns = columns
    self.ifmapBytes = ifmapBytes
    self.filterBytes = filterBytes
    self.psumBytes = psumBytes
    self.operandBytes = operandBytes
    self.biasBytes = biasBytes
  }
}

/// How much of the filters one scratchpad fill holds.
public enum FilterResidency: String, Sendable, Codable {
  /// All filters of a group: each weight is fetched once.
  case group
  /// All weights of the filters of one column range: fetched again for each range of positions.
  case filters
  /// One fold's weights.
  case fold
}

/// One use of the physical array: a box of the matrix product, and which tiles it needs.
public struct Fold: Sendable, Codable, Equatable {
  /// Position in the schedule.
  public var index: Int
  /// Group of the convolution.
  public var group: Int
  /// Ofmap positions, over the batch.
  public var m: Range<Int>
  /// Part of the reduction.
  public var k: Range<Int>
  /// Filters within the group.
  public var n: Range<Int>
  /// Which ifmap tile, in order of loading.
  public var ifmapTile: Int
  /// Which filter tile, in order of loading.
  public var filterTile: Int
  /// Which set of psums, in order of completion.
  public var psumTile: Int
  /// Whether it starts its psums (from the bias) or adds to them.
  public var isFirstOfPsums: Bool
  /// Whether its psums are complete afterwards.
  public var isLastOfPsums: Bool

  /// The range of one dimension.
  public subscript(dimension: GEMMDimension) -> Range<Int> {
    switch dimension {
    case .m: m
    case .k: k
    case .n: n
    }
  }
}

/// The folds of a layer on a systolic array, in order: groups, ifmap tiles, positions, filters, and innermost the reduction.
///
/// ```
/// for g in groups                       DRAM
///   for t in ifmap tiles                ifmap scratchpad
///     for m in positions of t           (WS: all of them at once)
///       for n in filters of g           accumulator
///         for k in reduction            array: one fold
/// ```
///
/// A schedule never changes, so machines and snapshots share one.
public final class SystolicSchedule: Sendable, Codable {
  /// The layer.
  public let layer: ConvolutionLayer
  /// What stays.
  public let dataflow: Dataflow
  /// What it was made to fit.
  public let resources: SystolicResources
  /// Extents of a group's matrix product.
  public let extents: GEMMExtents
  /// What lies on rows, columns and time.
  public let spatial: SpatialMapping
  /// Cuts of the ofmap positions.
  public let ifmapTiles: [IfmapTile]
  /// Filters a fold.
  public let filtersPerFold: Int
  /// Products a fold.
  public let reductionPerFold: Int
  /// Positions a fold; a whole tile where positions stream.
  public let positionsPerFold: Int
  /// How long filters stay in their scratchpad.
  public let filterResidency: FilterResidency

  /// Plans a layer; throws `ScheduleError` with the bytes that are missing when one tile does not fit.
  public init(_ layer: ConvolutionLayer, dataflow: Dataflow, resources: SystolicResources) throws(ScheduleError) {
    self.layer = layer
    self.dataflow = dataflow
    self.resources = resources
    extents = GEMMExtents(layer)
    spatial = SpatialMapping(dataflow)
    let planner = SystolicPlanner(layer: layer, dataflow: dataflow, resources: resources)
    try planner.checkBias()
    filtersPerFold = try planner.filtersPerFold()
    reductionPerFold = try planner.reductionPerFold(filtersPerFold: filtersPerFold)
    ifmapTiles = try planner.ifmapTiles(filtersPerFold: filtersPerFold)
    positionsPerFold = planner.positionsPerFold
    filterResidency = planner.filterResidency(filtersPerFold: filtersPerFold)
  }

  /// Cuts of the filters of a group.
  public var filterFolds: Int { ceilDivide(extents.n, filtersPerFold) }
  /// Cuts of the reduction.
  public var reductionFolds: Int { ceilDivide(extents.k, reductionPerFold) }

  /// Cuts of a tile's positions.
  public func positionFolds(of tile: IfmapTile) -> Int { ceilDivide(tile.positions, positionsPerFold) }

  /// Folds of one group.
  public var foldsPerGroup: Int {
    ifmapTiles.reduce(0) { $0 + positionFolds(of: $1) } * filterFolds * reductionFolds
  }

  /// All folds.
  public var foldCount: Int { foldsPerGroup * extents.groups }

  /// All fills of the ifmap scratchpad.
  public var ifmapTileCount: Int { ifmapTiles.count * extents.groups }

  /// All sets of psums.
  public var psumTileCount: Int { foldCount / reductionFolds }

  /// All fills of the filter scratchpad.
  public var filterTileCount: Int {
    switch filterResidency {
    case .group: extents.groups
    case .filters: psumTileCount
    case .fold: foldCount
    }
  }

  /// The ranges of filters and reduction that a filter tile holds, and its group.
  public func filterBox(of fold: Fold) -> (k: Range<Int>, n: Range<Int>) {
    switch filterResidency {
    case .group: (0..<extents.k, 0..<extents.n)
    case .filters: (0..<extents.k, fold.n)
    case .fold: (fold.k, fold.n)
    }
  }

  /// The first fold.
  public var firstFold: Fold { FoldCursor(self).fold(in: self) }
}

/// Why a layer cannot be scheduled on a machine: which capacity is exceeded, and by how much.
public struct ScheduleError: Error, Equatable, CustomStringConvertible {
  /// The layer's name.
  public let layer: String
  /// The configuration key of the capacity.
  public let key: String
  /// What does not fit.
  public let what: String
  /// Bytes needed for the smallest tile.
  public let neededBytes: Int
  /// Bytes there are.
  public let availableBytes: Int
  /// The least legal value of the key.
  public let leastLegalBytes: Int

  /// An error by its parts.
  public init(layer: String, key: String, what: String, neededBytes: Int, availableBytes: Int, leastLegalBytes: Int) {
    self.layer = layer
    self.key = key
    self.what = what
    self.neededBytes = neededBytes
    self.availableBytes = availableBytes
    self.leastLegalBytes = leastLegalBytes
  }

  /// The message a user reads.
  public var description: String {
    // A tile has one half of a double-buffered memory: the next one is loaded into the other.
    let share = leastLegalBytes == 2 * neededBytes ? " in each of its two halves" : ""
    return "layer \(layer): \(what): \(neededBytes) bytes needed, \(key) gives \(availableBytes)\(share), "
      + "\(neededBytes - availableBytes) bytes too few; the least legal value is \(leastLegalBytes)"
  }
}

@inlinable
func ceilDivide(_ value: Int, _ divisor: Int) -> Int { (value + divisor - 1) / divisor }
