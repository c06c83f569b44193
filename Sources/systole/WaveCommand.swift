import Arguments
import Runs
import Signals
import Tracing
import WaveFormats

extension Command {
  /// `systole wave`
  static let wave = Command(
    "wave", "Looks into waveform files of any tool (.vcd, .vcd.gz, .fst): converts, checks and compares them.",
    operands: [
      .init("ACTION", "info, signals, show, value, stats, convert, check or diff."),
      .init("FILE", "A waveform."),
      .init(
        "OTHER", isOptional: true, isRepeatable: true,
        "convert: the new file. diff: the other file. value: signals as name@cycle or name@12ns."),
    ],
    options: [
      CommandOption(
        "scope", placeholders: ["PATTERN"], isRepeatable: true, "Which signals: top.array.** or control.phase."),
      .text("window", "FIRST..LAST", "show: which cycles (default 0..31)."),
      .text(
        "clock", "NAME", "The signal whose rising edges count cycles; diff samples on it instead of comparing by time."),
      .choice("radix", WaveRadix.allCases.map(\.rawValue), "show, value: how numbers are written."),
      .text("map", "FILE", "diff: pairs of names, one pair a line, where the files call a signal differently."),
      .flag("ignore-x", "diff: bits that are unknown in either file count as equal."),
      .flag("standard", "convert: a VCD file of IEEE 1364 only, without texts and enumeration tables."),
    ],
    examples: [
      "wave show run.fst --scope control --window 100..120", "wave value run.fst control.phase@1200 array.psum@12ns",
      "wave convert run.fst run.vcd", "wave diff model.fst rtl.vcd --clock top.clk --map names.txt --ignore-x",
    ]
  ) { arguments in try WaveCommand(arguments).execute() }
}

/// One look into a file.
private struct WaveCommand {
  let arguments: ParsedArguments
  let path: String

  init(_ arguments: ParsedArguments) {
    self.arguments = arguments
    path = arguments.operand(1) ?? ""
  }

  func execute() throws -> ExitCode {
    switch arguments.operand(0) {
    case "info": try Console.print(try info())
    case "signals": try Console.print(try signals())
    case "show": try Console.print(try TextWaveform.render(try WaveFile.open(path), options: try drawing()))
    case "value": try Console.print(try values())
    case "stats": try Console.print(try statistics())
    case "convert": try Console.print(try convert())
    case "check": return try check()
    case "diff": return try compare()
    case let word?:
      throw UsageError("'\(word)' is no action; there are info, signals, show, value, stats, convert, check and diff")
    case nil: throw UsageError("an action is missing")
    }
    return .success
  }

  private var scopes: [String] { arguments.occurrences("scope").flatMap { $0 } }

  private func other() throws -> String {
    guard let other = arguments.operand(2) else {
      throw UsageError("wave \(arguments.operand(0) ?? "") needs a second file")
    }
    return other
  }

  // MARK: Looking

