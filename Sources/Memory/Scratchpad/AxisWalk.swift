/// The counters of an address generator: they stand at one index of an axis, and reach the next one by additions alone.
struct AxisWalk: Sendable, Codable {
  private let axis: AffineAxis
  private var index: Int
  private var inner: Int
  private var middle: Int
  /// The contribution of the index it stands at.
  private(set) var place: AffineAxis.Place

  /// A walk that stands at an index.
  init(_ axis: AffineAxis, at index: Int) {
    self.axis = axis
    self.index = index
    inner = index % axis.inner
    middle = index / axis.inner % axis.middle
    place = axis.place(index)
  }

  /// Moves to an index; only one that is not the next takes divisions.
  mutating func move(to target: Int) {
    if target == index &+ 1 {
      advance()
    } else if target != index {
      self = AxisWalk(axis, at: target)
    }
  }

  /// Counts one up: a counter that ends its trips starts anew and lets the one around it move.
  private mutating func advance() {
    index &+= 1
    inner &+= 1
    add(axis.innerOffset, column: axis.innerColumn)
    guard inner == axis.inner else { return }
    inner = 0
    middle &+= 1
    add(
      axis.middleOffset &- axis.inner &* axis.innerOffset, axis.middleRow, column: 0 &- axis.inner &* axis.innerColumn)
    guard middle == axis.middle else { return }
    middle = 0
    add(axis.outerOffset &- axis.middle &* axis.middleOffset, 0 &- axis.middle &* axis.middleRow)
  }

  private mutating func add(_ offset: Int, _ row: Int = 0, column: Int = 0) {
    place.offset &+= Int32(truncatingIfNeeded: offset)
    place.row &+= Int32(truncatingIfNeeded: row)
    place.column &+= Int32(truncatingIfNeeded: column)
  }
}
