/// The loop counters of a schedule: where the next fold stands in the nest.
public struct FoldCursor: Sendable, Codable, Equatable {
  /// Folds passed.
  public private(set) var index = 0
  private var group = 0
  private var tile = 0
  private var position = 0
  private var filter = 0
  private var reduction = 0
  private let foldCount: Int

  /// The start of a schedule.
  public init(_ schedule: SystolicSchedule) {
    foldCount = schedule.foldCount
  }

  /// Whether every fold was passed.
  public var isAtEnd: Bool { index == foldCount }

  /// The fold under the counters.
  public func fold(in schedule: SystolicSchedule) -> Fold {
    let ifmapTile = schedule.ifmapTiles[tile]
    let firstPosition = ifmapTile.firstPosition + position * schedule.positionsPerFold
    let endPosition = min(firstPosition + schedule.positionsPerFold, ifmapTile.range.upperBound)
    let psumTile = index / schedule.reductionFolds
    return Fold(
      index: index, group: group, m: firstPosition..<endPosition,
      k: cut(reduction, schedule.reductionPerFold, schedule.extents.k),
      n: cut(filter, schedule.filtersPerFold, schedule.extents.n),
      ifmapTile: group * schedule.ifmapTiles.count + tile,
      filterTile: filterTile(in: schedule, psumTile: psumTile), psumTile: psumTile,
      isFirstOfPsums: reduction == 0, isLastOfPsums: reduction == schedule.reductionFolds - 1)
  }

  /// Moves to the next fold, innermost loop first.
  public mutating func advance(in schedule: SystolicSchedule) {
    index += 1
    guard step(&reduction, limit: schedule.reductionFolds) else { return }
    guard step(&filter, limit: schedule.filterFolds) else { return }
    guard step(&position, limit: schedule.positionFolds(of: schedule.ifmapTiles[tile])) else { return }
    guard step(&tile, limit: schedule.ifmapTiles.count) else { return }
    group += 1
  }

  /// Counts one up; true if the counter wrapped and the next outer one moves.
  private func step(_ counter: inout Int, limit: Int) -> Bool {
    counter += 1
    guard counter == limit else { return false }
    counter = 0
    return true
  }

  private func cut(_ part: Int, _ size: Int, _ limit: Int) -> Range<Int> {
    part * size..<min((part + 1) * size, limit)
  }

  private func filterTile(in schedule: SystolicSchedule, psumTile: Int) -> Int {
    switch schedule.filterResidency {
    case .group: group
    case .filters: psumTile
    case .fold: index
    }
  }
}
