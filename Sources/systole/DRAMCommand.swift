import Arguments
import Configuration
import Files
import Memory
import MemoryFiles
import Reports
import Runs

extension Command {
  /// `systole dram`
  static let dram = Command(
    "dram", "Runs an address trace through a DRAM controller, or checks a command file, and reports what it took.",
    operands: [
      .init("TRACE", isOptional: true, "Lines `<cycle> <hexaddr> READ|WRITE`, packed by gzip or not.")
    ],
    options: [
      .text("device", "NAME", "The device: \(DRAMSpecification.presets.map(\.name).joined(separator: ", "))."),
      .text("timing", "FILE", "A JSON5 file with timing and organisation of a device of your own, or of several."),
      .integer("channels", 1...64, "Channels; bursts go round them in turn unless --mapping says otherwise."),
      .text("mapping", "MAP", "Address fields from the highest bits down, such as RoBaRaCoCh, or a map's name: A, B."),
      .choice("scheduling", SchedulingPolicy.allCases.map(\.rawValue), "Which request goes first (default frfcfs)."),
      .text("page", "POLICY", "How long a row stays open: open (default), closed, or timeout:CYCLES."),
      .choice("refresh", ["all-bank", "per-bank", "off"], "How refreshes are made (default all-bank)."),
      .flag("no-refresh", "No refreshes: the same as --refresh off."),
      .integer("postpone", 0...8, "Refreshes that may be put off while there is work (default 0)."),
      .choice("refresh-precharge", ["all-at-once", "bank-by-bank"], "How rows are closed before REF."),
      .text("read-queue", "N", "Read queue entries, 1 to 63 (default 32)."),
      .text("write-queue", "N", "Write queue entries, 1 to 63 (default 32)."),
      .text("write-high", "N", "Writes at which they are drained though reads wait (default: a full queue)."),
      .text("write-low", "N", "Writes at which a drain ends when reads wait (default 0)."),
      .text("starvation-limit", "CYCLES", "Age at which the oldest request goes before row hits (default 4000)."),
      .text("commands", "FILE", "Where to write the commands: `cycle CMD bank row column`."),
      .text("trace", "FILE", "Where to write a waveform (.vcd, .vcd.gz or .fst) and its GTKWave and Surfer views."),
      .text("trace-window", "FROM:TO", "The cycles that the waveform shows (default all)."),
      .flag("banks", "Adds a table of what each bank did."),
      .flag("check", "Lets the independent checker watch; violations give exit code 1."),
      .text("check-commands", "FILE", "Checks the commands of a file, such as --commands writes, instead of a trace."),
      .json,
    ],
    examples: [
      "dram trace.txt.gz --device ddr4-2400 --check --json",
      "dram trace.txt --device hbm2 --mapping RoBaCoBgPc --trace out/hbm2.vcd --trace-window 0:2000",
    ]
  ) { arguments in try DRAMRun(arguments).execute() }
}

/// A trace run or a check, from words to report.
private struct DRAMRun {
  let arguments: ParsedArguments
  let files = InputFiles()

  init(_ arguments: ParsedArguments) { self.arguments = arguments }

  func execute() throws -> ExitCode {
    var options = DRAMTraceOptions(device: try device())
    options.mapping = arguments.value("mapping")
    options.checks = arguments.has("check")
    try choosePolicies(&options.controller)
    if let file = arguments.value("check-commands") { return try check(file, options) }
    guard let file = arguments.operand(0) else {
      throw UsageError("dram needs a trace", remedy: "systole dram TRACE, or --check-commands FILE")
    }
    let (result, banks) = try run(file, options)
    let listed = arguments.has("banks") ? banks : nil
    try Console.print(arguments.has("json") ? DRAMReport.json(result, listed).text : DRAMReport.text(result, listed))
    return result.violations?.isEmpty ?? true ? .success : .differs
  }

  private func device() throws -> DRAMSpecification {
    var device: DRAMSpecification
    let name = arguments.value("device")
    if let file = arguments.value("timing") {
      let base = name.flatMap { try? DRAMSpecification.named($0) }
      device = try DRAMTimingFile(files.bytes(of: file), file: file, base: base).specification(named: name)
    } else if let name {
      device = try DRAMSpecification.named(name)
    } else {
      let known = DRAMSpecification.presets.map(\.name).joined(separator: ", ")
      throw UsageError("dram needs --device or --timing", remedy: "devices: \(known)")
    }
    if let channels = arguments.integer("channels") { device = try device.with(channels: channels) }
    return device
  }

