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
  /// What is fixed when the array is built.
  public struct Spec: Sendable, Codable, Equatable {
    /// PE rows: the reduction runs down them.
    public var rows: Int
    /// PE columns: each makes one sum.
    public var columns: Int
    /// Pipeline stages of a MAC: 1 multiplies and adds in one cycle, each further one is a register behind the multiplier.
    public var macStages: Int
    /// A second stationary register a PE, loaded while the first one is in use.
    public var isDoubleBuffered: Bool
    /// Which operand stays: `filter` for weight stationary, `ifmap` for input stationary.
    public var stationaryOperand: String
    /// Which operand moves.
    public var movingOperand: String

    /// A spec by its parts.
    public init(
      rows: Int, columns: Int, macStages: Int, isDoubleBuffered: Bool, stationaryOperand: String, movingOperand: String
    ) {
      self.rows = rows
      self.columns = columns
      self.macStages = macStages
      self.isDoubleBuffered = isDoubleBuffered
      self.stationaryOperand = stationaryOperand
      self.movingOperand = movingOperand
    }
  }

  /// What is fixed when the array is built.
  public let spec: Spec
  /// The numbers it computes in.
  public let arithmetic: Arithmetic

  // State n, and n + 1 beside it. One element a PE, row by row.
  var moving, movingNext: [Int16]
  var movingFlags, movingFlagsNext: [UInt8]
  /// The load chain. In a single-buffered array it is the stationary operand itself, else its shadow.
  var chain, chainNext: [Int16]
  var chainFlags, chainFlagsNext: [UInt8]
  /// The operand in use, where double-buffered. `active` already holds this step's swaps (the PE's operand multiplexer).
  var active, activeCommitted: [Int16]
  var activeFlags, activeFlagsCommitted: [UInt8]
  /// Registers behind the multiplier, oldest last; empty for a one-stage MAC.
  var products: [[Int32]]
  /// What enters the first of them at the end of this step.
  var product: [Int32]
  var psum, psumNext: [Int32]

  /// Swap pulses that are still inside the array.
  var swapsInFlight = 0
  var isStepping = false
  var chainShifts = false
  var shiftedLastStep = false
  var swapped: [Int32] = []

  /// An array with empty registers.
  public init(_ spec: Spec, arithmetic: Arithmetic) {
    precondition(spec.rows > 0 && spec.columns > 0 && spec.macStages > 0, "an array has PEs")
    self.spec = spec
    self.arithmetic = arithmetic
    let count = spec.rows * spec.columns
    let words = [Int16](repeating: 0, count: count)
    let bits = [UInt8](repeating: 0, count: count)
    let sums = [Int32](repeating: 0, count: count)
    (moving, movingNext, chain, chainNext) = (words, words, words, words)
    (movingFlags, movingFlagsNext, chainFlags, chainFlagsNext) = (bits, bits, bits, bits)
    (active, activeCommitted) = spec.isDoubleBuffered ? (words, words) : ([], [])
    (activeFlags, activeFlagsCommitted) = spec.isDoubleBuffered ? (bits, bits) : ([], [])
    products = [[Int32]](repeating: sums, count: spec.macStages - 1)
    product = products.first ?? []
    (psum, psumNext) = (sums, sums)
  }

  /// Evaluates one enabled step: takes the edges from their skew buffers and computes every register's next value.
  public mutating func step(west: borrowing SkewBuffer, north: borrowing SkewBuffer) -> MACCount {
    if west.edgeFlags[0] & OperandFlags.swap != 0 { swapsInFlight = spec.rows + spec.columns }
    shiftRight(moving, west.edgeWords, into: &movingNext, columns: spec.columns)
    shiftRight(movingFlags, west.edgeFlags, into: &movingFlagsNext, columns: spec.columns)
    loadStationary(north.edgeWords, north.edgeFlags)
    if spec.isDoubleBuffered { swapStationary() }
    let macs: MACCount
    switch arithmetic {
    case .int8: macs = accumulate(IntegerArithmetic.self)
    case .bfloat16: macs = accumulate(BFloat16Arithmetic.self)
    }
    isStepping = true
    return macs
  }

  /// The clock edge: registers that were evaluated take their next value.
  public mutating func commit() {
    guard isStepping else { return }
    isStepping = false
    swap(&moving, &movingNext)
    swap(&movingFlags, &movingFlagsNext)
    swap(&psum, &psumNext)
    if chainShifts {
      swap(&chain, &chainNext)
      swap(&chainFlags, &chainFlagsNext)
    }
    for index in swapped {
      activeCommitted[Int(index)] = active[Int(index)]
      activeFlagsCommitted[Int(index)] = activeFlags[Int(index)]
    }
    swapped.removeAll(keepingCapacity: true)
    if !products.isEmpty {
      for stage in stride(from: products.count - 1, to: 0, by: -1) { products.swapAt(stage, stage - 1) }
      swap(&products[0], &product)
    }
  }

  /// All psums of the bottom row, as they stand in this step.
  public func copyBottomPsums(into sums: inout [Int32]) {
    copyLastRow(of: psum, into: &sums)
  }

  /// Whether the PE with this index (row by row) fires in this step: a wire, valid between `step` and `commit`.
  public func fires(_ index: Int) -> Bool {
    guard isStepping else { return false }
    let stationary = spec.isDoubleBuffered ? activeFlags[index] : chainFlags[index]
    return movingFlagsNext[index] & stationary & OperandFlags.valid != 0
  }
}

extension StationaryArray {
  /// Whether an operand of the MAC that fires in this step is zero: a wire, valid between `step` and `commit`.
  public func hasZeroOperand(_ index: Int) -> Bool {
    let stationary = spec.isDoubleBuffered ? activeFlags[index] : chainFlags[index]
    return movingFlagsNext[index] & stationary & OperandFlags.nonzero == 0
  }
}

// MARK: - One step, part by part

extension StationaryArray {
  /// Shifts the load chain of every column that is loading.
  ///
  /// A PE shifts only behind a PE that shifted in the step before (`OperandFlags.shift` is that bit): so the new operands
  /// enter as a wave and a shadow operand further down survives until the swap pulse, which runs ahead, has used it.
  private mutating func loadStationary(_ words: [Int16], _ flags: [UInt8]) {
    let loads = anyCarries(flags, OperandFlags.shift)
    chainShifts = loads || shiftedLastStep
    shiftedLastStep = loads
    guard chainShifts else { return }
    shiftBehindWave(
      chain, chainFlags, edge: words, edgeFlags: flags, into: &chainNext, flags: &chainFlagsNext)
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

  private mutating func accumulate<Contract: MACArithmetic>(_ contract: Contract.Type) -> MACCount {
    let stationary = spec.isDoubleBuffered ? active : chain
    let stationaryFlags = spec.isDoubleBuffered ? activeFlags : chainFlags
    let macs = countMACs(movingFlagsNext, stationaryFlags)
    let columns = spec.columns
    if products.isEmpty {
      accumulateDown(
        contract, moving: movingNext, stationary: stationary, psum: psum, into: &psumNext, columns: columns)
      return macs
    }
    addAll(contract, psum, products[products.count - 1], into: &psumNext, distance: columns)
    multiplyAll(contract, movingNext, stationary, into: &product)
    return macs
  }
}
