public import Tensors

/// A spatial array of row-stationary PEs, each with its own control, joined by psum links from row to row (the LN).
///
/// PEs are columns of registers in one bank; words of spads and FIFOs lie in flat banks beside them, one stretch a PE. What
/// arrives from the input networks is latched by `push…` and enters the FIFOs at the clock edge.
public struct RowStationaryArray: Sendable, Codable {
  /// What is fixed when the array is built.
  public struct Spec: Sendable, Codable, Equatable {
    /// PE rows and columns.
    public var rows, columns: Int
    /// Words of the three spads.
    public var ifmapSpadWords, filterSpadWords, psumSpadWords: Int
    /// Places of the ifmap FIFO, of one word each.
    public var ifmapFIFODepth: Int
    /// Places of the filter FIFO, of four words each.
    public var filterFIFODepth: Int
    /// Places of the psum FIFOs at input and output, of 64 bits each.
    public var psumInputFIFODepth, psumOutputFIFODepth: Int

    /// A spec by its parts.
    public init(
      rows: Int, columns: Int, ifmapSpadWords: Int, filterSpadWords: Int, psumSpadWords: Int, ifmapFIFODepth: Int,
      filterFIFODepth: Int, psumInputFIFODepth: Int, psumOutputFIFODepth: Int
    ) {
      (self.rows, self.columns) = (rows, columns)
      self.ifmapSpadWords = ifmapSpadWords
      self.filterSpadWords = filterSpadWords
      self.psumSpadWords = psumSpadWords
      self.ifmapFIFODepth = ifmapFIFODepth
      self.filterFIFODepth = filterFIFODepth
      self.psumInputFIFODepth = psumInputFIFODepth
      self.psumOutputFIFODepth = psumOutputFIFODepth
    }

    /// All PEs.
    public var peCount: Int { rows * columns }
  }

  /// What all PEs of a layer share.
  public struct LayerShape: Sendable, Codable, Equatable {
    /// How products and sums are cut.
    public var arithmetic: RowStationaryArithmetic
    /// Columns of ifmap that a window spans, and columns between its taps.
    public var windowColumns, dilation: Int
    /// Columns that a window drops when it slides.
    public var slideColumns: Int
    /// Windows of a row: the ofmap's width.
    public var windows: Int
    /// Psums of a 64-bit flit.
    public var psumsPerFlit: Int

    /// A shape by its parts.
    public init(
      arithmetic: RowStationaryArithmetic, windowColumns: Int, dilation: Int, slideColumns: Int, windows: Int,
      psumsPerFlit: Int
    ) {
      self.arithmetic = arithmetic
      (self.windowColumns, self.dilation, self.slideColumns) = (windowColumns, dilation, slideColumns)
      (self.windows, self.psumsPerFlit) = (windows, psumsPerFlit)
    }
  }

  /// What one PE does while an ifmap tile is in the GLB.
  public struct Assignment: Sendable, Codable, Equatable {
    /// Passes, and filters in each of them but the last.
    public var passes, filters: Int
    /// Filters in the last pass.
    public var lastFilters: Int
    /// Channels: 0 where the PE only hands psums on.
    public var channels: Int
    /// Ifmap rows in each pass: images.
    public var rows: Int
    /// Whether a psum comes from below or from the GIN.
    public var takesPsum: Bool

    /// An assignment by its parts.
    public init(passes: Int, filters: Int, lastFilters: Int, channels: Int, rows: Int, takesPsum: Bool) {
      (self.passes, self.filters, self.lastFilters) = (passes, filters, lastFilters)
      (self.channels, self.rows, self.takesPsum) = (channels, rows, takesPsum)
    }
  }

  /// What is fixed when the array is built.
  public let spec: Spec
  /// What all PEs of the layer share.
  public private(set) var shape: LayerShape
  /// What the PEs counted.
  public internal(set) var counters = Counters()

