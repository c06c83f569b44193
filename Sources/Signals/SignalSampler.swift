/// Reads columns of signals, compares them with the last sample, and collects what changed.
///
/// A block calls exactly one `take` per column read. The sampler keeps a shadow of every column; a column that did not change
/// costs one comparison of 8 bytes for each 8 bytes of its registers, a single signal a comparison in the block's own code.
public struct SignalSampler {
  /// What was collected since the last `removeAll`.
  public var batch = SampleBatch()

  @usableFromInline var columns: [Column] = []
  @usableFromInline var slot = 0
  /// The last sample: 8 bytes a signal are set aside, of which packed columns use the first part.
  @usableFromInline var shadow: [UInt64] = []
  /// The wanted elements of columns of which not all are.
  @usableFromInline var elementLists: [[Int]] = []

  /// One selected column: where its shadow lies and which of its elements are wanted.
  @usableFromInline
  struct Column {
    @usableFromInline let firstSignal: UInt32
    /// Elements of the column.
    @usableFromInline let count: Int
    /// Elements that are wanted.
    @usableFromInline let signalCount: Int
    /// Which list names the wanted elements; nil for all of them.
    @usableFromInline let elementList: Int?
    /// Whether every 1 is reported, not only the first: the column holds events.
    @usableFromInline let recurs: Bool
    /// Where its part of the shadow begins.
    @usableFromInline let shadowStart: Int
    /// The last sample of a single signal; 0 of one that recurs, so that each of its ones differs.
    @usableFromInline var last: UInt64 = 0
    /// Nothing was sampled yet, so that every signal is reported.
    @usableFromInline var isFresh = true
  }

  /// A sampler with no columns yet.
  public init() {}

  /// What changed since the last `removeAll`, in selection order within each sample.
  public var changes: ArraySlice<SignalChange> { batch.changes }

  /// Texts that the changes refer to.
  public var texts: [String] { batch.texts }

  /// Adds a column of `count` elements, or only the given `elements` of it; signals are numbered on from `firstSignal`.
  ///
  /// A column that `recurs` holds events: each is reported in every sample in which it is 1, and never when it is 0.
  public mutating func addColumn(
    firstSignal: UInt32, count: Int, elements: [Int]? = nil, recurs: Bool = false
  ) -> Int {
    if let elements { elementLists.append(elements) }
    let column = Column(
      firstSignal: firstSignal, count: count, signalCount: elements?.count ?? count,
      elementList: elements.map { _ in elementLists.count - 1 }, recurs: recurs, shadowStart: shadow.count)
    columns.append(column)
    shadow.append(contentsOf: repeatElement(0, count: column.signalCount))
    return columns.count - 1
  }

  /// Names the column that the next `take` is for.
  @inlinable
  public mutating func select(_ slot: Int) {
    self.slot = slot
  }

  /// Forgets collected changes; shadow values stay.
  public mutating func removeAll() {
    batch.removeAll()
  }

  /// Forgets the shadow values too, so that the next sample reports every signal.
  public mutating func forget() {
    removeAll()
    for index in columns.indices { columns[index].isFresh = true }
  }

  /// Begins a column: makes room for a change of each of its signals.
  @usableFromInline
  mutating func begin(count: Int) -> Column {
    let column = columns[slot]
    precondition(count == column.count, "a column hands over as many values as it declared")
    batch.reserve(column.signalCount)
    if column.isFresh { columns[slot].isFresh = false }
    return column
  }
}

// MARK: - Single signals and computed columns

extension SignalSampler {
  /// A single number.
  @inlinable
  @inline(__always)
  public mutating func take(_ value: Int) {
    takeSingle(UInt64(bitPattern: Int64(value)))
  }

  /// A single bit.
  @inlinable
  @inline(__always)
  public mutating func take(_ value: Bool) {
    takeSingle(value ? 1 : 0)
  }

  /// A single state of an enumeration.
  @inlinable
  @inline(__always)
  public mutating func take(_ state: some RawRepresentable<UInt8>) {
    takeSingle(UInt64(state.rawValue))
  }

  /// A single real value.
  @inlinable
  @inline(__always)
  public mutating func take(_ value: Double) {
    takeSingle(value.bitPattern)
  }

  /// A column computed element by element, for wires and for registers that are not stored in a row.
  @inlinable
  public mutating func take(count: Int, _ value: (Int) -> UInt64) {
    let column = begin(count: count)
    if let list = column.elementList {
      for position in 0..<column.signalCount { note(value(elementLists[list][position]), at: position, of: column) }
    } else {
      for position in 0..<count { note(value(position), at: position, of: column) }
    }
  }

  /// A column of texts. `text` is asked only for elements whose key changed.
  public mutating func take(count: Int, key: (Int) -> UInt64, text: (Int) -> String) {
    let before = batch.changeCount
    take(count: count, key)
    let column = columns[slot]
    for index in before..<batch.changeCount {
      let position = Int(batch.buffer[index].signal &- column.firstSignal)
      batch.buffer[index].text = UInt32(batch.texts.count)
      batch.texts.append(text(column.elementList.map { elementLists[$0][position] } ?? position))
    }
  }

  /// Most signals do not change in most cycles.
  @inlinable
  @inline(__always)
  mutating func takeSingle(_ value: UInt64) {
    if columns[slot].last != value || columns[slot].isFresh { reportSingle(value) }
  }

  @usableFromInline
  mutating func reportSingle(_ value: UInt64) {
    guard let signal = Self.note(value, in: &columns[slot]) else { return }
    batch.reserve(1)
    batch.append(SignalChange(signal: signal, value: value))
  }

  /// Keeps a single signal's new value and returns the signal; nil if it is an event that does not occur.
  private static func note(_ value: UInt64, in column: inout Column) -> UInt32? {
    precondition(column.count == 1, "a column hands over as many values as it declared")
    column.isFresh = false
    if column.recurs { return value & 1 == 1 ? column.firstSignal : nil }
    column.last = value
    return column.firstSignal
  }

  /// Compares one value with the last sample's.
  @inlinable
  @inline(__always)
  mutating func note(_ value: UInt64, at position: Int, of column: Column) {
    let place = column.shadowStart &+ position
    if column.recurs ? value & 1 == 1 : shadow[place] != value || column.isFresh {
      shadow[place] = value
      report(value, at: position, of: column)
    }
  }

  @inlinable
  @inline(__always)
  mutating func report(_ value: UInt64, at position: Int, of column: Column) {
    batch.append(
      SignalChange(signal: column.firstSignal &+ UInt32(truncatingIfNeeded: position), value: value))
  }
}
