internal import Codecs
public import Signals
public import Simulation

/// The block between the psum banks and the off-chip link: run-length coder, or packer, into 64-bit words.
///
/// It takes a group of up to four elements, works on up to `elementsPerCycle` of them a cycle, and gives at most one word a
/// cycle.
public struct FmapCoder: Sendable, Codable {
  /// What the block counted.
  public struct Counters: Sendable, Codable, Equatable, CounterSet {
    /// Elements that left.
    public var elements = 0
    /// Elements that were 0.
    public var zeros = 0
    /// Words that left, each once.
    public var words = 0

    /// What each counter counts.
    public static let definitions: [CounterDefinition<Counters>] = [
      .init("elements", unit: "words", "Ofmap elements that left the chip.") { $0.elements },
      .init("zeros", unit: "words", "Elements that were 0, behind the ReLU if there is one.") { $0.zeros },
      .init("words", unit: "words", "64-bit words handed to the link, coded or raw.") { $0.words },
    ]
  }

  /// One group of elements: psums of one window.
  public struct Group: Sendable, Codable, Equatable {
    /// Elements, `count` of them.
    public var elements: SIMD4<Int32>
    /// Elements that count.
    public var count: Int
    /// The last group of a stream.
    public var isLast: Bool

    /// A group by its parts.
    public init(elements: SIMD4<Int32>, count: Int, isLast: Bool) {
      (self.elements, self.count, self.isLast) = (elements, count, isLast)
    }
  }

  /// Elements that the coder takes in one cycle.
  public let elementsPerCycle: Int
  /// What it counted.
  public private(set) var counters = Counters()
  /// The last word of the stream was handed over.
  public private(set) var isDone = true

  private var isCoded = false
  private var elementBytes = 2
  private var state = State()
  private var next: State?
  private var counted = Counters()

  private struct State: Sendable, Codable {
    var encoder = RunLengthEncoder()
    var group: Group?
    var position = 0
    /// Bytes packed so far, of a raw word.
    var word: UInt64 = 0
    var bytes = 0
    var isDone = false
  }

  /// A block at rest.
  public init(elementsPerCycle: Int) {
    precondition((1...4).contains(elementsPerCycle), "a coder takes at most a group a cycle")
    self.elementsPerCycle = elementsPerCycle
  }

  /// Begins a stream.
  public mutating func begin(isCoded: Bool, elementBytes: Int) {
    precondition(isDone && (!isCoded || elementBytes == 2), "the code is one of 16-bit elements")
    (self.isCoded, self.elementBytes, isDone) = (isCoded, elementBytes, false)
    state = State()
  }

  /// One cycle: works on the group it holds, then takes the next one if that is used up; at most one word goes out.
  public mutating func evaluate(_ words: inout Link<OutgoingWord>, take: () -> Group?) {
    counted = Counters()
    next = nil
    guard !isDone else { return }
    var state = state
    if words.canSend, let word = work(&state) { words.send(word) }
    if state.group == nil, !state.isDone, let group = take() { (state.group, state.position) = (group, 0) }
    next = state
  }

  private mutating func work(_ state: inout State) -> OutgoingWord? {
    guard let group = state.group else { return nil }
    var taken = 0
    var word: OutgoingWord?
    while taken < elementsPerCycle, state.position < group.count, word == nil {
      let element = group.elements[state.position]
      let isLast = group.isLast && state.position == group.count - 1
      word = isCoded ? coded(element, isLast, &state) : packed(element, isLast, &state)
      state.position += 1
      taken += 1
      counted.zeros += element == 0 ? 1 : 0
      if isLast { state.isDone = true }
    }
    counted.elements = taken
    counted.words = word == nil ? 0 : 1
    if state.position == group.count { state.group = nil }
    return word
  }

  private func coded(_ element: Int32, _ isLast: Bool, _ state: inout State) -> OutgoingWord? {
    state.encoder.push(Int16(truncatingIfNeeded: element), isLast: isLast)
      .map { OutgoingWord(bits: $0, bytes: 8, isLast: isLast) }
  }

  private func packed(_ element: Int32, _ isLast: Bool, _ state: inout State) -> OutgoingWord? {
    let mask = (UInt64(1) << UInt64(8 * elementBytes)) - 1
    state.word |= (UInt64(bitPattern: Int64(element)) & mask) << UInt64(8 * state.bytes)
    state.bytes += elementBytes
    guard state.bytes == 8 || isLast else { return nil }
    defer { (state.word, state.bytes) = (0, 0) }
    return OutgoingWord(bits: state.word, bytes: state.bytes, isLast: isLast)
  }

  /// The clock edge.
  public mutating func commit() {
    guard let next else { return }
    state = next
    self.next = nil
    isDone = state.isDone
    counters.elements += counted.elements
    counters.zeros += counted.zeros
    counters.words += counted.words
  }

  /// Whether `evaluate` would do anything; `isOffered` says whether a new group waits.
  public func canAct(_ words: borrowing Link<OutgoingWord>, isOffered: Bool) -> Bool {
    guard !isDone else { return false }
    return state.group == nil ? isOffered : words.canSend
  }
}
