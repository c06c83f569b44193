import Arguments
import Configuration
import Runs
import Signals
import Tracing
import WaveFormats

/// The actions that show what a file holds.
extension WaveCommand {
  func info() throws -> String {
    let source = try WaveFile.open(path)
    let statistics = try WaveStatistics(source)
    let hierarchy = statistics.hierarchy
    let scale = source.timescale.femtoseconds
    var lines = [
      "timescale  \(source.timescale)",
      "time       \(extent(statistics, scale)), \(statistics.instants) instants with changes",
      "scopes     \(hierarchy.scopes.count)", "variables  \(hierarchy.variables.count)",
      "signals    \(hierarchy.signals.count) (variables that share a signal are aliases)",
      "changes    \(statistics.activities.reduce(0) { $0 + $1.changes })",
      "enum types \(hierarchy.enumerations.count)",
    ]
    if let clock = hierarchy.likelyClock { lines.append("clock      \(hierarchy.path(ofVariable: clock))") }
    lines += source.notes.map { "note       \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }

  private func extent(_ statistics: WaveStatistics, _ scale: UInt64) -> String {
    guard let extent = statistics.extent else { return "nothing (ticks)" }
    let (end, overflows) = extent.upperBound.multipliedReportingOverflow(by: scale)
    return "\(extent.lowerBound) to \(extent.upperBound) (ticks)" + (overflows ? "" : " = \(WaveTime.text(end))")
  }

  func signals() throws -> String {
    let hierarchy = try WaveFile.open(path).hierarchy
    let paths = hierarchy.variablePaths
    return try selection(hierarchy).map { index in
      let variable = hierarchy.variables[index]
      let table = variable.enumeration.map { " \(hierarchy.enumerations[$0].name)" } ?? ""
      return "\(paths[index]) \(variable.type.keyword) \(hierarchy.signals[variable.signal].bitCount)\(table)\n"
    }.joined()
  }

  func show() throws -> String {
    let source = try WaveFile.open(path)
    _ = try selection(source.hierarchy)
    var options = TextWaveform.Options()
    options.patterns = scopes
    if let clock = arguments.value("clock") {
      _ = try variable(clock, in: source)
      options.clock = clock
    }
    options.lineWidth = Console.outputColumns
    options.isColoured = Console.showsColours
    if let radix = arguments.value("radix").flatMap(WaveRadix.init) { options.radix = radix }
    if let text = arguments.value("window") { try window(text, &options) }
    return try TextWaveform.render(source, options: options)
  }

  private func window(_ text: String, _ options: inout TextWaveform.Options) throws {
    let window = try TraceWindow(text)
    switch (window.start, window.end) {
    case (.cycle(let first)?, .cycle(let last)?): options.cycles = first...last
    case (.cycle(let first)?, nil): options.cycles = first...(.max - 1)
    case (nil, .cycle(let last)?): options.cycles = 0...last
    case (.time(let first)?, .time(let last)?): options.times = first.femtoseconds...max(first, last).femtoseconds
    case (.time(let first)?, nil): options.times = first.femtoseconds...(.max)
    case (nil, .time(let last)?): options.times = 0...last.femtoseconds
    case (nil, nil): options.cycles = 0...(.max - 1)
    default: throw UsageError("--window \(text): both ends are cycles, or both are times")
    }
  }

  func statistics() throws -> String {
    let statistics = try WaveStatistics(try WaveFile.open(path))
    let hierarchy = statistics.hierarchy
    let paths = hierarchy.variablePaths
    var lines = ["signal changes bit_toggles duty_percent"]
    for variable in try selection(hierarchy) {
      let signal = hierarchy.variables[variable].signal
      let activity = statistics.activities[signal]
      let duty = Int((statistics.duty(of: signal) * 1000).rounded())
      lines.append("\(paths[variable]) \(activity.changes) \(activity.bitToggles) \(duty / 10).\(duty % 10)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  // MARK: Values

  /// One line a question, in the order of the questions.
  func values() throws -> String {
    var answers: [String] = []
    for question in arguments.operands.dropFirst(2) {
      guard let at = question.lastIndex(of: "@") else {
        throw UsageError("'\(question)' is no question such as control.phase@1200 or control.phase@12ns")
      }
      let name = String(question[..<at])
      let place = String(question[question.index(after: at)...])
      answers.append("\(question) = \(try value(name, place))\n")
    }
    guard !answers.isEmpty else {
      throw UsageError("wave value needs a signal and a cycle, such as control.phase@1200")
    }
    return answers.joined()
  }

  private func value(_ name: String, _ place: String) throws -> String {
    let source = try WaveFile.open(path)
    let hierarchy = source.hierarchy
    let variable = try variable(name, in: source)
    let window = try TraceWindow("\(place)..")
    let sampling: ClockedWave.Sampling
    switch window.start {
    case .time: sampling = .everyChange
    case .cycle, nil: sampling = .afterRisingEdge(signal: try clock(source))
    }
    var wave = ClockedWave(source, sampling: sampling)
    var found = WaveValue.none
    while try wave.next() {
      if case .time(let time)? = window.start {
        let (now, overflows) = wave.time.multipliedReportingOverflow(by: source.timescale.femtoseconds)
        if overflows || now > time.femtoseconds { break }
        found = wave.state.value(of: hierarchy.variables[variable].signal)
      } else if case .cycle(wave.cycle)? = window.start {
        found = wave.state.value(of: hierarchy.variables[variable].signal)
        return text(found, hierarchy, variable)
      }
    }
    if case .cycle(let cycle)? = window.start {
      throw WaveError(file: path, kind: .usage, "there is no cycle \(cycle); the last is \(wave.cycle)")
    }
    return text(found, hierarchy, variable)
  }

  private func text(_ value: WaveValue, _ hierarchy: WaveHierarchy, _ variable: Int) -> String {
    let radix = arguments.value("radix").flatMap(WaveRadix.init) ?? .hexadecimal
    return hierarchy.text(of: value, variable: variable, radix: radix)
  }

  private func clock(_ source: any WaveSource) throws -> Int {
    if let name = arguments.value("clock") {
      return source.hierarchy.variables[try variable(name, in: source)].signal
    }
    guard let clock = source.hierarchy.likelyClock else {
      throw WaveError(file: path, kind: .usage, "the clock is not found; --clock NAME names it")
    }
    return source.hierarchy.variables[clock].signal
  }

  // MARK: Names

  /// The variables that `--scope` selects; at least one where the file has any.
  private func selection(_ hierarchy: WaveHierarchy) throws -> [Int] {
    let found = hierarchy.variables(matching: scopes)
    if let pattern = scopes.first(where: { hierarchy.variables(matching: [$0]).isEmpty }) {
      throw WaveError(
        file: path, kind: .usage, "no signal matches '\(pattern)'; \(suggestion(for: pattern, in: hierarchy))")
    }
    return found
  }

  /// The variable of a name; an error that names the nearest if there is none.
  func variable(_ name: String, in source: any WaveSource) throws -> Int {
    if let variable = source.hierarchy.variable(named: name) { return variable }
    throw WaveError(
      file: source.path, kind: .usage, "there is no signal '\(name)'; \(suggestion(for: name, in: source.hierarchy))")
  }

  private func suggestion(for name: String, in hierarchy: WaveHierarchy) -> String {
    let last = name.split(separator: ".").last.map(String.init) ?? name
    let paths = hierarchy.variablePaths
    var candidates: [String] = []
    for path in paths + hierarchy.scopePaths {
      let below = path.firstIndex(of: ".").map { String(path[path.index(after: $0)...]) } ?? path
      // The distance is worth its time for names of about the same length only.
      for form in [path, below] where abs(form.utf8.count - name.utf8.count) <= 3 { candidates.append(form) }
    }
    if let nearest = Spelling.nearest(to: name, among: Array(candidates.prefix(20_000))) {
      return "did you mean '\(nearest)'?"
    }
    if let elsewhere = paths.first(where: { $0.hasSuffix("." + last) }) {
      return "did you mean '\(elsewhere)'?"
    }
    return "`systole wave signals` lists them"
  }
}