  var pes: [RowStationaryPE]
  /// PEs of the layer: the others are clock-gated.
  var mapped: [Int32] = []
  /// The top of a chain hands its psums to the GON, all others to the PE above.
  var isTop: [Bool]
  var ifmapSpad: [Int16]
  var filterSpad: [Int16]
  var psumSpad: [Int32]
  var ifmapFIFO: [Int16]
  var filterFIFO: [SIMD4<Int16>]
  var filterFlitWords: [UInt8]
  var psumIn: [SIMD4<Int32>]
  var psumOut: [SIMD4<Int32>]

  /// PEs with a flit in their output FIFO, in no particular order.
  var senders: [Int32]
  var senderCount = 0

  // Next state, latched by `evaluate` and by the networks.
  var moves: [Int32] = []
  var arrivals = Arrivals()
  /// Whether the last edge changed nothing, so that the next one cannot either unless something arrives.
  public internal(set) var isAsleep = true
  /// PEs that still have a pass to do.
  public internal(set) var busyPEs = 0
  /// Ifmap rows of each pass, the same for all PEs.
  var rowsOfPass: Int32 = 1
  /// What mapped PEs without an assignment wait for.
  public private(set) var restLabel = PECycleLabel.waitIfmap
  /// What the PEs did at the last edge; while the array sleeps, they do the same.
  var lastTally = Tally()

  /// Words that enter FIFOs at this clock edge.
  struct Arrivals: Sendable, Codable, Equatable {
    var ifmap: Int16 = 0
    var ifmapPEs: [Int32] = []
    var filter = SIMD4<Int16>()
    var filterWords: UInt8 = 0
    var filterPEs: [Int32] = []
    var psum = SIMD4<Int32>()
    var psumPE: Int32 = -1
    var taken: Int32 = -1

    var isEmpty: Bool { ifmapPEs.isEmpty && filterPEs.isEmpty && psumPE < 0 && taken < 0 }
  }

  /// An array without a layer.
  public init(_ spec: Spec) {
    let count = spec.peCount
    self.spec = spec
    shape = LayerShape(
      arithmetic: .integer8, windowColumns: 1, dilation: 1, slideColumns: 1, windows: 1, psumsPerFlit: 4)
    pes = [RowStationaryPE](repeating: RowStationaryPE(), count: count)
    isTop = [Bool](repeating: false, count: count)
    ifmapSpad = [Int16](repeating: 0, count: count * spec.ifmapSpadWords)
    filterSpad = [Int16](repeating: 0, count: count * spec.filterSpadWords)
    psumSpad = [Int32](repeating: 0, count: count * spec.psumSpadWords)
    ifmapFIFO = [Int16](repeating: 0, count: count * spec.ifmapFIFODepth)
    filterFIFO = [SIMD4<Int16>](repeating: SIMD4(), count: count * spec.filterFIFODepth)
    filterFlitWords = [UInt8](repeating: 0, count: count * spec.filterFIFODepth)
    psumIn = [SIMD4<Int32>](repeating: SIMD4(), count: count * spec.psumInputFIFODepth)
    psumOut = [SIMD4<Int32>](repeating: SIMD4(), count: count * spec.psumOutputFIFODepth)
    senders = [Int32](repeating: 0, count: count)
  }

  /// Configures the array for a layer: which PEs take part, and which of them are the tops of their chains.
  public mutating func configure(_ shape: LayerShape, mapped: [Int], tops: [Int]) {
    precondition(isQuiescent, "an array is configured at rest")
    self.shape = shape
    self.mapped = mapped.map { Int32($0) }
    for number in isTop.indices { isTop[number] = false }
    for number in tops { isTop[number] = true }
    for number in pes.indices { pes[number] = RowStationaryPE() }
    lastTally = Tally()
    lastTally.off = mapped.count
  }

  /// Sets what all PEs share in the next step of a layer, while none of them has work.
  public mutating func reshape(_ shape: LayerShape) {
    precondition(busyPEs == 0, "an array changes its shape between assignments")
    self.shape = shape
  }

  /// Says what PEs wait for that have no assignment.
  public mutating func rest(_ label: PECycleLabel) { restLabel = label }

