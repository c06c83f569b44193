public import Signals
public import Tensors

/// What the foot of a column does with the psum that leaves it: a control word that travels beside the wave.
public struct PsumControl: Sendable, Codable, Equatable {
  /// Address of column 0's psum, -1 if none leaves; column c adds c.
  public var address: Int32
  /// Bias register of column 0's psum, -1 where the fold adds to psums that already stand.
  public var bias: Int32
  /// How much the bias register's number grows from column to column: 1 where columns are filters, else 0.
  public var biasStride: Int32
  /// Columns in use.
  public var columns: Int32
  /// Rows that this column has already drained, -1 if the array does not drain (output stationary only).
  public var drainedRows: Int32
  /// The last psum of a complete set.
  public var completesTile: Bool

  /// A word by its parts.
  public init(address: Int32, bias: Int32, biasStride: Int32, columns: Int32, drainedRows: Int32, completesTile: Bool) {
    self.address = address
    self.bias = bias
    self.biasStride = biasStride
    self.columns = columns
    self.drainedRows = drainedRows
    self.completesTile = completesTile
  }

  /// Nothing leaves.
  public static let none = PsumControl(
    address: -1, bias: -1, biasStride: 0, columns: 0, drainedRows: -1, completesTile: false)
}

/// The memory behind the array's foot: adds the psums of successive folds, starting from the bias.
///
/// One bank a column, each with a read and a write port of one psum: an addition a column and step. The word is read in the
/// step in which the psum arrives and written at its end.
public struct PsumAccumulator: Sendable, Codable {
  /// What the accumulator counted.
  public struct Counters: Sendable, Codable, Equatable, CounterSet {
    /// Psums read to be added to.
    public var reads = 0
    /// Psums written.
    public var writes = 0
    /// Psums that started from a bias register.
    public var biasReads = 0
    /// Additions at the feet of the columns.
    public var additions = 0
    /// Psums read to be stored off chip or to be requantised.
    public var storeReads = 0

    /// What each of them counts.
    public static let definitions: [CounterDefinition<Counters>] = [
      .init("psum_reads", unit: "accesses", "Psums read to be added to: one for each psum that a later fold brings.") {
        $0.reads
      },
      .init("psum_writes", unit: "accesses", "Psums written: ofmap elements x folds of the reduction.") { $0.writes },
      .init("bias_reads", unit: "accesses", "Psums that started from a bias register (or from its zero).") {
        $0.biasReads
      },
      .init("additions", unit: "operations", "Additions at the columns' feet: psum_reads + bias_reads.") {
        $0.additions
      },
      .init("store_reads", unit: "accesses", "Psums read to be stored off chip or to be requantised.") {
        $0.storeReads
      },
    ]
  }

  /// Columns of the array.
  public let columns: Int
  /// Psums of one half.
  public let halfWords: Int
  /// Halves: 2 where one is stored while the other accumulates.
  public let halves: Int
  /// The numbers it adds.
  public let arithmetic: Arithmetic
  /// What it counted.
  public private(set) var counters = Counters()
  /// Complete sets of psums since the layer began.
  public private(set) var completedTiles = 0

  /// The psums, half behind half: what the store path reads.
  public private(set) var storage: [Int32]
  var biases: [Int32]
  /// This step's psums at the feet of the columns.
  public var arriving: [Int32]

  // Writes latched in this step: address -1 where there is none.
  var writeAddresses: [Int32]
  var writeValues: [Int32]
  var isWriting = false
  /// Whether every column writes.
  var allWrite = false
  var completes = false

  /// An accumulator of zeros.
  public init(columns: Int, bytes: Int, halves: Int, biasBytes: Int, arithmetic: Arithmetic) {
    self.columns = columns
    self.halves = halves
    self.arithmetic = arithmetic
    halfWords = bytes / halves / 4
    storage = [Int32](repeating: 0, count: halfWords * halves)
    biases = [Int32](repeating: 0, count: biasBytes / 4)
    arriving = [Int32](repeating: 0, count: columns)
    writeAddresses = [Int32](repeating: -1, count: columns)
    writeValues = [Int32](repeating: 0, count: columns)
  }

  /// Forgets counts of the last layer's tiles and clears the bias registers.
  public mutating func beginLayer() {
    completedTiles = 0
    for index in biases.indices { biases[index] = 0 }
  }

  /// Evaluates one enabled step. Column c's control word lies c places before `slot` in the ring of `control` words.
  ///
  /// `run` words from `slot` back name neighbouring vectors of psums that already stand, in every column.
  public mutating func step(_ control: [PsumControl], slot: Int, run: Int) {
    switch arithmetic {
    case .int8: accumulate(IntegerArithmetic.self, control, slot, run)
    case .bfloat16: accumulate(BFloat16Arithmetic.self, control, slot, run)
    }
  }

