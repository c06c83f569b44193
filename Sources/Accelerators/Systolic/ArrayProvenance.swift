import Mappings

/// Which tensor element stands in each register of the array, computed from the folds under way and never stored.
///
/// Steps are those of the array's edge; a register is asked about before the clock edge that ends `step`, so it holds what
/// the step before left there.
struct ArrayProvenance {
  let schedule: SystolicSchedule
  let timing: FoldTiming
  let waves: WaveTracker
  let step: Int

  /// A fold and what of it stands in a register: a vector, a row of the stationary operand, or the rows already drained.
  struct Content {
    let fold: Fold
    let index: Int

    /// Differs whenever the content does; 0 is kept for nothing.
    var key: UInt64 { UInt64(fold.index + 1) << 32 | UInt64(index) }
  }

  /// The vector whose moving operand stands in PE (row, column).
  func vector(row: Int, column: Int) -> Content? {
    first(waves.waves, waves.pastWaves) { wave in
      let vector = step - 1 - wave.start - row - column
      return (0..<wave.vectors).contains(vector) ? vector : nil
    }
  }

  /// The row of the stationary operand that stands in PE (row, column) where the MAC uses it.
  func stationaryRow(row: Int, column: Int) -> Content? {
    guard timing.isDoubleBuffered else { return shiftedRow(row: row, column: column) }
    return first(waves.waves, waves.pastWaves) { step > $0.start + row + column ? row : nil }
  }

  /// The row of the stationary operand that stands in the load chain of PE (row, column).
  ///
  /// Rows enter bottom row first: after d shifts, array row i holds operand row R - d + i.
  func shiftedRow(row: Int, column: Int) -> Content? {
    first(waves.loads, waves.pastLoads) { load in
      let shifts = min(step - load.start - column, timing.rows)
      return row < shifts ? timing.rows - shifts + row : nil
    }
  }

  /// WS and IS: the vector whose psum stands in PE (row, column).
  func psumVector(row: Int, column: Int) -> Content? {
    first(waves.waves, waves.pastWaves) { wave in
      let vector = step - 1 - wave.start - row - column - (timing.macStages - 1)
      return column < wave.usedColumns && (0..<wave.vectors).contains(vector) ? vector : nil
    }
  }

  /// OS: the row whose psum stands in the psum register of PE (row, column).
  func psumRow(row: Int, column: Int) -> Content? {
    first(waves.waves, waves.pastWaves) { wave in
      let firstSum = wave.start + row + column + timing.macStages - 1
      guard step > firstSum else { return nil }
      if timing.isDoubleBuffered { return step < firstSum + wave.vectors ? used(row, column, of: wave) : nil }
      return used(row - drainedRows(wave, column: column), column, of: wave)
    }
  }

  /// OS, double-buffered: the row whose psum stands in the drain register of PE (row, column).
  func drainRow(row: Int, column: Int) -> Content? {
    first(waves.waves, waves.pastWaves) { wave in
      guard step >= wave.start + row + column + timing.macStages - 1 + wave.vectors else { return nil }
      return used(row - drainedRows(wave, column: column), column, of: wave)
    }
  }

  /// Rows that a column has sent off its foot before this step.
  private func drainedRows(_ wave: FoldWave, column: Int) -> Int {
    max(0, step - (wave.start + wave.vectors - 1 + timing.stepsToFoot) - column)
  }

  private func used(_ row: Int, _ column: Int, of wave: FoldWave) -> Int? {
    row >= 0 && row < wave.usedRows && column < wave.usedColumns ? row : nil
  }

  /// The newest fold of which `content` finds something.
  private func first(_ current: [FoldWave], _ past: [FoldWave], content: (FoldWave) -> Int?) -> Content? {
    for wave in current.reversed() { if let index = content(wave) { return Content(fold: wave.fold, index: index) } }
    for wave in past.reversed() { if let index = content(wave) { return Content(fold: wave.fold, index: index) } }
    return nil
  }
}

// MARK: - As text

extension ArrayProvenance {
  /// The registers of a PE that hold a tensor element.
  enum Register: Sendable { case ifmap, filter, psum, shadow, drain }

  /// What stands in a register of PE (row, column), if anything.
  func content(_ register: Register, row: Int, column: Int) -> Content? {
    switch (register, schedule.dataflow) {
    case (.ifmap, .outputStationary), (.ifmap, .weightStationary), (.filter, .inputStationary):
      vector(row: row, column: column).flatMap { row < $0.fold[schedule.spatial.rows].count ? $0 : nil }
    case (.filter, .outputStationary):
      vector(row: row, column: column).flatMap { column < $0.fold.n.count ? $0 : nil }
    case (.filter, .weightStationary), (.ifmap, .inputStationary):
      stationaryRow(row: row, column: column).flatMap { isUsed($0, column: column) ? $0 : nil }
    case (.shadow, .outputStationary): nil
    case (.shadow, _): shiftedRow(row: row, column: column).flatMap { isUsed($0, column: column) ? $0 : nil }
    case (.psum, .outputStationary): psumRow(row: row, column: column)
    case (.psum, _): psumVector(row: row, column: column)
    case (.drain, .outputStationary): drainRow(row: row, column: column)
    case (.drain, _): nil
    }
  }

  /// Whether row `index` of the stationary operand and this column are in use.
  private func isUsed(_ content: Content, column: Int) -> Bool {
    content.index < content.fold[schedule.spatial.rows].count && column < content.fold[schedule.spatial.columns].count
  }

  /// The tensor element in a register: `n=0 c=2 h=5 w=7`; `-` if there is none.
  func element(_ register: Register, row: Int, column: Int) -> String {
    guard let content = content(register, row: row, column: column) else { return "-" }
    let (fold, index) = (content.fold, content.index)
    let (m, k, n) = (fold.m.lowerBound, fold.k.lowerBound, fold.n.lowerBound)
    let group = fold.group
    switch (register, schedule.dataflow) {
    case (.ifmap, .weightStationary): return schedule.ifmapElement(group: group, m: m + index, k: k + row)
    case (.ifmap, .outputStationary): return schedule.ifmapElement(group: group, m: m + row, k: k + index)
    case (.ifmap, .inputStationary), (.shadow, .inputStationary):
      return schedule.ifmapElement(group: group, m: m + column, k: k + index)
    case (.filter, .inputStationary): return schedule.filterElement(group: group, k: k + row, n: n + index)
    case (.filter, _), (.shadow, _): return schedule.filterElement(group: group, k: k + index, n: n + column)
    case (.psum, .inputStationary), (.drain, .inputStationary):
      return schedule.psumElement(group: group, m: m + column, n: n + index)
    case (.psum, _), (.drain, _): return schedule.psumElement(group: group, m: m + index, n: n + column)
    }
  }
}