  /// Gives one PE its work on the next ifmap tile; it begins at the next edge.
  public mutating func assign(_ assignment: Assignment, to number: Int) {
    guard assignment.passes > 0 else { return }
    precondition(pes[number].phase == .off, "a PE has one assignment at a time")
    pes[number].passesLeft = Int32(assignment.passes)
    pes[number].filters = UInt8(assignment.passes == 1 ? assignment.lastFilters : assignment.filters)
    pes[number].lastFilters = UInt8(assignment.lastFilters)
    pes[number].channels = UInt8(assignment.channels)
    pes[number].takesPsum = assignment.takesPsum
    pes[number].windowsLeft = Int32(shape.windows)
    pes[number].rowsLeft = Int32(assignment.rows)
    rowsOfPass = Int32(assignment.rows)
    pes[number].endsRow = shape.windows == 1
    pes[number].endsPass = pes[number].endsRow && assignment.rows == 1
    pes[number].phase = assignment.channels == 0 ? .accumulate : .mac
    busyPEs += 1
    isAsleep = false
  }

  /// No work, nothing in a pipeline or on its way out; filters of the next pass may already wait in their spads.
  public var isQuiescent: Bool { busyPEs == 0 && senderCount == 0 && isAsleep && arrivals.isEmpty }
}

// MARK: - What the networks see, in committed state

extension RowStationaryArray {
  /// Whether the ifmap FIFO of a PE has room.
  public func isIfmapReady(_ number: Int) -> Bool { Int(pes[number].ifmapFIFOCount) < spec.ifmapFIFODepth }
  /// Whether the filter FIFO of a PE has room.
  public func isFilterReady(_ number: Int) -> Bool { Int(pes[number].filterFIFOCount) < spec.filterFIFODepth }
  /// Whether the psum input FIFO of a PE has room.
  public func isPsumReady(_ number: Int) -> Bool { Int(pes[number].psumInCount) < spec.psumInputFIFODepth }
  /// Whether a flit waits in the output FIFO of a PE.
  public func hasPsum(_ number: Int) -> Bool { pes[number].psumOutCount > 0 }

  /// Multicasts an ifmap word if every destination is ready; returns whether it left.
  public mutating func pushIfmap(_ word: Int16, to destinations: Span<Int32>) -> Bool {
    precondition(arrivals.ifmapPEs.isEmpty, "the ifmap network carries one word a cycle")
    for index in destinations.indices where !isIfmapReady(Int(destinations[index])) { return false }
    arrivals.ifmap = word
    for index in destinations.indices { arrivals.ifmapPEs.append(destinations[index]) }
    return true
  }

  /// Multicasts one to four filter words if every destination is ready; returns whether they left.
  public mutating func pushFilter(_ flit: SIMD4<Int16>, words: Int, to destinations: Span<Int32>) -> Bool {
    precondition(arrivals.filterPEs.isEmpty && (1...4).contains(words), "the filter network carries one flit a cycle")
    for index in destinations.indices where !isFilterReady(Int(destinations[index])) { return false }
    arrivals.filter = flit
    arrivals.filterWords = UInt8(words)
    for index in destinations.indices { arrivals.filterPEs.append(destinations[index]) }
    return true
  }

  /// Sends a flit of psums to the bottom of a chain if it is ready; returns whether it left.
  public mutating func pushPsum(_ flit: SIMD4<Int32>, to number: Int) -> Bool {
    precondition(arrivals.psumPE < 0, "the psum network carries one flit a cycle")
    guard isPsumReady(number) else { return false }
    arrivals.psum = flit
    arrivals.psumPE = Int32(number)
    return true
  }

  /// Takes a flit from the top of a chain, if there is one.
  public mutating func takePsum(from number: Int) -> SIMD4<Int32>? {
    precondition(arrivals.taken < 0 && isTop[number], "the output network carries one flit a cycle")
    guard hasPsum(number) else { return nil }
    arrivals.taken = Int32(number)
    return psumOut[number * spec.psumOutputFIFODepth + Int(pes[number].psumOutHead)]
  }

  /// Local network: each flit that waits below a PE with room moves up.
  public mutating func evaluateLocalNetwork() {
    moves.removeAll(keepingCapacity: true)
    for index in 0..<senderCount {
      let number = Int(senders[index])
      if !isTop[number], isPsumReady(number - spec.columns) { moves.append(Int32(number)) }
    }
  }
}
