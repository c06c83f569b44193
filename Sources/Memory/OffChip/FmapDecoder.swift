public import Codecs
public import Signals
public import Simulation

/// The block between the off-chip link and the ifmap banks: run-length decoder, or straight through, into 64-bit lines.
///
/// Coded: a word is loaded when the one before is used up, and up to `elementsPerCycle` of its elements go into the line
/// register in a cycle. Raw: a word is a line.
public struct FmapDecoder: Sendable, Codable {
  /// What the block counted.
  public struct Counters: Sendable, Codable, Equatable, CounterSet {
    /// Words that left, each once.
    public var words = 0
    /// Elements that left.
    public var elements = 0
    /// Lines handed over.
    public var lines = 0

    /// What each counter counts.
    public static let definitions: [CounterDefinition<Counters>] = [
      .init("words", unit: "words", "64-bit words taken from the link, coded or raw.") { $0.words },
      .init("elements", unit: "words", "Elements decoded.") { $0.elements },
      .init("lines", unit: "accesses", "64-bit lines handed to the buffer.") { $0.lines },
    ]
  }

  /// Elements that the decoder gives in one cycle.
  public let elementsPerCycle: Int
  /// What it counted.
  public private(set) var counters = Counters()
  /// The first error of a stream, if any: the block stands still from there on.
  public private(set) var fault: RunLengthError?
  /// Lines of the stream that are still to come.
  public private(set) var linesLeft = 0

  private var decoder: RunLengthDecoder?
  /// Elements that wait to fill a line.
  private var buffer = SIMD8<Int16>()
  private var buffered = 0
  // Next state.
  private var next: State?

  private struct State: Sendable, Codable {
    var decoder: RunLengthDecoder?
    var buffer: SIMD8<Int16>
    var buffered: Int
    var fault: RunLengthError?
    var takesWord = false
    var elements = 0
    var isLine = false
  }

  /// A block at rest.
  public init(elementsPerCycle: Int) {
    precondition((1...4).contains(elementsPerCycle), "a decoder gives at most a line a cycle")
    self.elementsPerCycle = elementsPerCycle
  }

  /// Begins a stream of `lines` lines; coded streams hold `elements` 16-bit elements.
  public mutating func begin(lines: Int, elements: Int, isCoded: Bool) {
    precondition(isIdle, "a decoder works on one stream at a time")
    linesLeft = lines
    decoder = isCoded ? RunLengthDecoder(count: elements) : nil
    buffered = 0
  }

  /// No stream under way.
  public var isIdle: Bool { linesLeft == 0 }

  /// One cycle: the line that is handed over, if one is whole; the receiver must take it.
  public mutating func evaluate(_ words: inout Link<UInt64>) -> UInt64? {
    next = nil
    guard linesLeft > 0, fault == nil else { return nil }
    guard decoder != nil else {
      guard words.hasFront else { return nil }
      let word = words.receive()
      next = State(decoder: nil, buffer: buffer, buffered: 0, takesWord: true, elements: 0, isLine: true)
      return word
    }
    return evaluateCoded(&words)
  }

  private mutating func evaluateCoded(_ words: inout Link<UInt64>) -> UInt64? {
    var state = State(decoder: decoder, buffer: buffer, buffered: buffered)
    do {
      if state.decoder!.needsWord, !state.decoder!.isComplete, let word = words.front {
        words.receive()
        state.takesWord = true
        try state.decoder!.load(word)
      }
      while state.elements < elementsPerCycle, let element = state.decoder!.next() {
        state.buffer[state.buffered] = element
        state.buffered += 1
        state.elements += 1
      }
    } catch {
      state.fault = error
    }
    var line: UInt64?
    if state.buffered >= 4 || (state.decoder!.isComplete && state.buffered > 0) {
      line = Self.packed(state.buffer.lowHalf, count: min(4, state.buffered))
      state.isLine = true
      state.buffer = SIMD8(lowHalf: state.buffer.highHalf, highHalf: SIMD4())
      state.buffered = max(0, state.buffered - 4)
    }
    next = state
    return line
  }

  private static func packed(_ elements: SIMD4<Int16>, count: Int) -> UInt64 {
    var line: UInt64 = 0
    for index in 0..<count { line |= UInt64(UInt16(bitPattern: elements[index])) << UInt64(16 * index) }
    return line
  }

  /// The clock edge.
  public mutating func commit() {
    guard let state = next else { return }
    next = nil
    (decoder, buffer, buffered) = (state.decoder, state.buffer, state.buffered)
    fault = state.fault
    if state.takesWord { counters.words += 1 }
    counters.elements += state.elements
    if state.isLine {
      linesLeft -= 1
      counters.lines += 1
    }
  }

  /// Whether `evaluate` would do anything.
  public func canAct(_ words: borrowing Link<UInt64>) -> Bool {
    guard linesLeft > 0, fault == nil else { return false }
    return words.hasFront || buffered > 0 || !(decoder?.needsWord ?? true)
  }

  /// Elements in the line register, for observers.
  public var bufferedElements: Int { buffered }
}
