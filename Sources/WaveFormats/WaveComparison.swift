/// Compares two waveforms signal by signal: instant by instant, or sampled on a clock.
public struct WaveComparison: Sendable {
  /// How two files are compared.
  public struct Options: Sendable {
    /// Patterns over the first file's variables; empty compares all that both have.
    public var patterns: [String] = []
    /// Path of the clock in the first file, and in the second if it differs: samples are compared cycle by cycle.
    public var clock: String?
    /// Names of the first file, and what the second calls them.
    public var names: [(first: String, second: String)] = []
    /// Whether bits that are unknown in either file count as equal.
    public var ignoresUnknown = false

    /// Everything, by time, strictly.
    public init() {}

    /// Reads a mapping file: two names a line, `#` begins a comment.
    public static func names(_ text: String, file: String) throws(WaveError) -> [(first: String, second: String)] {
      var names: [(first: String, second: String)] = []
      for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
        let words = line.prefix { $0 != "#" }.split { $0.isWhitespace }.map(String.init)
        if words.isEmpty { continue }
        guard words.count == 2 else {
          throw WaveError(file: file, place: .line(index + 1), kind: .format, "a line has two names, one of each file")
        }
        names.append((words[0], words[1]))
      }
      return names
    }
  }

  /// The first difference of one signal.
  public struct Difference: Sendable, Equatable {
    /// Its name in the first file.
    public let name: String
    /// Number of the cycle; nil if files are compared by time.
    public let cycle: Int?
    /// When, in femtoseconds of the first file.
    public let time: UInt64
    /// The first file's value there.
    public let first: String
    /// The second file's value there.
    public let second: String
    /// Samples or instants that differ.
    public internal(set) var count: Int
    /// Positions of the variable in the files' hierarchies.
    let variables: WavePairing.Pair
  }

  /// Signals that were compared.
  public var compared: Int { pairs.count }
  /// Signals that differ, in the order of the first file.
  public var differences: [Difference] { found.compactMap(\.self) }
  /// Names that only the first file has.
  public let onlyInFirst: [String]
  /// Names that only the second file has.
  public let onlyInSecond: [String]
  /// Where each file ends: femtoseconds, or cycles.
  public private(set) var ends: (first: UInt64, second: UInt64) = (0, 0)
  /// Whether signals change in one file after the end of the other.
  public private(set) var isCutShort = false
  /// Whether places are cycles.
  public var isClocked: Bool { clocks != nil }

  /// Whether both files say the same; an end mark behind the last change says nothing.
  public var isEqual: Bool { differences.isEmpty && !isCutShort }

  /// The clocks' signals in both files, if values are sampled.
  let clocks: (first: Int, second: Int)?

  private let options: Options
  private let pairs: [WavePairing.Pair]
  private let hierarchies: (first: WaveHierarchy, second: WaveHierarchy)
  private let touching: (first: SignalIndex, second: SignalIndex)
  /// By pair.
  private var found: [Difference?]
  /// By pair: the last round in which it was looked at.
  private var lookedAt: [Int]
  private var round = 0

  /// Compares two sources to the end of the shorter one.
  public init(
    _ first: any WaveSource, _ second: any WaveSource, options: Options = Options()
  ) throws(WaveError) {
    self.options = options
    let pairing = try WavePairing(first, second, patterns: options.patterns, names: options.names)
    (pairs, onlyInFirst, onlyInSecond) = (pairing.pairs, pairing.onlyInFirst, pairing.onlyInSecond)
    hierarchies = (first.hierarchy, second.hierarchy)
    touching = (
      SignalIndex(pairs.map(\.first), first.hierarchy), SignalIndex(pairs.map(\.second), second.hierarchy)
    )
    found = Array(repeating: nil, count: pairs.count)
    lookedAt = Array(repeating: 0, count: pairs.count)
    if let clock = options.clock {
      let other = options.names.first { $0.first == clock }?.second ?? clock
      let clocks = (first: try Self.clock(clock, in: first), second: try Self.clock(other, in: second))
      self.clocks = clocks
      try compareCycles(
        ClockedWave(first, sampling: .afterRisingEdge(signal: clocks.first)),
        ClockedWave(second, sampling: .afterRisingEdge(signal: clocks.second)))
    } else {
      clocks = nil
      try compareInstants(try TimedWave(first), try TimedWave(second))
    }
  }

  private static func clock(_ name: String, in source: any WaveSource) throws(WaveError) -> Int {
    guard let variable = source.hierarchy.variable(named: name) else {
      throw WaveError(file: source.path, kind: .usage, "there is no signal '\(name)' to sample on")
    }
    return source.hierarchy.variables[variable].signal
  }
}

