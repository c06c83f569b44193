public import Tensors

/// A systolic array whose one operand stays: weight stationary (filters stay) or input stationary (ifmaps stay).
///
/// ```
///            stationary operand, shifts down a column while it loads
///                 |        |
///   moving  -> [ PE ] -> [ PE ] ->        a PE:  psum out  <= psum in + moving in x stationary
///   operand        |        |                    moving out <= moving in
///           -> [ PE ] -> [ PE ] ->
///                 |        |
///                psums, one PE down a step
/// ```
///
/// PE (r, c) works on what arrives: on the register of its left neighbour and on the psum register of the PE above. One
/// `step` is one enabled clock edge; a machine that withholds it freezes the whole array.
public struct StationaryArray: Sendable, Codable {
  /// Its PEs.
  public let grid: SystolicGrid
  /// Which operand stays: `filter` for weight stationary, `ifmap` for input stationary.
  public let stationaryOperand: String
  /// Which operand moves.
  public let movingOperand: String
  /// The numbers it computes in.
  public let arithmetic: Arithmetic

  // State n, and where it moves right or loads n + 1 beside it. One element a PE, row by row.
  var moving, movingNext: [Int16]
  var movingFlags, movingFlagsNext: [UInt8]
  /// The load chain. In a single-buffered array it is the stationary operand itself, else its shadow.
  var chain, chainNext: [Int16]
  var chainFlags, chainFlagsNext: [UInt8]
  /// The operand in use, where double-buffered. `active` already holds this step's swaps (the PE's operand multiplexer).
  var active, activeCommitted: [Int16]
  var activeFlags, activeFlagsCommitted: [UInt8]
  var products: ProductPipeline
  var psum: SlidingRows<Int32>

  /// Swap pulses that are still inside the array.
  var swapsInFlight = 0
  var isStepping = false
  var chainShifts = false
  var shiftedLastStep = false
  var swapped: [Int32] = []

  /// An array with empty registers.
  public init(_ grid: SystolicGrid, stationary: String, moving movingOperand: String, arithmetic: Arithmetic) {
    self.grid = grid
    (stationaryOperand, self.movingOperand) = (stationary, movingOperand)
    self.arithmetic = arithmetic
    let count = grid.peCount
    let words = [Int16](repeating: 0, count: count)
    let bits = [UInt8](repeating: 0, count: count)
    (moving, movingNext, chain, chainNext) = (words, words, words, words)
    (movingFlags, movingFlagsNext, chainFlags, chainFlagsNext) = (bits, bits, bits, bits)
    (active, activeCommitted) = grid.isDoubleBuffered ? (words, words) : ([], [])
    (activeFlags, activeFlagsCommitted) = grid.isDoubleBuffered ? (bits, bits) : ([], [])
    products = ProductPipeline(grid)
    psum = SlidingRows(repeating: 0, count: count, columns: grid.columns)
  }

  /// Evaluates one enabled step: takes the edges from their skew buffers and drives every register's input.
  public mutating func step(west: borrowing SkewBuffer, north: borrowing SkewBuffer) -> MACCount {
    if west.flags[west.edge.lowerBound] & OperandFlags.swap != 0 { swapsInFlight = grid.rows + grid.columns }
    shiftRight(moving, west.words.span.extracting(west.edge), into: &movingNext, columns: grid.columns)
    shiftRight(movingFlags, west.flags.span.extracting(west.edge), into: &movingFlagsNext, columns: grid.columns)
    loadStationary(north)
    isStepping = true
    guard grid.isDoubleBuffered else { return countMACs(movingFlagsNext.span, chainFlags.span) }
    swapStationary()
    return countMACs(movingFlagsNext.span, activeFlags.span)
  }

  /// The clock edge: registers that were evaluated take their next value.
  public mutating func commit() {
    guard isStepping else { return }
    isStepping = false
    swap(&moving, &movingNext)
    swap(&movingFlags, &movingFlagsNext)
    psum.enter(0)
    psum.moveDown()
    switch arithmetic {
    case .int8: accumulate(IntegerArithmetic.self)
    case .bfloat16: accumulate(BFloat16Arithmetic.self)
    }
    if chainShifts {
      swap(&chain, &chainNext)
      swap(&chainFlags, &chainFlagsNext)
    }
    for index in swapped {
      activeCommitted[Int(index)] = active[Int(index)]
      activeFlagsCommitted[Int(index)] = activeFlags[Int(index)]
    }
    swapped.removeAll(keepingCapacity: true)
    products.commit()
  }

  /// All psums of the bottom row, as they stand in this step.
  public func copyBottomPsums(into sums: inout [Int32]) {
    var sums = sums.mutableSpan
    copyBlock(psum.store.span.extracting(psum.bottomRow), into: &sums, at: 0)
  }

  /// Whether the PE with this index (row by row) fires in this step: a wire, valid between `step` and `commit`.
  public func fires(_ index: Int) -> Bool {
    guard isStepping else { return false }
    let stationary = grid.isDoubleBuffered ? activeFlags[index] : chainFlags[index]
    return movingFlagsNext[index] & stationary & OperandFlags.valid != 0
  }
}

extension StationaryArray {
  /// Whether an operand of the MAC that fires in this step is zero: a wire, valid between `step` and `commit`.
  public func hasZeroOperand(_ index: Int) -> Bool {
    let stationary = grid.isDoubleBuffered ? activeFlags[index] : chainFlags[index]
    return movingFlagsNext[index] & stationary & OperandFlags.nonzero == 0
  }
}

// MARK: - One step, part by part

extension StationaryArray {
  /// Shifts the load chain of every column that is loading.
  ///
  /// A PE shifts only behind a PE that shifted in the step before (`OperandFlags.shift` is that bit): so the new operands
  /// enter as a wave and a shadow operand further down survives until the swap pulse, which runs ahead, has used it.
  private mutating func loadStationary(_ north: borrowing SkewBuffer) {
    let loads = !north.isEmpty && anyCarries(north.flags.span.extracting(north.edge), OperandFlags.shift)
    chainShifts = loads || shiftedLastStep
    shiftedLastStep = loads
    guard chainShifts else { return }
    shiftBehindWave(
      chain, chainFlags, edge: north.words.span.extracting(north.edge),
      edgeFlags: north.flags.span.extracting(north.edge), into: &chainNext, flags: &chainFlagsNext)
  }

  /// Makes the shadow operand the active one wherever the swap pulse arrives; the PE already multiplies with it.
  private mutating func swapStationary() {
    guard swapsInFlight > 0 else { return }
    swapsInFlight -= 1
    for index in 0..<movingFlagsNext.count where movingFlagsNext[index] & OperandFlags.swap != 0 {
      active[index] = chain[index]
      activeFlags[index] = chainFlags[index] & (OperandFlags.valid | OperandFlags.nonzero)
      swapped.append(Int32(index))
    }
  }

  /// Adds to each psum, which has come down from the PE above, the product of the operands that stand in this PE now.
  private mutating func accumulate<Contract: MACArithmetic>(_ contract: Contract.Type) {
    let first = psum.registers.lowerBound
    if !products.isEmpty {
      addAll(contract, products.leaving, into: &psum.store, at: first)
      multiplyAll(contract, moving, grid.isDoubleBuffered ? active : chain, into: &products.entering)
    } else if grid.isDoubleBuffered {
      addProducts(contract, moving, active, into: &psum.store, at: first)
    } else {
      addProducts(contract, moving, chain, into: &psum.store, at: first)
    }
  }
}
