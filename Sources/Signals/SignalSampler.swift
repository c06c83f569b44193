/// One signal whose value differs from the last sample.
public struct SignalChange: Sendable, Equatable {
  /// Position of the signal in the observer's selection.
  public var signal: UInt32
  /// Position in `SignalSampler.texts` for a text signal, otherwise unused.
  public var text: UInt32
  /// The new value; only the format's low bits count.
  public var value: UInt64

  /// A change by its parts.
  @inlinable
  public init(signal: UInt32, value: UInt64, text: UInt32 = 0) {
    self.signal = signal
    self.text = text
    self.value = value
  }
}

/// Reads columns of signals, compares them with the last sample, and collects what changed.
///
/// A block calls exactly one `take` per column read. The sampler keeps one shadow value a signal; a column that did not change
/// costs one comparison over its registers.
public struct SignalSampler {
  /// What changed since the last `removeAll`, in selection order within each sample.
  public private(set) var changes: [SignalChange] = []
  /// Texts that the changes refer to.
  public private(set) var texts: [String] = []

  private var slots: [Slot] = []
  private var slot = 0
  private var shadow8: [UInt8] = []
  private var shadow16: [UInt16] = []
  private var shadow32: [UInt32] = []
  private var shadow64: [UInt64] = []

  /// One selected column: where its shadow lies and which of its elements are wanted.
  private struct Slot {
    let firstSignal: UInt32
    let count: Int
    let elements: [Int]?
    /// Whether every 1 is reported, not only the first: the column holds events.
    let recurs: Bool
    var shadowOffset = -1
  }

  /// A sampler with no columns yet.
  public init() {}

  /// Adds a column of `count` elements, or only the given `elements` of it; signals are numbered on from `firstSignal`.
  ///
  /// A column that `recurs` holds events: each is reported in every sample in which it is 1, and never when it is 0.
  public mutating func addColumn(
    firstSignal: UInt32, count: Int, elements: [Int]? = nil, recurs: Bool = false
  ) -> Int {
    slots.append(Slot(firstSignal: firstSignal, count: count, elements: elements, recurs: recurs))
    return slots.count - 1
  }

  /// Names the column that the next `take` is for.
  public mutating func select(_ slot: Int) {
    self.slot = slot
  }

  /// Forgets collected changes; shadow values stay.
  public mutating func removeAll() {
    changes.removeAll(keepingCapacity: true)
    texts.removeAll(keepingCapacity: true)
  }

  /// Forgets the shadow values too, so that the next sample reports every signal.
  public mutating func forget() {
    removeAll()
    for index in slots.indices { slots[index].shadowOffset = -1 }
    shadow8.removeAll()
    shadow16.removeAll()
    shadow32.removeAll()
    shadow64.removeAll()
  }
}

// MARK: - What a block hands over

extension SignalSampler {
  /// A column of 8-bit registers, or of single bits held in bytes.
  public mutating func take(_ values: Span<UInt8>) {
    Self.compare(values, &slots[slot], &shadow8, &changes) { $0 }
  }

  /// One bit of each of a column of registers that hold several.
  public mutating func take(_ values: Span<UInt8>, bit: UInt8) {
    Self.compare(values, &slots[slot], &shadow8, &changes) { $0 >> bit & 1 }
  }

  /// One bit each of which is 1 where both registers have all bits of `mask`: the wire of an AND gate.
  public mutating func take(_ left: Span<UInt8>, and right: Span<UInt8>, mask: UInt8) {
    precondition(left.count == right.count, "a gate has two inputs")
    compareComputed(count: left.count) { left[$0] & right[$0] & mask == mask ? 1 : 0 }
  }

  /// A column of 8-bit signed registers.
  public mutating func take(_ values: Span<Int8>) {
    Self.compare(values, &slots[slot], &shadow8, &changes) { UInt8(bitPattern: $0) }
  }

  /// A column of 16-bit registers.
  public mutating func take(_ values: Span<Int16>) {
    Self.compare(values, &slots[slot], &shadow16, &changes) { UInt16(bitPattern: $0) }
  }

  /// A column of 16-bit unsigned registers.
  public mutating func take(_ values: Span<UInt16>) {
    Self.compare(values, &slots[slot], &shadow16, &changes) { $0 }
  }

  /// A column of 32-bit registers.
  public mutating func take(_ values: Span<Int32>) {
    Self.compare(values, &slots[slot], &shadow32, &changes) { UInt32(bitPattern: $0) }
  }

  /// A column of 32-bit unsigned registers.
  public mutating func take(_ values: Span<UInt32>) {
    Self.compare(values, &slots[slot], &shadow32, &changes) { $0 }
  }