  private func info() throws -> String {
    let source = try WaveFile.open(path)
    let statistics = try WaveStatistics(source)
    let hierarchy = statistics.hierarchy
    let extent = statistics.extent.map { "\($0.lowerBound) to \($0.upperBound)" } ?? "nothing"
    var lines = [
      "timescale  \(source.timescale)", "time       \(extent) (ticks), \(statistics.instants) instants with changes",
      "scopes     \(hierarchy.scopes.count)", "variables  \(hierarchy.variables.count)",
      "signals    \(hierarchy.signals.count) (variables that share a signal are aliases)",
      "changes    \(statistics.activities.reduce(0) { $0 + $1.changes })",
      "enum types \(hierarchy.enumerations.count)",
    ]
    if let clock = hierarchy.likelyClock { lines.append("clock      \(hierarchy.path(ofVariable: clock))") }
    lines += source.notes.map { "note       \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }

  private func signals() throws -> String {
    let hierarchy = try WaveFile.open(path).hierarchy
    let paths = hierarchy.variablePaths
    return hierarchy.variables(matching: scopes).map { index in
      let variable = hierarchy.variables[index]
      let table = variable.enumeration.map { " \(hierarchy.enumerations[$0].name)" } ?? ""
      return "\(paths[index]) \(variable.type.keyword) \(hierarchy.signals[variable.signal].bitCount)\(table)\n"
    }.joined()
  }

  private func drawing() throws -> TextWaveform.Options {
    var options = TextWaveform.Options()
    options.patterns = scopes
    options.clock = arguments.value("clock")
    if let radix = arguments.value("radix").flatMap(WaveRadix.init) { options.radix = radix }
    if let text = arguments.value("window") {
      let window = try TraceWindow(text)
      guard case (.cycle(let first), .cycle(let last)) = (window.start ?? .cycle(0), window.end ?? .cycle(.max - 1))
      else {
        throw UsageError("--window \(text): wave show takes cycles, such as 100..120")
      }
      options.cycles = first...last
    }
    return options
  }

  // MARK: Values

  /// One line a question, in the order of the questions.
  private func values() throws -> String {
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
    guard let variable = hierarchy.variable(named: name) else {
      throw WaveError(file: path, kind: .usage, "there is no signal '\(name)'; `systole wave signals` lists them")
    }
    let window = try TraceWindow("\(place)..")
    let sampling: ClockedWave.Sampling
    switch window.start {
    case .time: sampling = .everyChange
    case .cycle, nil: sampling = .afterRisingEdge(signal: try clock(hierarchy))
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

  private func clock(_ hierarchy: WaveHierarchy) throws -> Int {
    let variable = arguments.value("clock").map { hierarchy.variable(named: $0) } ?? hierarchy.likelyClock
    guard let variable else {
      throw WaveError(file: path, kind: .usage, "the clock is not found; --clock NAME names it")
    }
    return hierarchy.variables[variable].signal
  }

  // MARK: Figures

  private func statistics() throws -> String {
    let statistics = try WaveStatistics(try WaveFile.open(path))
    let hierarchy = statistics.hierarchy
    let paths = hierarchy.variablePaths
    var lines = ["signal changes bit_toggles duty_percent"]
    for variable in hierarchy.variables(matching: scopes) {
      let signal = hierarchy.variables[variable].signal
      let activity = statistics.activities[signal]
      let duty = Int((statistics.duty(of: signal) * 1000).rounded())
      lines.append("\(paths[variable]) \(activity.changes) \(activity.bitToggles) \(duty / 10).\(duty % 10)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  // MARK: Files

  private func convert() throws -> String {
    let target = try other()
    let vcd = VCDOptions(dialect: arguments.has("standard") ? .standard : .extended)
    let changes = try WaveFile.convert(try WaveFile.open(path), to: target, vcd: vcd)
    return "\(target): \(changes) changes\n"
  }

  private func check() throws -> ExitCode {
    let check = WaveCheck(path: path)
    let findings = check.findings.map { "\($0)\n" }.joined()
    let more = check.findingCount - check.findings.count
    try Console.print(
      findings + (more > 0 ? "\(more) more of these kinds\n" : "")
        + "\(path): \(check.instants) instants, \(check.changes) changes, \(check.findingCount) findings\n")
    return check.findings.contains(where: \.isError) ? .differs : .success
  }

  private func compare() throws -> ExitCode {
    let second = try other()
    var options = WaveComparison.Options()
    options.patterns = scopes
    options.clock = arguments.value("clock")
    options.ignoresUnknown = arguments.has("ignore-x")
    if let file = arguments.value("map") {
      let text = String(decoding: try InputFiles().bytes(of: file), as: UTF8.self)
      options.names = try WaveComparison.Options.names(text, file: file)
    }
    let result = try WaveComparison(try WaveFile.open(path), try WaveFile.open(second), options: options)
    try Console.print(report(result, second))
    return result.isEqual ? .success : .differs
  }

  private func report(_ result: WaveComparison, _ second: String) -> String {
    let unit = result.isClocked ? "cycle " : ""
    let suffix = result.isClocked ? "" : " fs"
    var lines = result.differences.map {
      "\($0.name): \(unit)\($0.place)\(suffix): \($0.first) against \($0.second)"
        + ($0.count > 1 ? ", and \($0.count - 1) more" : "")
    }
    if result.ends.first != result.ends.second {
      lines.append(
        "\(path) ends at \(unit)\(result.ends.first)\(suffix), \(second) at \(unit)\(result.ends.second)\(suffix)")
    }
    for (file, names) in [(path, result.onlyInFirst), (second, result.onlyInSecond)] where !names.isEmpty {
      lines.append("\(names.count) signals are in \(file) only: \(names.prefix(5).joined(separator: ", "))")
    }
    lines.append("\(result.compared) signals compared, \(result.differences.count) differ")
    return lines.joined(separator: "\n") + "\n"
  }
}
