public import Tensors

/// A systolic array whose psums stay: ifmaps move right, filters move down, each PE sums one output.
///
/// ```
///               filter, one PE down a step
///                 |        |
///   ifmap  ->  [ PE ] -> [ PE ] ->        a PE:  psum <= psum + ifmap in x filter in
///                 |        |                     ifmap out <= ifmap in, filter out <= filter in
///          ->  [ PE ] -> [ PE ] ->
///                 |        |
///              finished psums shift down and out, row R - 1 first
/// ```
///
/// While column c drains, the control word beside it says how many rows above have already been emptied; a row passes its
/// psum on until it has sent those of the rows above it and its own. Single-buffered arrays drain the psum registers
/// themselves, double-buffered ones a drain register a PE, which the `last` pulse fills while the next fold begins.
public struct OutputStationaryArray: Sendable, Codable {
  /// Its PEs.
  public let grid: SystolicGrid
  /// The numbers it computes in.
  public let arithmetic: Arithmetic

  // State n, and where it moves right n + 1 beside it. One element a PE, row by row.
  var ifmap, ifmapNext: [Int16]
  var ifmapFlags, ifmapFlagsNext: [UInt8]
  var filter: SlidingRows<Int16>
  var filterFlags: SlidingRows<UInt8>
  var products: ProductPipeline
  /// `last` pulses behind the multiplier's registers, as many as there are stages.
  var lastPulses: [[UInt8]]
  var psum: [Int32]
  /// Results on their way out, where double-buffered.
  var drain: [Int32]

  /// Rows that each column has emptied, -1 where it does not drain: a wire.
  var drainedRows: [Int32]
  var lastInFlight = 0
  var drains = false
  var isStepping = false

  /// An array with empty registers.
  public init(_ grid: SystolicGrid, arithmetic: Arithmetic) {
    self.grid = grid
    self.arithmetic = arithmetic
    let count = grid.peCount
    let words = [Int16](repeating: 0, count: count)
    let bits = [UInt8](repeating: 0, count: count)
    let sums = [Int32](repeating: 0, count: count)
    (ifmap, ifmapNext) = (words, words)
    (ifmapFlags, ifmapFlagsNext) = (bits, bits)
    filter = SlidingRows(repeating: 0, count: count, columns: grid.columns)
    filterFlags = SlidingRows(repeating: 0, count: count, columns: grid.columns)
    products = ProductPipeline(grid)
    lastPulses = [[UInt8]](repeating: bits, count: grid.isDoubleBuffered ? grid.macStages - 1 : 0)
    psum = sums
    drainedRows = [Int32](repeating: -1, count: grid.columns)
    drain = grid.isDoubleBuffered ? sums : []
  }

  /// Evaluates one enabled step.
  ///
  /// Column c's control word, which says how many rows the column has emptied, lies c places before `slot` in the ring of
  /// `control` words; `slot` is -1 while no column drains.
  public mutating func step(
    west: borrowing SkewBuffer, north: borrowing SkewBuffer, control: [PsumControl], slot: Int
  ) -> MACCount {
    if west.flags[west.edge.lowerBound] & OperandFlags.last != 0 {
      lastInFlight = grid.rows + grid.columns + grid.macStages
    }
    shiftRight(ifmap, west.words.span.extracting(west.edge), into: &ifmapNext, columns: grid.columns)
    shiftRight(ifmapFlags, west.flags.span.extracting(west.edge), into: &ifmapFlagsNext, columns: grid.columns)
    filter.enter(north.words.span.extracting(north.edge))
    filterFlags.enter(north.flags.span.extracting(north.edge))
    drains = slot >= 0 && readDrainedRows(control, slot)
    isStepping = true
    return countMACs(ifmapFlagsNext.span, filterFlags.store.span.extracting(filterFlags.nextRegisters))
  }

