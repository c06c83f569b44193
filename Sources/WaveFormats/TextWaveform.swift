import Signals

/// Draws a waveform with characters, for terminals, documents and tests, as Hardcaml prints it.
///
/// One column a cycle. Bits take two lines, vectors and texts three, their values written where they change.
public struct TextWaveform: Sendable {
  /// What is drawn.
  public struct Options: Sendable {
    /// Patterns over variable paths; empty takes all.
    public var patterns: [String] = []
    /// Cycles (samples) to draw; they are clipped to what there is, and to `mostColumns`.
    public var cycles: ClosedRange<Int> = 0...31
    /// Path of the clock that says what a cycle is; nil takes the likeliest, and every change if there is none.
    public var clock: String?
    /// How numbers are written.
    public var radix: WaveRadix = .hexadecimal
    /// Radix of the variables that match a pattern; the first match counts.
    public var radices: [(pattern: String, radix: WaveRadix)] = []
    /// Characters of a cycle; nil takes what the longest value needs, between 2 and 12.
    public var cellWidth: Int?
    /// The most variables that are drawn.
    public var mostRows = 200
    /// The most cycles that are drawn.
    public var mostColumns = 1000

    /// Everything, the first 32 cycles.
    public init() {}
  }

  /// Draws a source from its current position on.
  public static func render(_ source: any WaveSource, options: Options = Options()) throws(WaveError) -> String {
    var drawing = try TextWaveform(source, options)
    return drawing.draw()
  }

  private let hierarchy: WaveHierarchy
  private let options: Options
  private let rows: [Int]
  private let radices: [WaveRadix]
  private var omitted = 0
  /// Values by row, one a drawn cycle.
  private var values: [[WaveValue]]
  private var firstCycle: Int?
  private var times: [UInt64] = []
  private let timescale: Timescale

  private init(_ source: any WaveSource, _ options: Options) throws(WaveError) {
    hierarchy = source.hierarchy
    timescale = source.timescale
    self.options = options
    let clock = try Self.clock(source, options)
    let clockSignal = clock.map { source.hierarchy.variables[$0].signal }
    let found = source.hierarchy.variables(matching: options.patterns)
      .filter { source.hierarchy.variables[$0].signal != clockSignal }
    omitted = max(0, found.count - options.mostRows)
    rows = Array(found.prefix(options.mostRows))
    let globs = options.radices.map { (Glob($0.pattern), $0.radix) }
    let paths = source.hierarchy.variablePaths
    radices = rows.map { row in globs.first { $0.0.matches(paths[row]) }?.1 ?? options.radix }
    values = Array(repeating: [], count: rows.count)
    try sample(ClockedWave(source, sampling: clockSignal.map { .afterRisingEdge(signal: $0) } ?? .everyChange))
  }

  private static func clock(_ source: any WaveSource, _ options: Options) throws(WaveError) -> Int? {
    guard let name = options.clock else { return source.hierarchy.likelyClock }
    guard let variable = source.hierarchy.variable(named: name) else {
      throw WaveError(file: source.path, kind: .usage, "there is no signal '\(name)' to sample on")
    }
    return variable
  }

  private mutating func sample(_ wave: ClockedWave) throws(WaveError) {
    var wave = wave
    let last = min(options.cycles.upperBound, options.cycles.lowerBound + max(options.mostColumns, 1) - 1)
    while try wave.next() {
      if wave.cycle > last { return }
      guard wave.cycle >= options.cycles.lowerBound else { continue }
      firstCycle = firstCycle ?? wave.cycle
      times.append(wave.time)
      for (index, row) in rows.enumerated() {
        values[index].append(wave.state.value(of: hierarchy.variables[row].signal))
      }
    }
  }
}

// MARK: - Drawing

