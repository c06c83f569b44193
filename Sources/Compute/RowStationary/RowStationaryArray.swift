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

  /// PE-cycles in which PEs waited: all of them, and those for filters.
  public struct Waits: Sendable, Codable, Equatable {
    /// For whatever.
    public var all = 0
    /// For filters.
    public var filters = 0
  }

  /// What is fixed when the array is built.
  public let spec: Spec
  /// What all PEs of the layer share.
  public private(set) var shape: LayerShape
  /// What the PEs counted.
  public internal(set) var counters = Counters()

  /// Registers of the PEs, and their words.
  var pes: [RowStationaryPE]
  var operands: [Int16]
  var psums: [Int32]
  /// What networks and control ask about many PEs at once.
  var sets: [PESets]
  /// PEs by their standing.
  var standings: [Int]
  /// Edges at which PEs did not all sleep, and at which of those to come runs end.
  var edge = 0
  var ends: RunEnds
  /// PEs of the layer: the others are clock-gated.
  var mapped: [Int32] = []

  // Next state, latched by the networks; which PEs it reaches is in `sets`.
  var arrivals = Arrivals()
  /// Whether the last edge changed nothing, so that the next one cannot either unless something arrives.
  public internal(set) var isAsleep = true
  /// PEs that still have a pass to do.
  public internal(set) var busyPEs = 0
  /// What array, layer and pass fix for all PEs.
  var layer: LayerConstants
  /// What mapped PEs without an assignment wait for.
  public private(set) var restLabel = PECycleLabel.waitIfmap
  /// PE-cycles of waiting that were counted last.
  public internal(set) var waits = Waits()
  /// What the PEs did at the last edge; while the array sleeps, they do the same.
  var lastTally = Tally()

  /// What enters and leaves FIFOs at this clock edge.
  struct Arrivals: Sendable, Codable, Equatable {
    /// An ifmap word, and how many PEs take it.
    var ifmap: Int16 = 0
    var ifmapPEs = 0
    /// A flit of filters, its words, and how many PEs take it.
    var filter = SIMD4<Int16>()
    var filterWords = 0
    var filterPEs = 0
    /// A flit of psums from the GIN and its PE; the PE whose flit the GON takes.
    var psum = SIMD4<Int32>()
    var psumPE = -1
    var taken = -1
    /// Flits that move from PE to PE.
    var moves = 0

    var isEmpty: Bool { ifmapPEs == 0 && filterPEs == 0 && psumPE < 0 && taken < 0 && moves == 0 }
  }

  /// An array without a layer.
  public init(_ spec: Spec) {
    let count = spec.peCount
    self.spec = spec
    shape = LayerShape(
      arithmetic: .integer8, windowColumns: 1, dilation: 1, slideColumns: 1, windows: 1, psumsPerFlit: 4)
    layer = LayerConstants(spec, shape)
    pes = [RowStationaryPE](repeating: RowStationaryPE(), count: count)
    operands = [Int16](repeating: 0, count: count * layer.operands)
    psums = [Int32](repeating: 0, count: count * layer.psums)
    sets = [PESets](repeating: PESets(), count: layer.groups)
    ends = RunEnds(peCount: count)
    standings = [Int](repeating: 0, count: RowStationaryPE.Standing.allCases.count)
  }

  /// Configures the array for a layer: which PEs take part, and which of them are the tops of their chains.
  public mutating func configure(_ shape: LayerShape, mapped: [Int], tops: [Int]) {
    precondition(isQuiescent, "an array is configured at rest")
    self.shape = shape
    self.mapped = mapped.map { Int32($0) }
    layer = LayerConstants(spec, shape)
    edge = 0
    ends = RunEnds(peCount: spec.peCount)
    for number in pes.indices { pes[number] = RowStationaryPE() }
    for group in sets.indices { sets[group] = PESets() }
    for number in tops { sets[number / PESets.size].tops |= UInt64(member: number) }
    for standing in standings.indices { standings[standing] = 0 }
    lastTally = Tally()
    lastTally.off = mapped.count
  }

  /// Sets what all PEs share in the next step of a layer, while none of them has work.
  public mutating func reshape(_ shape: LayerShape) {
    precondition(busyPEs == 0, "an array changes its shape between assignments")
    self.shape = shape
    layer = LayerConstants(spec, shape)
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
    layer.rows = Int32(assignment.rows)
    pes[number].endsRow = shape.windows == 1
    pes[number].endsPass = pes[number].endsRow && assignment.rows == 1
    beginAssignment(
      shape.arithmetic, layer, edge, number, &pes, &sets, &ends, operands, &psums, &standings)
    busyPEs += 1
    isAsleep = false
  }

  /// No work, nothing in a pipeline or on its way out; filters of the next pass may already wait in their spads.
  public var isQuiescent: Bool {
    busyPEs == 0 && isAsleep && arrivals.isEmpty && sets.allSatisfy { $0.psumValid == 0 }
  }
}