  /// The clock edge: registers that were evaluated take their next value.
  public mutating func commit() {
    guard isStepping else { return }
    isStepping = false
    swap(&ifmap, &ifmapNext)
    swap(&ifmapFlags, &ifmapFlagsNext)
    filter.moveDown()
    filterFlags.moveDown()
    // A column drains behind its last operands: what its PEs multiply by then are zeros.
    if drains && !grid.isDoubleBuffered { Self.shiftOut(drainedRows, &psum, grid) }
    switch arithmetic {
    case .int8: accumulate(IntegerArithmetic.self)
    case .bfloat16: accumulate(BFloat16Arithmetic.self)
    }
    if grid.isDoubleBuffered { drainBeside() }
    commitLastPulses()
    products.commit()
  }

  /// All psums at the foot of the columns, as they stand in this step.
  public func copyBottomPsums(into sums: inout [Int32]) {
    let bottomRow = grid.peCount - grid.columns..<grid.peCount
    var sums = sums.mutableSpan
    if grid.isDoubleBuffered {
      copyBlock(drain.span.extracting(bottomRow), into: &sums, at: 0)
    } else {
      copyBlock(psum.span.extracting(bottomRow), into: &sums, at: 0)
    }
  }

  /// Whether the PE with this index (row by row) fires in this step: a wire, valid between `step` and `commit`.
  public func fires(_ index: Int) -> Bool {
    isStepping && operandFlags(index) & OperandFlags.valid != 0
  }
}

extension OutputStationaryArray {
  /// Whether an operand of the MAC that fires in this step is zero: a wire, valid between `step` and `commit`.
  public func hasZeroOperand(_ index: Int) -> Bool {
    operandFlags(index) & OperandFlags.nonzero == 0
  }

  /// What both operands that reach a PE in this step carry.
  private func operandFlags(_ index: Int) -> UInt8 {
    ifmapFlagsNext[index] & filterFlags.store[filterFlags.nextRegisters.lowerBound + index]
  }
}

// MARK: - One step, part by part

extension OutputStationaryArray {
  private mutating func accumulate<Contract: MACArithmetic>(_ contract: Contract.Type) {
    let filters = filter.registers.lowerBound
    if products.isEmpty {
      addProducts(contract, ifmap, filter.store, from: filters, into: &psum)
    } else {
      addAll(contract, products.leaving, into: &psum)
      multiplyAll(contract, ifmap, filter.store, from: filters, into: &products.entering)
    }
  }

  /// Column c passes its results down: row r sends until it has sent those of rows 0...r.
  private static func shiftOut(_ drainedRows: [Int32], _ results: inout [Int32], _ grid: SystolicGrid) {
    var results = results.mutableSpan
    for column in 0..<grid.columns where drainedRows[column] >= 0 {
      let emptied = Int(drainedRows[column]) * grid.columns + column
      let bottom = grid.peCount - grid.columns + column
      for index in stride(from: bottom, to: emptied, by: -grid.columns) {
        results[index] = results[index - grid.columns]
      }
      results[emptied] = 0
    }
  }

  /// Takes from the control words how many rows each column has emptied; returns whether any column drains.
  private mutating func readDrainedRows(_ control: [PsumControl], _ first: Int) -> Bool {
    var slot = first
    var drains = false
    for column in 0..<grid.columns {
      drainedRows[column] = control[slot].drainedRows
      if drainedRows[column] >= 0 { drains = true }
      slot = slot == 0 ? control.count - 1 : slot - 1
    }
    return drains
  }

  /// Double buffering: the drain registers shift, and where the `last` pulse arrives the finished psum moves over.
  private mutating func drainBeside() {
    if drains { Self.shiftOut(drainedRows, &drain, grid) }
    guard lastInFlight > 0 else { return }
    lastInFlight -= 1
    for index in drain.indices where lastPulseArrives(at: index) {
      drain[index] = psum[index]
      psum[index] = 0
    }
  }

  /// The `last` flag travels beside the product of its operands through the multiplier's registers.
  private func lastPulseArrives(at index: Int) -> Bool {
    let flags = lastPulses.last?[index] ?? ifmapFlags[index]
    return flags & OperandFlags.last != 0
  }

  private mutating func commitLastPulses() {
    guard !lastPulses.isEmpty else { return }
    for stage in stride(from: lastPulses.count - 1, to: 0, by: -1) { lastPulses.swapAt(stage, stage - 1) }
    for index in ifmapFlags.indices { lastPulses[0][index] = ifmapFlags[index] }
  }
}