  /// A column of counters or addresses.
  public mutating func take(_ values: Span<Int>) {
    Self.compare(values, &slots[slot], &shadow64, &changes) { UInt64(bitPattern: Int64($0)) }
  }

  /// A column of 64-bit registers.
  public mutating func take(_ values: Span<UInt64>) {
    Self.compare(values, &slots[slot], &shadow64, &changes) { $0 }
  }

  /// A single number.
  public mutating func take(_ value: Int) {
    compareComputed(count: 1) { _ in UInt64(bitPattern: Int64(value)) }
  }

  /// A single bit.
  public mutating func take(_ value: Bool) {
    compareComputed(count: 1) { _ in value ? 1 : 0 }
  }

  /// A single state of an enumeration.
  public mutating func take(_ state: some RawRepresentable<UInt8>) {
    compareComputed(count: 1) { _ in UInt64(state.rawValue) }
  }

  /// A single real value.
  public mutating func take(_ value: Double) {
    compareComputed(count: 1) { _ in value.bitPattern }
  }

  /// A column computed element by element, for wires and for registers that are not stored in a row.
  public mutating func take(count: Int, _ value: (Int) -> UInt64) {
    compareComputed(count: count, value)
  }

  /// A column of texts. `text` is asked only for elements whose key changed.
  public mutating func take(count: Int, key: (Int) -> UInt64, text: (Int) -> String) {
    let before = changes.count
    compareComputed(count: count, key)
    let first = Int(slots[slot].firstSignal)
    for index in before..<changes.count {
      let position = Int(changes[index].signal) - first
      let element = slots[slot].elements?[position] ?? position
      changes[index].text = UInt32(texts.count)
      texts.append(text(element))
    }
  }
}

// MARK: - Comparison with the shadow

extension SignalSampler {
  private mutating func compareComputed(count: Int, _ value: (Int) -> UInt64) {
    precondition(count == slots[slot].count, "a column hands over as many values as it declared")
    if slots[slot].recurs { return report(value) }
    let isFirst = slots[slot].shadowOffset < 0
    let signals = slots[slot].elements?.count ?? count
    if isFirst {
      slots[slot].shadowOffset = shadow64.count
      shadow64.append(contentsOf: repeatElement(0, count: signals))
    }
    let offset = slots[slot].shadowOffset
    let firstSignal = slots[slot].firstSignal
    let elements = slots[slot].elements
    for position in 0..<signals {
      let new = value(elements?[position] ?? position)
      if isFirst || shadow64[offset + position] != new {
        shadow64[offset + position] = new
        changes.append(SignalChange(signal: firstSignal &+ UInt32(position), value: new))
      }
    }
  }

  private mutating func report(_ value: (Int) -> UInt64) {
    let (first, elements) = (slots[slot].firstSignal, slots[slot].elements)
    for position in 0..<(elements?.count ?? slots[slot].count) where value(elements?[position] ?? position) & 1 == 1 {
      changes.append(SignalChange(signal: first &+ UInt32(position), value: 1))
    }
  }

  /// The hot path of tracing: one comparison a register.
  @inline(__always)
  private static func compare<Value: BitwiseCopyable, Stored: FixedWidthInteger & UnsignedInteger>(
    _ values: Span<Value>, _ slot: inout Slot, _ shadow: inout [Stored], _ changes: inout [SignalChange],
    _ stored: (Value) -> Stored
  ) {
    precondition(values.count == slot.count, "a column hands over as many values as it declared")
    if slot.recurs {
      for position in 0..<(slot.elements?.count ?? values.count)
      where stored(values[slot.elements?[position] ?? position]) & 1 == 1 {
        changes.append(SignalChange(signal: slot.firstSignal &+ UInt32(position), value: 1))
      }
      return
    }
    let signals = slot.elements?.count ?? values.count
    let isFirst = slot.shadowOffset < 0
    if isFirst {
      slot.shadowOffset = shadow.count
      shadow.append(contentsOf: repeatElement(0, count: signals))
    }
    let offset = slot.shadowOffset
    let firstSignal = slot.firstSignal
    var shadow = shadow.mutableSpan
    if let elements = slot.elements {
      for position in 0..<signals {
        let new = stored(values[elements[position]])
        if isFirst || shadow[offset + position] != new {
          shadow[offset + position] = new
          changes.append(SignalChange(signal: firstSignal &+ UInt32(position), value: UInt64(new)))
        }
      }
      return
    }
    for position in 0..<signals {
      let new = stored(values[position])
      if isFirst || shadow[offset + position] != new {
        shadow[offset + position] = new
        changes.append(SignalChange(signal: firstSignal &+ UInt32(position), value: UInt64(new)))
      }
    }
  }
}
