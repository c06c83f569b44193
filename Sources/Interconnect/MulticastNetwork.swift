public import Signals

/// A two-level multicast bus: a vertical Y-bus with a controller a row, and a horizontal X-bus a row with a controller a PE.
///
/// ```
///   source --(row, column, word)--> Y-bus --[row ID?]--> X-bus of row 0 --[column ID?]--> PE (0, 0), (0, 1), ...
///                                         --[row ID?]--> X-bus of row 1 --[column ID?]--> ...
/// ```
/// A word carries a tag. A controller passes it on if the tag equals the ID that it was configured with; buses and PEs that
/// do not match stay quiet. A word leaves its source only in a cycle in which every destination is ready, and reaches all of
/// them in that cycle (Chen et al., JSSC 52(1), 2017, section V-B).
public struct MulticastNetwork: Sendable, Codable {
  /// What the network counted.
  public struct Counters: Sendable, Codable, Equatable, CounterSet {
    /// Cycles in which something left the source.
    public var sends = 0
    /// Words that left, each once.
    public var words = 0
    /// Words that arrived, each at every destination.
    public var deliveries = 0
    /// X-buses that switched.
    public var rowActivations = 0
    /// Cycles in which a tag waited.
    public var blockedCycles = 0

    /// What each counter counts.
    public static let definitions: [CounterDefinition<Counters>] = [
      .init("sends", unit: "accesses", "Cycles in which something left the source.") { $0.sends },
      .init("words", unit: "words", "Words that left the source, each counted once.") { $0.words },
      .init("deliveries", unit: "words", "Words that reached PEs: each counted at every destination.") {
        $0.deliveries
      },
      .init("row_activations", unit: "accesses", "X-buses that switched: rows whose ID matched, summed over sends.") {
        $0.rowActivations
      },
      .init("blocked_cycles", unit: "cycles", "Cycles in which a tag waited because a destination was not ready.") {
        $0.blockedCycles
      },
    ]
  }

  /// PE rows and columns.
  public let rows, columns: Int
  /// ID of each row's controller on the Y-bus; -1 matches nothing.
  public private(set) var rowIDs: [Int]
  /// ID of each PE's controller on its X-bus, row by row; -1 matches nothing.
  public private(set) var columnIDs: [Int]
  /// PEs by tag, as pairs of a group of 64 PEs and their bits: the stretch `destinations(row:column:)` matches a tag.
  public private(set) var groups: [SIMD2<UInt64>] = []
  /// What it counted.
  public private(set) var counters = Counters()

  /// The bus in this cycle: the tag that is offered, and whether it leaves. Next state of the counters.
  public private(set) var offer = Offer()

  private var columnTags = 1
  private var starts: [Int32] = [0]
  private var targets: [Target] = []

  /// What matches a tag: PEs, and rows with such a PE.
  private struct Target: Sendable, Codable, Equatable {
    var pes: Int32 = 0
    var rows: Int32 = 0
  }

  /// What stands on the bus in one cycle.
  public struct Offer: Sendable, Codable, Equatable {
    /// A word is offered.
    public var isValid = false
    /// Every destination is ready: the word leaves.
    public var fires = false
    /// Its tag.
    public var row = 0
    /// Column of its tag.
    public var column = 0
    /// Words of the flit.
    public var words = 0
    /// PEs that match.
    public var destinations = 0
    /// Rows with such a PE: X-buses that switch.
    public var rows = 0

    init(
      isValid: Bool = false, fires: Bool = false, row: Int = 0, column: Int = 0, words: Int = 0, destinations: Int = 0,
      rows: Int = 0
    ) {
      (self.isValid, self.fires, self.row, self.column) = (isValid, fires, row, column)
      (self.words, self.destinations, self.rows) = (words, destinations, rows)
    }
  }

  /// A network whose controllers match nothing yet.
  public init(rows: Int, columns: Int) {
    (self.rows, self.columns) = (rows, columns)
    rowIDs = [Int](repeating: -1, count: rows)
    columnIDs = [Int](repeating: -1, count: rows * columns)
  }

  /// Loads the IDs. PEs whose `enabled` is false are clock-gated: their controllers match nothing.
  public mutating func configure(rowIDs: [Int], columnIDs: [Int], enabled: [Bool]) {
    precondition(
      rowIDs.count == rows && columnIDs.count == rows * columns && enabled.count == columnIDs.count,
      "one ID a controller")
    self.rowIDs = rowIDs
    self.columnIDs = columnIDs
    columnTags = (columnIDs.max() ?? 0) + 1
    let tags = ((rowIDs.max() ?? 0) + 1) * columnTags
    var lists = [[SIMD2<UInt64>]](repeating: [], count: max(tags, 1))
    var lastRows = [Int](repeating: -1, count: lists.count)
    targets = [Target](repeating: Target(), count: lists.count)
    for number in columnIDs.indices where enabled[number] {
      let (row, group, bit) = (number / columns, UInt64(number / 64), UInt64(1) << UInt64(number % 64))
      guard rowIDs[row] >= 0, columnIDs[number] >= 0 else { continue }
      let tag = rowIDs[row] * columnTags + columnIDs[number]
      if let last = lists[tag].indices.last, lists[tag][last].x == group {
        lists[tag][last].y |= bit
      } else {
        lists[tag].append(SIMD2(group, bit))
      }
      targets[tag].pes += 1
      if lastRows[tag] != row { targets[tag].rows += 1 }
      lastRows[tag] = row
    }
    groups = lists.flatMap { $0 }
    starts = [0]
    for list in lists { starts.append(starts[starts.count - 1] + Int32(list.count)) }
  }

  /// The PEs that a tag reaches, as a stretch of `groups`.
  public func destinations(row: Int, column: Int) -> Range<Int> {
    guard let tag = tag(row: row, column: column) else { return 0..<0 }
    return Int(starts[tag])..<Int(starts[tag + 1])
  }

  private func tag(row: Int, column: Int) -> Int? {
    let tag = row &* columnTags &+ column
    return row >= 0 && column >= 0 && column < columnTags && tag < targets.count ? tag : nil
  }

  /// Puts a tag on the bus for this cycle; `fires` says whether all destinations were ready.
  public mutating func drive(row: Int, column: Int, words: Int, fires: Bool) {
    let target = tag(row: row, column: column).map { targets[$0] } ?? Target()
    offer = Offer(
      isValid: true, fires: fires, row: row, column: column, words: words, destinations: Int(target.pes),
      rows: Int(target.rows))
  }

  /// Books cycles that were skipped while a tag waited.
  public mutating func credit(blocked cycles: Int) { counters.blockedCycles += cycles }

  /// The clock edge.
  public mutating func commit() {
    guard offer.isValid else { return }
    defer { offer = Offer() }
    if offer.fires {
      counters.sends += 1
      counters.words += offer.words
      counters.deliveries += offer.words * offer.destinations
      counters.rowActivations += offer.rows
    } else {
      counters.blockedCycles += 1
    }
  }
}