  private func choosePolicies(_ options: inout ControllerOptions) throws {
    if let word = arguments.value("scheduling") { options.scheduling = SchedulingPolicy(rawValue: word) ?? .frfcfs }
    if let word = arguments.value("page") { options.page = try page(word) }
    switch arguments.value("refresh") {
    case "per-bank": options.refresh = .perBank
    case "off": options.refresh = .off
    default: options.refresh = .allBank
    }
    if arguments.has("no-refresh") {
      guard options.refresh != .perBank else {
        throw UsageError("--no-refresh contradicts --refresh per-bank", remedy: "leave one of them out")
      }
      options.refresh = .off
    }
    if arguments.value("refresh-precharge") == "bank-by-bank" { options.refreshPrecharge = .bankByBank }
    options.postponedRefreshes = arguments.integer("postpone") ?? options.postponedRefreshes
    try set(&options.readQueue, "read-queue")
    try set(&options.writeQueue, "write-queue")
    options.writeHighWatermark = options.writeQueue
    try set(&options.writeHighWatermark, "write-high")
    try set(&options.writeLowWatermark, "write-low")
    try set(&options.starvationLimit, "starvation-limit")
  }

  private func set(_ value: inout Int, _ option: String) throws {
    guard let word = arguments.value(option) else { return }
    guard let number = Int(word) else { throw UsageError("--\(option) \(word): a whole number is due") }
    value = number
  }

  private func page(_ word: String) throws -> PagePolicy {
    if word == "open" { return .open }
    if word == "closed" { return .closed }
    if word.hasPrefix("timeout:"), let cycles = Int(word.dropFirst("timeout:".count)) { return .timeout(cycles) }
    throw UsageError("--page \(word): no such policy", remedy: "open, closed or timeout:CYCLES, such as timeout:200")
  }
}

// MARK: - Running

extension DRAMRun {
  private func run(_ file: String, _ options: DRAMTraceOptions) throws -> (DRAMTraceResult, BankStatistics) {
    var runner = try DRAMTraceRunner(options)
    var reader = TraceFile.reader(try files.bytes(of: file), file: file, capacity: runner.mapping.capacity)
    let commands = try arguments.value("commands").map {
      try OutputFile<OutputError>(path: $0, bufferSize: 1 << 20)
    }
    let organisation = options.device.organisation
    var banks = BankStatistics(organisation)
    let note: (Int, DRAMCommand) throws -> Void = { channel, command in
      try commands?.write(CommandFile.line(command, channel: channel, of: organisation) + "\n")
      banks.observe(command, channel: channel)
    }
    let write: ((Int, DRAMCommand) throws -> Void)? = commands != nil || arguments.has("banks") ? note : nil
    var wave = try arguments.value("trace").map { path in
      let comment = "\(options.device.name), \(runner.mapping.text), \(file)"
      return try DRAMWaveform(runner, path: path, window: window(), comments: [comment])
    }
    let result: DRAMTraceResult
    if wave == nil {
      result = try runner.run(&reader, commands: write)
    } else {
      result = try runner.run(
        next: { try reader.read() }, commands: write,
        observe: { (runner: inout DRAMTraceRunner, cycle: Int) in try wave?.observe(&runner, at: cycle) ?? false })
    }
    try commands?.close()
    if let views = try wave?.finish(at: result.drain + 1) {
      Console.report("systole: open the waveform with: gtkwave \(views.joined(separator: ", or "))\n")
    }
    return (result, banks)
  }

  private func window() throws -> Range<Int> {
    guard let text = arguments.value("trace-window") else { return 0..<Int.max }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let from = parts[0], let to = parts[1], from >= 0, to > from else {
      throw UsageError("--trace-window \(text): no window of cycles", remedy: "FROM:TO with FROM < TO, such as 0:2000")
    }
    return from..<to
  }

  private func check(_ file: String, _ options: DRAMTraceOptions) throws -> ExitCode {
    let refreshes = options.controller.refresh != .off
    let violations = try CommandFile.violations(
      files.bytes(of: file), file: file, device: options.device, refreshes: refreshes)
    if arguments.has("json") {
      try Console.print(JSONValue.object([("violations", .array(violations.map { .string($0) }))]).text)
    } else {
      try Console.print(violations.isEmpty ? "no violation\n" : violations.joined(separator: "\n") + "\n")
    }
    return violations.isEmpty ? .success : .differs
  }
}
