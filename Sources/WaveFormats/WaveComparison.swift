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
    /// When, in femtoseconds; the number of the cycle if sampled on a clock.
    public let place: UInt64
    /// The first file's value there.
    public let first: String
    /// The second file's value there.
    public let second: String
    /// Samples or instants that differ.
    public internal(set) var count: Int
  }

  /// Signals that were compared.
  public private(set) var compared = 0
  /// Signals that differ, in the order of the first file.
  public private(set) var differences: [Difference] = []
  /// Names that only the first file has.
  public private(set) var onlyInFirst: [String] = []
  /// Names that only the second file has.
  public private(set) var onlyInSecond: [String] = []
  /// Where each file ends: femtoseconds, or cycles.
  public private(set) var ends: (first: UInt64, second: UInt64) = (0, 0)
  /// Whether places are cycles.
  public let isClocked: Bool

  /// Whether both files say the same.
  public var isEqual: Bool { differences.isEmpty && ends.first == ends.second }

  private struct Pair {
    let name: String
    let left: Int
    let right: Int
    var difference: Difference?
  }

  private var pairs: [Pair] = []
  private let options: Options

  /// Compares two sources to the end of the shorter one.
  public init(
    _ first: any WaveSource, _ second: any WaveSource, options: Options = Options()
  ) throws(WaveError) {
    self.options = options
    isClocked = options.clock != nil
    try pair(first, second)
    if let clock = options.clock {
      try compareCycles(first, second, clock)
    } else {
      try compareInstants(first, second)
    }
    compared = pairs.count
    differences = pairs.compactMap(\.difference)
  }

  // MARK: Pairing

  private mutating func pair(_ first: any WaveSource, _ second: any WaveSource) throws(WaveError) {
    let left = first.hierarchy.variablePaths
    let right = second.hierarchy.variablePaths
    var byName: [String: Int] = [:]
    for (index, path) in right.enumerated() {
      byName[path] = byName[path] ?? index
      byName[Self.belowTop(path)] = byName[Self.belowTop(path)] ?? index
    }
    var renamed: [String: String] = [:]
    for names in options.names { renamed[names.first] = names.second }
    var used: Set<Int> = []
    for variable in first.hierarchy.variables(matching: options.patterns) {
      let path = left[variable]
      let wanted = renamed[path] ?? renamed[Self.belowTop(path)]
      guard let other = byName[wanted ?? path] ?? byName[wanted ?? Self.belowTop(path)] else {
        if let wanted {
          throw WaveError(
            file: second.path, kind: .usage, "there is no signal '\(wanted)', which '\(path)' is mapped to")
        }
        onlyInFirst.append(path)
        continue
      }
      used.insert(other)
      pairs.append(
        Pair(
          name: path, left: first.hierarchy.variables[variable].signal, right: second.hierarchy.variables[other].signal)
      )
    }
    if options.patterns.isEmpty { onlyInSecond = right.indices.filter { !used.contains($0) }.map { right[$0] } }
    guard !pairs.isEmpty else {
      throw WaveError(
        file: first.path, kind: .usage, "no signal of it is found in \(second.path); a mapping file pairs names")
    }
  }

  private static func belowTop(_ path: String) -> String {
    path.firstIndex(of: ".").map { String(path[path.index(after: $0)...]) } ?? path
  }

  // MARK: Comparing

  private mutating func compareCycles(
    _ first: any WaveSource, _ second: any WaveSource, _ clock: String
  ) throws(WaveError) {
    var left = ClockedWave(first, sampling: .afterRisingEdge(signal: try Self.clock(clock, in: first)))
    let other = options.names.first { $0.first == clock }?.second ?? clock
    var right = ClockedWave(second, sampling: .afterRisingEdge(signal: try Self.clock(other, in: second)))
    while true {
      let (hasLeft, hasRight) = (try left.next(), try right.next())
      if hasLeft { ends.first += 1 }
      if hasRight { ends.second += 1 }
      guard hasLeft, hasRight else {
        while hasLeft, try left.next() { ends.first += 1 }
        while hasRight, try right.next() { ends.second += 1 }
        return
      }
      for index in pairs.indices { compare(index, left.state, right.state, at: UInt64(left.cycle)) }
    }
  }

  private static func clock(_ name: String, in source: any WaveSource) throws(WaveError) -> Int {
    guard let variable = source.hierarchy.variable(named: name) else {
      throw WaveError(file: source.path, kind: .usage, "there is no signal '\(name)' to sample on")
    }
    return source.hierarchy.variables[variable].signal
  }

  private mutating func compareInstants(_ first: any WaveSource, _ second: any WaveSource) throws(WaveError) {
    var left = try TimedWave(first)
    var right = try TimedWave(second)
    var pairsOfLeft: [[Int]] = Array(repeating: [], count: first.hierarchy.signals.count)
    var pairsOfRight: [[Int]] = Array(repeating: [], count: second.hierarchy.signals.count)
    for (index, pair) in pairs.enumerated() {
      pairsOfLeft[pair.left].append(index)
      pairsOfRight[pair.right].append(index)
    }
    while let leftTime = left.time, let rightTime = right.time {
      let now = min(leftTime, rightTime)
      var touched: [Int] = []
      if leftTime == now { touched += try left.advance().flatMap { pairsOfLeft[Int($0)] } } else { left.settle() }
      if rightTime == now { touched += try right.advance().flatMap { pairsOfRight[Int($0)] } } else { right.settle() }
      var seen: Set<Int> = []
      for index in touched where seen.insert(index).inserted { compare(index, left.state, right.state, at: now) }
    }
    ends = (try left.end(), try right.end())
  }

  private mutating func compare(_ index: Int, _ left: WaveState, _ right: WaveState, at place: UInt64) {
    let (first, second) = (left.value(of: pairs[index].left), right.value(of: pairs[index].right))
    if first == second || (options.ignoresUnknown && first.agrees(with: second)) { return }
    if pairs[index].difference != nil {
      pairs[index].difference?.count += 1
    } else {
      pairs[index].difference = Difference(
        name: pairs[index].name, place: place, first: "\(first)", second: "\(second)", count: 1)
    }
  }
}

