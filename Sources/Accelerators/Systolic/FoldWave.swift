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

  /// Those PEs.
  var box: PEBox { PEBox(rows: usedRows, columns: usedColumns) }
}

/// The PEs of the first rows and columns, by the diagonals r + c that they stand on.
struct PEBox {
  let rows: Int
  let columns: Int

  var count: Int { rows * columns }

  /// PEs on the first `diagonals` diagonals: a triangle, less what of it sticks out below and to the right.
  func count(before diagonals: Int) -> Int {
    triangle(diagonals) - triangle(diagonals - rows) - triangle(diagonals - columns)
      + triangle(diagonals - rows - columns)
  }

  private func triangle(_ side: Int) -> Int { side > 0 ? side * (side + 1) / 2 : 0 }
}

/// PEs by what the waves do to them in one step; firing PEs are counted where they fire.
///
/// A front stands on a diagonal: PE (r, c) is behind it if r + c is small enough. So each kind of PE is counted as a part of
/// a box that lies between two diagonals.
struct WaveCensus: Equatable {
  var fill = 0
  var drain = 0
  var idle = 0

  /// Counts the PEs that do not fire. `waves` are the folds in the array, oldest first.
  init(waves: ArraySlice<FoldWave>, step: Int, rows: Int, columns: Int) {
    let array = PEBox(rows: rows, columns: columns)
    guard let oldest = waves.first else {
      idle = array.count
      return
    }
    // Diagonals that newer fronts have passed: their PEs belong to newer folds.
    var passed = 0
    for wave in waves.reversed() {
      let reached = max(passed, step - wave.start + 1)
      // The vector in PE (r, c) is step - start - r - c; below `vectors` it fires, beyond it the PE has finished.
      let finished = max(passed, step - wave.start - wave.vectors + 1)
      let unused = array.count(before: reached) - array.count(before: passed)
      drain += wave.box.count(before: finished) - wave.box.count(before: passed)
      idle += unused - (wave.box.count(before: reached) - wave.box.count(before: passed))
      passed = reached
    }
    // Not reached by any front yet.
    let waiting = oldest.box.count - oldest.box.count(before: passed)
    fill = waiting
    idle += array.count - array.count(before: passed) - waiting
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
