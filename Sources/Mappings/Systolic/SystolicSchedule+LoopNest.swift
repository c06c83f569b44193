/// One loop of a mapping: what it cuts, how often it turns, and where what it walks is held.
public struct Loop: Sendable, Hashable {
  /// Whether its turns follow each other or lie side by side.
  public enum Kind: String, Sendable {
    case temporal, spatial
  }

  /// What it walks: `g`, `m`, `k`, `n`.
  public let name: String
  /// Turns.
  public let trips: Int
  /// How far each turn goes; the last one may go less far.
  public let step: Int
  /// What it walks all together; `trips x step` is more where the last turn is ragged.
  public let extent: Int
  /// In time, or over the array.
  public let kind: Kind
  /// The storage that holds what lies inside this loop.
  public let level: String
  /// What is meant, in words.
  public let meaning: String
}

extension SystolicSchedule {
  /// The mapping as nested loops, outermost first.
  public var loopNest: [Loop] {
    let tileTrips = ifmapTiles.count
    let tile = ifmapTiles.map(\.positions).max() ?? 0
    let positions = min(positionsPerFold, tile)
    let filterSpan = min(filtersPerFold, extents.n)
    let reductionSpan = min(reductionPerFold, extents.k)
    return [
      Loop(
        name: "g", trips: extents.groups, step: 1, extent: extents.groups, kind: .temporal, level: "DRAM",
        meaning: "groups; the weights of each come " + filterFetches),
      Loop(
        name: "m", trips: tileTrips, step: tile, extent: extents.m, kind: .temporal, level: "ifmap scratchpad",
        meaning: "ofmap positions (n, p, q) of an ifmap tile"),
      Loop(
        name: "m", trips: ceilDivide(tile, positions), step: positions, extent: tile, kind: .temporal,
        level: "ifmap scratchpad", meaning: "positions of a fold"),
      Loop(
        name: "n", trips: filterFolds, step: filterSpan, extent: extents.n, kind: .temporal, level: "accumulator",
        meaning: "filters whose psums are in the accumulator"),
      Loop(
        name: "k", trips: reductionFolds, step: reductionSpan, extent: extents.k, kind: .temporal,
        level: "filter scratchpad", meaning: "products (c, r, s) of a fold"),
      spatialLoop(spatial.rows, positions, filterSpan, reductionSpan, "PE rows"),
      spatialLoop(spatial.columns, positions, filterSpan, reductionSpan, "PE columns"),
      streamLoop(positions, filterSpan, reductionSpan),
    ]
  }

  private var filterFetches: String {
    switch filterResidency {
    case .group: "once"
    case .filters: "again for each cut of the positions, those of a cut of the filters at a time"
    case .fold: "again for each fold"
    }
  }

  private func span(_ dimension: GEMMDimension, _ m: Int, _ n: Int, _ k: Int) -> Int {
    switch dimension {
    case .m: m
    case .k: k
    case .n: n
    }
  }

  private func spatialLoop(_ dimension: GEMMDimension, _ m: Int, _ n: Int, _ k: Int, _ place: String) -> Loop {
    let span = span(dimension, m, n, k)
    return Loop(
      name: dimension.rawValue, trips: span, step: 1, extent: span, kind: .spatial, level: "registers", meaning: place)
  }

  private func streamLoop(_ m: Int, _ n: Int, _ k: Int) -> Loop {
    let span = span(spatial.streamed, m, n, k)
    return Loop(
      name: spatial.streamed.rawValue, trips: span, step: 1, extent: span, kind: .temporal, level: "registers",
      meaning: "vectors of a fold, one a cycle")
  }
}