/// A source that is stepped by time, in femtoseconds.
private struct TimedWave {
  private(set) var state: WaveState
  /// When the next changes come; nil at the end.
  private(set) var time: UInt64?
  private var source: any WaveSource
  private var step = WaveStep()
  private var last: UInt64 = 0
  private let scale: UInt64

  init(_ source: any WaveSource) throws(WaveError) {
    self.source = source
    state = WaveState(source.hierarchy)
    scale = source.timescale.femtoseconds
    try fetch()
  }

  private mutating func fetch() throws(WaveError) {
    guard try source.next(into: &step) else {
      time = nil
      return
    }
    let (femtoseconds, overflows) = step.time.multipliedReportingOverflow(by: scale)
    time = overflows ? UInt64.max : femtoseconds
    last = time ?? last
  }

  /// Applies the next changes; returns which signals they concern.
  mutating func advance() throws(WaveError) -> [UInt32] {
    state.apply(step)
    let signals = step.changes.map(\.signal)
    try fetch()
    return signals
  }

  /// An instant at which only the other file changes: no event occurs here.
  mutating func settle() { state.apply(WaveStep()) }

  /// Where the file ends.
  mutating func end() throws(WaveError) -> UInt64 {
    while time != nil { try fetch() }
    return last
  }
}

extension WaveValue {
  /// Whether two values are equal in all bits that both know.
  func agrees(with other: WaveValue) -> Bool {
    switch (self, other) {
    case (.none, _), (_, .none): return true
    case (.bits(let left, let leftUnknown, let leftWidth), .bits(let right, let rightUnknown, let rightWidth)):
      return (left ^ right) & ~(leftUnknown | rightUnknown) & Self.mask(max(leftWidth, rightWidth)) == 0
    default:
      guard let left = digits, let right = other.digits, left.count == right.count else { return self == other }
      return zip(left, right).allSatisfy { first, second in
        let (first, second) = (BitState.nearest(first), BitState.nearest(second))
        return first.unknown | second.unknown == 1 || first.value == second.value
      }
    }
  }
}
