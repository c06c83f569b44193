import Compute
import Mappings

/// A fold on its way through the array, as the wavefront of its operands sees it: what labels are derived from.
struct FoldWave: Sendable, Codable, Equatable {
  /// What the fold computes.
  var fold: Fold
  /// Step in which the first vector stands at the edge.
  var start: Int
  /// Vectors streamed.
  var vectors: Int
  /// PEs in use.
  var usedRows: Int
  var usedColumns: Int
  /// First step after the fold has left the array.
  var end: Int

  /// Columns of a row that the front has reached in a step: PE (r, c) works on vector `step - start - r - c`.
  func reachedColumns(row: Int, step: Int, columns: Int) -> Int {
    min(max(step - start - row + 1, 0), columns)
  }
}

/// PEs by what the waves do to them in one step; firing PEs are counted where they fire.
struct WaveCensus: Equatable {
  var fill = 0
  var drain = 0
  var idle = 0

  /// Counts the PEs that do not fire, row by row. `waves` are the folds in the array, oldest first.
  init(waves: ArraySlice<FoldWave>, step: Int, rows: Int, columns: Int) {
    for row in 0..<rows {
      var upper = columns
      // From the left: the newest front has passed the fewest columns.
      var left = 0
      for wave in waves.reversed() {
        let reached = max(left, wave.reachedColumns(row: row, step: step, columns: columns))
        count(wave, row: row, from: left, to: reached, step: step)
        left = reached
      }
      guard let oldest = waves.first else { return }
      // Not reached by any front yet.
      let used = row < oldest.usedRows ? max(0, min(upper, oldest.usedColumns) - left) : 0
      fill += used
      idle += upper - left - used
      upper = left
    }
  }

  /// PEs of one row between two columns, all of them behind the front of `wave`.
  private mutating func count(_ wave: FoldWave, row: Int, from left: Int, to right: Int, step: Int) {
    guard row < wave.usedRows else {
      idle += right - left
      return
    }
    let usedEnd = min(right, wave.usedColumns)
    idle += right - max(left, usedEnd)
    // The vector in PE (r, c) is step - start - r - c; below `vectors` it fires, beyond it the PE has finished.
    let firstFiring = step - wave.start - row - wave.vectors + 1
    drain += max(0, min(usedEnd, firstFiring) - left)
  }

  /// The label of one PE that does not fire, by the same rule.
  static func label(row: Int, column: Int, waves: ArraySlice<FoldWave>, step: Int) -> PECycleLabel {
    for wave in waves.reversed() where step - wave.start >= row + column {
      return row < wave.usedRows && column < wave.usedColumns ? .drain : .idle
    }
    guard let oldest = waves.first else { return .idle }
    return row < oldest.usedRows && column < oldest.usedColumns ? .fill : .idle
  }
}
