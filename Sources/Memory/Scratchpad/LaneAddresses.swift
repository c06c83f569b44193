/// What the lanes of one fold's vectors contribute to their addresses: set when the fold begins, added to every step's place.
struct LaneAddresses: Sendable, Codable {
  /// Lanes in use.
  private(set) var count = 0
  private(set) var offset: [Int32]
  private(set) var row: [Int32]
  private(set) var column: [Int32]
  /// The least and the greatest contribution of a lane to each of the three.
  private var least = AffineAxis.Place(offset: 0, row: 0, column: 0)
  private var greatest = AffineAxis.Place(offset: 0, row: 0, column: 0)

  init(lanes: Int) {
    offset = [Int32](repeating: 0, count: lanes)
    (row, column) = (offset, offset)
  }

  /// Sets the lanes of a fold.
  mutating func set(_ stream: OperandStream) {
    count = stream.laneCount
    for lane in 0..<count {
      let place = stream.lanes.place(stream.firstLane + lane)
      offset[lane] = place.offset + Int32(stream.base)
      row[lane] = place.row
      column[lane] = place.column
    }
    least = AffineAxis.Place(offset: bound(offset, min), row: bound(row, min), column: bound(column, min))
    greatest = AffineAxis.Place(offset: bound(offset, max), row: bound(row, max), column: bound(column, max))
  }

  private func bound(_ contributions: [Int32], _ choose: (Int32, Int32) -> Int32) -> Int {
    Int(contributions[..<count].reduce(contributions[0], choose))
  }

  /// Whether no lane of a step lies in the padding, so that none has to be looked at by itself.
  func areInside(_ walk: VectorWalk) -> Bool {
    walk.isInside(row: least.row, column: least.column) && walk.isInside(row: greatest.row, column: greatest.column)
  }

  /// The elements that the lanes of a step read, if none lies in the padding: from the first to the last.
  func elements(_ walk: VectorWalk) -> ClosedRange<Int> {
    Int(least.offset &+ walk.place.offset)...Int(greatest.offset &+ walk.place.offset)
  }
}
