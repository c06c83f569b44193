/// The data path of a PE: its registers behind the last edge at which it was clocked.
///
/// Between two decisions of control a PE does the same at every edge: a *run* of MACs with one ifmap word, or of additions to
/// one flit, or nothing. So control clocks it when it decides, for all edges of the run at once, and whoever looks in between
/// clocks a copy. An edge does to the registers what `step` says; `psums(after:)` is what reaches the psum spad meanwhile.
struct PEPipeline: Sendable, Codable, Equatable {
  /// The edge up to which it was clocked.
  var edge = 0

  /// What every edge issues until control decides anew.
  var issue = RowStationaryPE.Operation.none
  /// What is behind the spads, and behind the multiplier.
  var operation1 = RowStationaryPE.Operation.none
  var operation2 = RowStationaryPE.Operation.none
  /// Filter of the next operation, within the PE's p, and the filter before which the run ends.
  var filter: UInt8 = 0
  var runEnd: UInt8 = 0
  /// Filter of the operation behind the spads and behind the multiplier.
  var filter1: UInt8 = 0
  var filter2: UInt8 = 0
  /// The next MAC is the first of its tap: it takes the ifmap word, which is held for the tap's other filters.
  var takesIfmap = false
  /// Place in the filter ring that the next MAC reads.
  var filterPlace: Int16 = 0
  /// Wire: the word of the ifmap spad at the tap.
  var ifmapRead: Int16 = 0
  /// Operands behind the spads.
  var ifmap1: Int16 = 0
  var weight1: Int16 = 0
  /// Behind the input FIFO: the psum from below.
  var psumIn1: Int32 = 0
  /// Behind the multiplier: a product, or the psum that passed it by.
  var product: Int32 = 0
}

/// The words that a PE's run reads and writes: its stretches of the two banks, where the psums from below begin, if any come,
/// and where the flit begins that additions fill.
struct PEWords {
  var operands: Int
  let psums: Int
  let psumIn: Int?
  let psumOut: Int

  @inline(__always)
  init(_ layer: LayerConstants, _ pe: borrowing RowStationaryPE, _ number: Int) {
    operands = number &* layer.operands
    psums = number &* layer.psums
    psumIn = pe.takesPsum ? psums &+ layer.banks.psumIn &+ Int(pe.psumInHead) &* BankLayout.flitWords : nil
    let flit = wrap(Int(pe.psumOutHead) &+ Int(pe.psumOutCount), layer.banks.psumOutDepth)
    psumOut = psums &+ layer.banks.psumOut &+ flit &* BankLayout.flitWords
  }

  /// The psum from below that an addition takes.
  @inline(__always)
  func psumIn(_ filter: UInt8, _ layer: LayerConstants, _ psums: Span<Int32>) -> Int32 {
    guard let psumIn else { return 0 }
    return unsafe psums[unchecked: psumIn &+ Int(filter & (layer.psumsPerFlit &- 1))]
  }
}

extension PEPipeline {
  /// The edge that issues the last operation of the run.
  @inline(__always)
  var lastEdge: Int { edge &+ Int(runEnd &- filter) }

  /// Lets a number of edges of a run pass.
  @inline(__always)
  mutating func advance(
    _ edges: Int, _ contract: some PsumContract, _ layer: LayerConstants, _ words: PEWords, _ operands: Span<Int16>,
    _ psums: Span<Int32>
  ) {
    guard edges > 0 else { return }
    // Two edges renew every register.
    if edges > 2 { skip(edges &- 2, layer) }
    if edges > 1 { step(contract, layer, words, operands, psums) }
    step(contract, layer, words, operands, psums)
    edge &+= edges
  }

  /// One edge. Every register takes what stood before it: stages from the last to the first.
  @inline(__always)
  private mutating func step(
    _ contract: some PsumContract, _ layer: LayerConstants, _ words: PEWords, _ operands: Span<Int16>,
    _ psums: Span<Int32>
  ) {
    product = multiplied(contract)
    (operation2, filter2) = (operation1, filter1)
    operation1 = issue
    guard issue != .none else { return }
    filter1 = filter
    filter &+= 1
    if issue.isAddition {
      if filter == runEnd { operation1 = .accumulateLast }
      psumIn1 = words.psumIn(filter1, layer, psums)
    } else {
      let weight = unsafe operands[unchecked: words.operands &+ Int(filterPlace)]
      if issue == .mac { weight1 = weight }
      takeIfmap()
      movePlace(1, layer)
    }
  }

  /// What the multiplier makes of the operation before it.
  @inline(__always)
  func multiplied(_ contract: some PsumContract) -> Int32 {
    let product = contract.product(ifmap1, weight1)
    let passed = operation1.isAddition ? psumIn1 : 0
    return operation1 == .mac ? product : passed
  }

  /// Edges of a run after which at least two more come.
  @inline(__always)
  private mutating func skip(_ edges: Int, _ layer: LayerConstants) {
    guard issue != .none else { return }
    filter &+= UInt8(truncatingIfNeeded: edges)
    guard !issue.isAddition else { return }
    takeIfmap()
    movePlace(edges, layer)
  }

  @inline(__always)
  private mutating func takeIfmap() {
    if takesIfmap { ifmap1 = ifmapRead }
    takesIfmap = false
  }

  @inline(__always)
  private mutating func movePlace(_ words: Int, _ layer: LayerConstants) {
    filterPlace = Int16(truncatingIfNeeded: wrap(Int(filterPlace) &+ words, layer.filterWords))
  }
}