extension TextWaveform {
  private mutating func draw() -> String {
    guard let firstCycle else {
      return "no samples in cycles \(options.cycles.lowerBound) to \(options.cycles.upperBound)\n"
    }
    let texts = rows.indices.map { row in
      values[row].map { hierarchy.text(of: $0, variable: rows[row], radix: radices[row]) }
    }
    let names = shortNames()
    let nameWidth = names.map(\.count).max() ?? 0
    let width = options.cellWidth.map { min(max($0, 2), 64) } ?? min(12, max(2, 1 + longestText(texts)))
    let tick = "cycle".padded(nameWidth) + " " + ruler(firstCycle, times.count, width)
    var lines = ["\(hierarchy.variables.count) variables, \(timescale) a tick, from time \(times[0])", tick]
    for row in rows.indices {
      if case .bits(1) = hierarchy.signals[hierarchy.variables[rows[row]].signal],
        hierarchy.variables[rows[row]].enumeration == nil
      {
        lines += bitLines(values[row], name: names[row], nameWidth, width)
      } else if case .event = hierarchy.signals[hierarchy.variables[rows[row]].signal] {
        lines.append(
          names[row].padded(nameWidth) + " "
            + values[row].map { ($0 == .event(true) ? "↑" : "").padded(width) }.joined())
      } else {
        lines += vectorLines(texts[row], name: names[row], nameWidth, width)
      }
    }
    if omitted > 0 { lines.append("\(omitted) more variables match and are not drawn") }
    return lines.map { $0.trimmedAtEnd() + "\n" }.joined()
  }

  /// Paths without the scopes that all rows share.
  private func shortNames() -> [String] {
    let all = hierarchy.variablePaths
    let paths = rows.map { all[$0].split(separator: ".", omittingEmptySubsequences: false) }
    guard let first = paths.first else { return [] }
    var shared = 0
    while shared < first.count - 1, paths.allSatisfy({ $0.count > shared + 1 && $0[shared] == first[shared] }) {
      shared += 1
    }
    return paths.map { $0.dropFirst(shared).joined(separator: ".") }
  }

  private func longestText(_ texts: [[String]]) -> Int {
    rows.indices.flatMap { row -> [Int] in
      hierarchy.signals[hierarchy.variables[rows[row]].signal] == .bits(1) ? [] : texts[row].map(\.count)
    }.max() ?? 0
  }

  private func ruler(_ first: Int, _ count: Int, _ width: Int) -> String {
    let spacing = max(1, ("\(first + count)".count + width) / width)
    return stride(from: 0, to: count, by: spacing).map { "\(first + $0)".padded(width * spacing) }.joined()
  }

  private func bitLines(_ values: [WaveValue], name: String, _ nameWidth: Int, _ width: Int) -> [String] {
    var upper = ""
    var lower = ""
    var before: UInt64?
    for value in values {
      let level: UInt64? = if case .bits(let bit, 0, _) = value { bit & 1 } else { nil }
      switch (before, level) {
      case (_, nil): (upper, lower) = (upper + "x", lower + "x")
      case (0, 1): (upper, lower) = (upper + "┌", lower + "┘")
      case (1, 0): (upper, lower) = (upper + "┐", lower + "└")
      case (_, 1): (upper, lower) = (upper + "─", lower + " ")
      default: (upper, lower) = (upper + " ", lower + "─")
      }
      let fill = max(0, width - 1)
      upper += String(repeating: level == nil ? "x" : level == 1 ? "─" : " ", count: fill)
      lower += String(repeating: level == nil ? "x" : level == 1 ? " " : "─", count: fill)
      before = level
    }
    return ["".padded(nameWidth) + " " + upper, name.padded(nameWidth) + " " + lower]
  }

  private func vectorLines(_ texts: [String], name: String, _ nameWidth: Int, _ width: Int) -> [String] {
    var lines = ["", "", ""]
    var column = 0
    while column < texts.count {
      var end = column + 1
      while end < texts.count, texts[end] == texts[column] { end += 1 }
      let room = (end - column) * width - 1
      let edge = column == 0 ? ["─", " ", "─"] : ["┬", "│", "┴"]
      let text = texts[column].count <= room ? texts[column] : String(texts[column].prefix(max(0, room - 1))) + "…"
      lines[0] += edge[0] + String(repeating: "─", count: room)
      lines[1] += edge[1] + text.padded(room)
      lines[2] += edge[2] + String(repeating: "─", count: room)
      column = end
    }
    return [
      "".padded(nameWidth) + " " + lines[0], name.padded(nameWidth) + " " + lines[1],
      "".padded(nameWidth) + " " + lines[2],
    ]
  }
}

extension String {
  /// Filled with blanks to `width` characters, or cut to them.
  func padded(_ width: Int) -> String {
    count >= width ? String(prefix(width)) : self + String(repeating: " ", count: width - count)
  }

  /// Without blanks at the end.
  func trimmedAtEnd() -> String {
    var text = self[...]
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
