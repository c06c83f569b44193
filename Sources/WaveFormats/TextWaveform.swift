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
    /// Instants to draw in femtoseconds, instead of cycles.
    public var times: ClosedRange<UInt64>?
    /// Characters of a line, as a terminal has them: longer waves go on below; nil draws lines of any length.
    public var lineWidth: Int?
    /// Whether unknown values are coloured, for terminals.
    public var isColoured = false

    /// Everything, the first 32 cycles.
    public init() {}
  }

  /// Draws a source from its current position on.
  public static func render(_ source: any WaveSource, options: Options = Options()) throws(WaveError) -> String {
    let drawing = try TextWaveform(source, options)
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
  private let isClocked: Bool

  private init(_ source: any WaveSource, _ options: Options) throws(WaveError) {
    hierarchy = source.hierarchy
    timescale = source.timescale
    self.options = options
    let clock = try Self.clock(source, options)
    isClocked = clock != nil
    let clockSignal = clock.map { source.hierarchy.variables[$0].signal }
    let found = source.hierarchy.variables(matching: options.patterns)
      .filter { source.hierarchy.variables[$0].signal != clockSignal }
    guard !found.isEmpty || options.patterns.isEmpty else {
      throw WaveError(
        file: source.path, kind: .usage, "no signal but the clock matches \(options.patterns.joined(separator: ", "))")
    }
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
    let scale = timescale.femtoseconds
    let last = min(options.cycles.upperBound, options.cycles.lowerBound + max(options.mostColumns, 1) - 1)
    while try wave.next() {
      if let window = options.times {
        let (time, overflows) = wave.time.multipliedReportingOverflow(by: scale)
        if overflows || time > window.upperBound || times.count >= options.mostColumns { return }
        guard time >= window.lowerBound else { continue }
      } else {
        if wave.cycle > last { return }
        guard wave.cycle >= options.cycles.lowerBound else { continue }
      }
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
  private func draw() -> String {
    guard let firstCycle else {
      let cycles = "cycles \(options.cycles.lowerBound) to \(options.cycles.upperBound)"
      return "no samples in \(options.times == nil ? cycles : "this window")\n"
    }
    let texts = rows.indices.map { row in
      values[row].map { hierarchy.text(of: $0, variable: rows[row], radix: radices[row]) }
    }
    let names = shortNames()
    let cellWidth = options.cellWidth.map { min(max($0, 2), 64) } ?? min(12, max(2, 1 + longestText(texts)))
    let canvas = TextRows(
      nameWidth: names.map(\.count).max() ?? 0, cellWidth: cellWidth, isColoured: options.isColoured)
    let columns = options.lineWidth.map { max(1, ($0 - canvas.nameWidth - 1) / cellWidth) } ?? times.count
    var lines = ["\(hierarchy.variables.count) variables, \(timescale) a tick, from time \(times[0])"]
    for start in stride(from: 0, to: times.count, by: columns) {
      if start > 0 { lines.append("") }
      lines += band(start..<min(start + columns, times.count), firstCycle, names, texts, canvas)
    }
    if omitted > 0 { lines.append("\(omitted) more variables match and are not drawn") }
    return lines.map { $0.trimmedAtEnd() + "\n" }.joined()
  }

  /// As many samples as fit on a line.
  private func band(
    _ range: Range<Int>, _ firstCycle: Int, _ names: [String], _ texts: [[String]], _ canvas: TextRows
  ) -> [String] {
    var lines = [
      isClocked
        ? canvas.ruler(
          "cycle", range.map { "\(firstCycle + $0)" }, longest: "\(firstCycle + times.count)".count)
        : canvas.ruler("time", times[range].map { "\($0)" }, longest: "\(times.last ?? 0)".count)
    ]
    for (row, variable) in rows.enumerated() {
      lines += canvas.lines(
        names[row], hierarchy.signals[hierarchy.variables[variable].signal],
        isEnumeration: hierarchy.variables[variable].enumeration != nil, Array(values[row][range]),
        Array(texts[row][range]))
    }
    return lines
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
}
