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

  // State n, and n + 1 beside it. One element a PE, row by row.
  var ifmap, ifmapNext: [Int16]
  var ifmapFlags, ifmapFlagsNext: [UInt8]
  var filter, filterNext: [Int16]
  var filterFlags, filterFlagsNext: [UInt8]
  var products: ProductPipeline
  /// `last` pulses behind the multiplier's registers, as many as there are stages.
  var lastPulses: [[UInt8]]
  var psum, psumNext: [Int32]
  /// Results on their way out, where double-buffered.
  var drain, drainNext: [Int32]

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
    (ifmap, ifmapNext, filter, filterNext) = (words, words, words, words)
    (ifmapFlags, ifmapFlagsNext, filterFlags, filterFlagsNext) = (bits, bits, bits, bits)
    products = ProductPipeline(grid)
    lastPulses = [[UInt8]](repeating: bits, count: grid.isDoubleBuffered ? grid.macStages - 1 : 0)
    (psum, psumNext) = (sums, sums)
    drainedRows = [Int32](repeating: -1, count: grid.columns)
    (drain, drainNext) = grid.isDoubleBuffered ? (sums, sums) : ([], [])
  }

  /// Evaluates one enabled step.
  ///
  /// Column c's control word, which says how many rows the column has emptied, lies c places before `slot` in the ring of
  /// `control` words; `slot` is -1 while no column drains.
  public mutating func step(
    west: borrowing SkewBuffer, north: borrowing SkewBuffer, control: [PsumControl], slot: Int
  ) -> MACCount {
    if west.edgeFlags[0] & OperandFlags.last != 0 { lastInFlight = grid.rows + grid.columns + grid.macStages }
    shiftRight(ifmap, west.edgeWords, into: &ifmapNext, columns: grid.columns)
    shiftRight(ifmapFlags, west.edgeFlags, into: &ifmapFlagsNext, columns: grid.columns)
    shiftDown(filter, north.edgeWords, into: &filterNext)
    shiftDown(filterFlags, north.edgeFlags, into: &filterFlagsNext)
    let macs: MACCount
    switch arithmetic {
    case .int8: macs = accumulate(IntegerArithmetic.self)
    case .bfloat16: macs = accumulate(BFloat16Arithmetic.self)
    }
    drains = slot >= 0 && readDrainedRows(control, slot)
    if grid.isDoubleBuffered {
      drainBeside()
    } else if drains {
      Self.shiftOut(drainedRows, from: psum, into: &psumNext, grid)
    }
    isStepping = true
    return macs
  }

  /// The clock edge: registers that were evaluated take their next value.
  public mutating func commit() {
    guard isStepping else { return }
    isStepping = false
    swap(&ifmap, &ifmapNext)
    swap(&ifmapFlags, &ifmapFlagsNext)
    commitLastPulses()
    swap(&filter, &filterNext)
    swap(&filterFlags, &filterFlagsNext)
    swap(&psum, &psumNext)
    if drains && grid.isDoubleBuffered { swap(&drain, &drainNext) }
    products.commit()
  }

  /// All psums at the foot of the columns, as they stand in this step.
  public func copyBottomPsums(into sums: inout [Int32]) {
    copyLastRow(of: grid.isDoubleBuffered ? drain : psum, into: &sums)
  }

  /// Whether the PE with this index (row by row) fires in this step: a wire, valid between `step` and `commit`.
  public func fires(_ index: Int) -> Bool {
    isStepping && ifmapFlagsNext[index] & filterFlagsNext[index] & OperandFlags.valid != 0
  }
}

extension OutputStationaryArray {
  /// Whether an operand of the MAC that fires in this step is zero: a wire, valid between `step` and `commit`.
  public func hasZeroOperand(_ index: Int) -> Bool {
    ifmapFlagsNext[index] & filterFlagsNext[index] & OperandFlags.nonzero == 0
  }
}

// MARK: - One step, part by part

extension OutputStationaryArray {
  private mutating func accumulate<Contract: MACArithmetic>(_ contract: Contract.Type) -> MACCount {
    let macs = countMACs(ifmapFlagsNext, filterFlagsNext)
    if products.isEmpty {
      accumulateInPlace(contract, ifmap: ifmapNext, filter: filterNext, psum: psum, into: &psumNext)
      return macs
    }
    addAll(contract, psum, products.leaving, into: &psumNext, distance: 0)
    multiplyAll(contract, ifmapNext, filterNext, into: &products.entering)
    return macs
  }

  /// Column c passes its results down: row r sends until it has sent those of rows 0...r.
  private static func shiftOut(
    _ drainedRows: [Int32], from source: [Int32], into next: inout [Int32], _ grid: SystolicGrid
  ) {
    var next = next.mutableSpan
    for column in 0..<grid.columns where drainedRows[column] >= 0 {
      let emptied = Int(drainedRows[column])
      for row in emptied..<grid.rows {
        let index = row * grid.columns + column
        next[index] = row == emptied ? 0 : source[index - grid.columns]
      }
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
    guard drains || lastInFlight > 0 else { return }
    for index in drain.indices { drainNext[index] = drain[index] }
    if drains { Self.shiftOut(drainedRows, from: drain, into: &drainNext, grid) }
    drains = true
    guard lastInFlight > 0 else { return }
    lastInFlight -= 1
    for index in drainNext.indices where lastPulseArrives(at: index) {
      drainNext[index] = psumNext[index]
      psumNext[index] = 0
    }
  }

  /// The `last` flag travels beside the product of its operands through the multiplier's registers.
  private func lastPulseArrives(at index: Int) -> Bool {
    let flags = lastPulses.last?[index] ?? ifmapFlagsNext[index]
    return flags & OperandFlags.last != 0
  }

  private mutating func commitLastPulses() {
    guard !lastPulses.isEmpty else { return }
    for stage in stride(from: lastPulses.count - 1, to: 0, by: -1) { lastPulses.swapAt(stage, stage - 1) }
    for index in ifmapFlags.indices { lastPulses[0][index] = ifmapFlags[index] }
  }
}
