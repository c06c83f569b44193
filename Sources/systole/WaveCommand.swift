import Arguments
import Runs
import WaveFormats

extension Command {
  /// `systole wave`
  static let wave = Command(
    "wave", "Looks into waveform files of any tool (.vcd, .vcd.gz, .fst): converts, checks and compares them.",
    operands: [
      .init("ACTION", "info, signals, show, value, stats, convert, check or diff."),
      .init("FILE", "A waveform; - reads it from standard input."),
      .init(
        "OTHER", isOptional: true, isRepeatable: true,
        "convert: the new file. diff: the other file. value: signals as name@cycle or name@12ns."),
    ],
    options: [
      CommandOption(
        "scope", placeholders: ["PATTERN"], isRepeatable: true, "Which signals: top.array.** or control.phase."),
      .text(
        "window", "FIRST..LAST",
        "show: which cycles (default 0..31), or times such as 100ns..2us. Without a clock, which instants with changes."
      ),
      .text(
        "clock", "NAME", "The signal whose rising edges count cycles; diff samples on it instead of comparing by time."),
      .choice("radix", WaveRadix.allCases.map(\.rawValue), "show, value: how numbers are written."),
      .text(
        "map", "FILE",
        "diff: pairs of names, one pair a line, where the files call a signal, or a scope and all in it, differently."),
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
struct WaveCommand {
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
    case "show": try Console.print(try show())
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

  var scopes: [String] { arguments.occurrences("scope").flatMap { $0 } }

  func other() throws -> String {
    guard let other = arguments.operand(2) else {
      throw UsageError("wave \(arguments.operand(0) ?? "") needs a second file")
    }
    return other
  }

  // MARK: Files

  private func convert() throws -> String {
    let target = try other()
    let vcd = VCDOptions(dialect: arguments.has("standard") ? .standard : .extended)
    let source = try WaveFile.open(path)
    let altered = source.hierarchy.alteredNames(for: target)
    let changes = try WaveFile.convert(source, to: target, vcd: vcd)
    let note = altered.map { "; \($0.count) names had to be altered: \($0.example)" } ?? ""
    return "\(target): \(changes) changes\(note)\n"
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
}