  private mutating func accumulate<Contract: MACArithmetic>(
    _: Contract.Type, _ control: [PsumControl], _ first: Int, _ run: Int
  ) {
    isWriting = true
    allWrite = run >= columns
    if allWrite {
      addRun(
        Contract.self, address: Int(control[first].address), arriving: arriving, storage: storage,
        addresses: &writeAddresses, values: &writeValues)
      counters.reads += columns
      counters.additions += columns
    } else {
      let sums = addArriving(
        Contract.self, control, first, arriving: arriving, storage: storage, biases: biases,
        addresses: &writeAddresses, values: &writeValues)
      counters.reads += sums.reads
      counters.biasReads += sums.biasReads
      counters.additions += sums.reads + sums.biasReads
    }
    // Sets of psums complete in order only at the last column: a narrower set behind a wide one is done with its own first.
    let last = first - (columns - 1)
    completes = control[last < 0 ? last + control.count : last].completesTile
  }

  /// The clock edge.
  public mutating func commit() {
    guard isWriting else { return }
    isWriting = false
    if allWrite {
      writeEach(writeAddresses, writeValues, into: &storage)
      counters.writes += columns
    } else {
      counters.writes += writeAll(writeAddresses, writeValues, into: &storage)
    }
    if completes { completedTiles += 1 }
    completes = false
  }

  /// Writes bytes of the bias registers, as they arrive from off chip; aligned to 4 bytes by the layout of the tensors.
  public mutating func writeBiasByte(_ byte: UInt8, at address: Int) {
    let shift = UInt32(8 * (address % 4))
    let old = UInt32(bitPattern: biases[address / 4])
    biases[address / 4] = Int32(bitPattern: old & ~(0xFF << shift) | UInt32(byte) << shift)
  }

  /// Counts psums that were read to leave the accumulator.
  public mutating func countStoreReads(_ words: Int) { counters.storeReads += words }
}

// MARK: - One step over all columns

/// Adds what arrives at each column to the psum that stands there: column c takes part in the vector c steps before column 0's.
private func addRun<Contract: MACArithmetic>(
  _: Contract.Type, address: Int, arriving: [Int32], storage: [Int32], addresses: inout [Int32], values: inout [Int32]
) {
  let arriving = arriving.span
  let storage = storage.span
  var addresses = addresses.mutableSpan
  var values = values.mutableSpan
  let columns = addresses.count
  let stride = columns &- 1
  precondition(arriving.count == columns && values.count == columns, "a column has an address and a value")
  precondition(address - stride * stride >= 0 && address < storage.count, "psums lie in the accumulator")
  for column in 0..<columns {
    let place = address &- column &* stride
    unsafe addresses[unchecked: column] = Int32(truncatingIfNeeded: place)
    unsafe values[unchecked: column] = Contract.add(storage[unchecked: place], arriving[unchecked: column])
  }
}

/// Writes every value to its address.
private func writeEach(_ addresses: [Int32], _ values: [Int32], into storage: inout [Int32]) {
  let addresses = addresses.span
  let values = values.span
  var storage = storage.mutableSpan
  precondition(values.count == addresses.count, "a write has an address and a value")
  for column in 0..<addresses.count {
    storage[unsafe Int(addresses[unchecked: column])] = unsafe values[unchecked: column]
  }
}

/// Adds what arrives at each column to the psum that its control word names; address -1 where a column has none.
private func addArriving<Contract: MACArithmetic>(
  _: Contract.Type, _ control: [PsumControl], _ first: Int, arriving: [Int32], storage: [Int32], biases: [Int32],
  addresses: inout [Int32], values: inout [Int32]
) -> (reads: Int, biasReads: Int) {
  let control = control.span
  let arriving = arriving.span
  var addresses = addresses.mutableSpan
  var values = values.mutableSpan
  precondition(
    arriving.count == addresses.count && values.count == addresses.count && arriving.count <= control.count
      && control.indices.contains(first), "a column has a control word")
  var slot = first
  var (reads, biasReads) = (0, 0)
  for column in 0..<addresses.count {
    let word = unsafe control[unchecked: slot]
    slot = slot == 0 ? control.count &- 1 : slot &- 1
    guard word.address >= 0, column < Int(word.columns) else {
      unsafe addresses[unchecked: column] = -1
      continue
    }
    let address = Int(word.address) &+ column
    let old: Int32
    if word.bias >= 0 {
      old = biases[Int(word.bias) &+ column &* Int(word.biasStride)]
      biasReads &+= 1
    } else {
      old = storage[address]
      reads &+= 1
    }
    unsafe addresses[unchecked: column] = Int32(truncatingIfNeeded: address)
    unsafe values[unchecked: column] = Contract.add(old, arriving[unchecked: column])
  }
  return (reads, biasReads)
}

/// Writes every value whose address is not -1; returns how many.
private func writeAll(_ addresses: [Int32], _ values: [Int32], into storage: inout [Int32]) -> Int {
  let addresses = addresses.span
  let values = values.span
  var storage = storage.mutableSpan
  precondition(values.count == addresses.count, "a write has an address and a value")
  var writes = 0
  for column in 0..<addresses.count {
    let address = unsafe Int(addresses[unchecked: column])
    guard address >= 0 else { continue }
    storage[address] = unsafe values[unchecked: column]
    writes &+= 1
  }
  return writes
}
