/// The run-length code of Eyeriss: pairs of a 5-bit run of zeros and a 16-bit level, three to a 64-bit word.
///
/// ```
/// bit  63   62..47   46..42  41..26   25..21  20..5    4..0
///      end  level 2  run 2   level 1  run 1   level 0  run 0
/// ```
/// A pair stands for `run` zeros followed by its level. A level may itself be 0: 32 zeros are (31, 0), and k zeros at the end
/// of a stream are (k - 1, 0). The end bit marks the last word, whose unused pairs are 0; how many elements a stream holds is
/// known to both ends, and has to be: an unused pair is also the code of one zero (Chen et al.,
/// JSSC 52(1), 2017, section IV-B; the order of bits in the word is this project's choice).
public enum RunLengthCode {
  /// The longest run of one pair.
  public static let longestRun = 31
  /// Pairs of one word.
  public static let pairsPerWord = 3
  /// Bits of a pair.
  static let pairBits: UInt64 = 21
  /// The end bit.
  static let end: UInt64 = 1 << 63

  /// The whole stream of `elements`; no word at all for no element.
  public static func encode(_ elements: [Int16]) -> [UInt64] {
    var encoder = RunLengthEncoder()
    var words: [UInt64] = []
    for (place, element) in elements.enumerated() {
      if let word = encoder.push(element, isLast: place == elements.count - 1) { words.append(word) }
    }
    return words
  }

  /// The `count` elements of a stream.
  ///
  /// Throws `RunLengthError` where the stream is cut short, goes on behind its end, or does not hold `count` elements.
  public static func decode(_ words: [UInt64], count: Int) throws(RunLengthError) -> [Int16] {
    var decoder = RunLengthDecoder(count: count)
    var elements: [Int16] = []
    for word in words {
      try decoder.load(word)
      while let element = decoder.next() { elements.append(element) }
    }
    try decoder.finish()
    return elements
  }
}

/// The coder's registers: one element in, at most one word out.
public struct RunLengthEncoder: Sendable, Equatable, Codable {
  private var run = 0
  private var pairs = 0
  private var word: UInt64 = 0

  /// A coder at the start of a stream.
  public init() {}

  /// Takes one element; returns a word when one is full, and always when `isLast`.
  public mutating func push(_ element: Int16, isLast: Bool = false) -> UInt64? {
    guard element != 0 || run == RunLengthCode.longestRun || isLast else {
      run += 1
      return nil
    }
    let pair = UInt64(run) | UInt64(UInt16(bitPattern: element)) << 5
    word |= pair << (UInt64(pairs) * RunLengthCode.pairBits)
    run = 0
    pairs += 1
    guard isLast || pairs == RunLengthCode.pairsPerWord else { return nil }
    defer { (word, pairs) = (0, 0) }
    return isLast ? word | RunLengthCode.end : word
  }
}

/// The decoder's registers: words in, elements out one by one.
public struct RunLengthDecoder: Sendable, Equatable, Codable {
  private var remaining: Int
  private let count: Int
  private var words = 0
  private var word: UInt64 = 0
  private var pairsLeft = 0
  private var runLeft = -1
  private var isEnded = false

  /// A decoder of a stream of `count` elements.
  public init(count: Int) {
    precondition(count >= 0, "a stream holds 0 elements or more")
    self.count = count
    remaining = count
  }

  /// Whether every element of the word under way was given.
  public var needsWord: Bool { pairsLeft == 0 }
  /// Whether every element of the stream was given.
  public var isComplete: Bool { remaining == 0 && pairsLeft == 0 }

  /// Takes the next word, once the one before is used up; checks it against the elements that are missing.
  public mutating func load(_ next: UInt64) throws(RunLengthError) {
    precondition(needsWord, "a decoder holds one word")
    if isEnded || remaining == 0 { throw RunLengthError(word: words, problem: .wordBehindEnd(count: count)) }
    isEnded = next & RunLengthCode.end != 0
    word = next
    var elements = 0
    var used = 0
    while used < RunLengthCode.pairsPerWord, elements < remaining {
      elements += Int(next >> (UInt64(used) * RunLengthCode.pairBits) & 31) + 1
      used += 1
    }
    if elements > remaining {
      throw RunLengthError(word: words, problem: .tooManyElements(excess: elements - remaining, count: count))
    }
    let rest = (next & ~RunLengthCode.end) >> (UInt64(used) * RunLengthCode.pairBits)
    if rest != 0 { throw RunLengthError(word: words, problem: .trailingPair(pair: used)) }
    if isEnded != (elements == remaining) {
      let problem: RunLengthError.Problem =
        isEnded ? .cutShort(missing: remaining - elements, count: count) : .endBitMissing(count: count)
      throw RunLengthError(word: words, problem: problem)
    }
    words += 1
    pairsLeft = used
    runLeft = Int(word & 31)
  }

  /// The next element of the word under way.
  public mutating func next() -> Int16? {
    guard pairsLeft > 0 else { return nil }
    remaining -= 1
    if runLeft > 0 {
      runLeft -= 1
      return 0
    }
    let level = Int16(bitPattern: UInt16(truncatingIfNeeded: word >> 5))
    word >>= RunLengthCode.pairBits
    pairsLeft -= 1
    runLeft = Int(word & 31)
    return level
  }

  /// Throws if the stream ended before its last element.
  public func finish() throws(RunLengthError) {
    guard remaining > 0 else { return }
    throw RunLengthError(word: words, problem: .cutShort(missing: remaining, count: count))
  }
}

/// Why words are not a run-length stream of the stated number of elements.
public struct RunLengthError: Error, Equatable, Codable, CustomStringConvertible {
  /// What is wrong, with the numbers that matter.
  public enum Problem: Equatable, Sendable, Codable {
    /// The stream ends `missing` elements early.
    case cutShort(missing: Int, count: Int)
    /// Words follow behind the last element.
    case wordBehindEnd(count: Int)
    /// A pair reaches beyond the last element.
    case tooManyElements(excess: Int, count: Int)
    /// A pair behind the last element is not 0.
    case trailingPair(pair: Int)
    /// The word with the last element has no end bit.
    case endBitMissing(count: Int)
  }

  /// Number of the word in the stream, from 0.
  public let word: Int
  /// What is wrong.
  public let problem: Problem

  /// An error at a word of the stream.
  public init(word: Int, problem: Problem) {
    self.word = word
    self.problem = problem
  }

  /// The message: which word, at which byte, and what is wrong with it.
  public var description: String {
    let sentence =
      switch problem {
      case .cutShort(let missing, let count): "the stream ends \(missing) elements short of its \(count)"
      case .wordBehindEnd(let count): "a word follows the end of a stream of \(count) elements"
      case .tooManyElements(let excess, let count): "a run reaches \(excess) beyond the \(count) elements of the stream"
      case .trailingPair(let pair): "pair \(pair) behind the last element is not 0"
      case .endBitMissing(let count): "the word with the last of \(count) elements lacks the end bit"
      }
    return "run-length stream, word \(word) (byte \(8 * word)): \(sentence)"
  }
}