// MARK: - Comparing

extension WaveComparison {
  private mutating func compareCycles(_ first: ClockedWave, _ second: ClockedWave) throws(WaveError) {
    var (left, right) = (first, second)
    let scale = left.source.timescale.femtoseconds
    while true {
      let (hasLeft, hasRight) = (try left.next(), try right.next())
      if hasLeft { ends.first += 1 }
      if hasRight { ends.second += 1 }
      guard hasLeft, hasRight else {
        isCutShort = hasLeft || hasRight
        while hasLeft, try left.next() { ends.first += 1 }
        while hasRight, try right.next() { ends.second += 1 }
        return
      }
      let place = (cycle: Optional(left.cycle), time: left.time.multipliedReportingOverflow(by: scale).partialValue)
      round += 1
      let changes = (left.changed, right.changed)
      look(touching.first, changes.0, left.state, right.state, place)
      look(touching.second, changes.1, left.state, right.state, place)
      // What differed and has not changed differs still; events have no change where they end.
      for index in pairs.indices where found[index] != nil || touching.first.isEvent[index] || round == 1 {
        look(index, left.state, right.state, place)
      }
    }
  }

  private mutating func compareInstants(_ first: TimedWave, _ second: TimedWave) throws(WaveError) {
    var (left, right) = (first, second)
    while let leftTime = left.time, let rightTime = right.time {
      let now = min(leftTime, rightTime)
      let changes = (
        leftTime == now ? try left.advance() : left.settle(), rightTime == now ? try right.advance() : right.settle()
      )
      round += 1
      look(touching.first, changes.0, left.state, right.state, (nil, now))
      look(touching.second, changes.1, left.state, right.state, (nil, now))
    }
    let more = (try left.end(touching.first), try right.end(touching.second))
    isCutShort = more.0 || more.1
    ends = (left.last, right.last)
  }

  /// Looks at the pairs of signals that changed, each once a round.
  private mutating func look(
    _ index: SignalIndex, _ changed: [UInt32], _ left: WaveState, _ right: WaveState,
    _ place: (cycle: Int?, time: UInt64)
  ) {
    for signal in changed {
      for pair in index.pairs(of: Int(signal)) { look(Int(pair), left, right, place) }
    }
  }

  private mutating func look(
    _ index: Int, _ left: WaveState, _ right: WaveState, _ place: (cycle: Int?, time: UInt64)
  ) {
    guard lookedAt[index] != round else { return }
    lookedAt[index] = round
    let pair = pairs[index]
    let first = left.value(of: hierarchies.first.variables[pair.first].signal)
    let second = right.value(of: hierarchies.second.variables[pair.second].signal)
    if first.isSame(as: second) || (options.ignoresUnknown && first.agrees(with: second)) { return }
    if found[index] != nil {
      found[index]?.count += 1
    } else {
      found[index] = Difference(
        name: pair.name, cycle: place.cycle, time: place.time,
        first: hierarchies.first.explanation(of: first, variable: pair.first),
        second: hierarchies.second.explanation(of: second, variable: pair.second), count: 1, variables: pair)
    }
  }
}

extension WaveHierarchy {
  /// A value as a message shows it: the label of an enumeration with its number, x and z alone if all bits are so.
  func explanation(of value: WaveValue, variable: Int) -> String {
    if let digits = value.digits, let first = digits.first, first > 0x31, digits.allSatisfy({ $0 == first }) {
      return String(decoding: [first], as: UTF8.self)
    }
    if variables[variable].enumeration != nil, case .bits(_, 0, _) = value {
      let label = text(of: value, variable: variable)
      return label == value.text(radix: .hexadecimal) ? value.description : "\(label) (\(value))"
    }
    if case .digits(let digits) = value, digits.allSatisfy({ $0 | 1 == 0x31 }) {
      return "0x" + value.text(radix: .hexadecimal)
    }
    return value.description
  }
}
