import Arguments
import Signals
import Simulation
import Tracing
import WaveFormats

/// The `--trace` options of a command that runs a machine.
struct TraceArguments {
  static let options: [CommandOption] = [
    .text("trace", "FILE", "Records a waveform, .vcd or .fst, with a .gtkw view beside it."),
    CommandOption(
      "trace-scope", placeholders: ["PATTERN"], isRepeatable: true,
      "Which signals: array.** or control.phase; * within a scope, ** across."),
    .integer("trace-depth", 0...64, "How many scopes deep: 1 for blocks, 2 for their PEs."),
    .text("trace-window", "START..END", "When, in cycles or time: 1000..2000, 1us..2us, ..500."),
    .text("trace-trigger", "CONDITION", "Records once it holds: 'control.phase == drain'; terms may be joined by &&."),
    .integer("trace-before", 0...(1 << 40), "Cycles before the trigger that are recorded; 0 by default."),
    .integer("trace-after", 0...(1 << 40), "Cycles after the trigger; all by default."),
    .integer(
      "trace-last", 1...(1 << 40), "Keeps the last N cycles in memory and writes them at the end, whatever it is."),
    .text("trace-budget", "SIZE", "Ends the trace cleanly at this size: 200MB."),
    .choice(
      "trace-clock", ["edges", "counter", "none"], "How clocks are drawn: counter is smaller; edges by default."),
    .flag("trace-standard", "Writes a VCD file of IEEE 1364 only: no texts, no enumeration tables."),
    .flag("trace-signals", "Lists the signals that --trace-scope and --trace-depth select, and runs nothing."),
  ]

  /// A trace larger than this is announced before it starts.
  private static let announcedSize = 100_000_000

  private let arguments: ParsedArguments

  init(_ arguments: ParsedArguments) { self.arguments = arguments }

  /// The list of a machine's selected signals.
  func signals(of machine: borrowing some ObservableMachine) throws -> SignalList {
    var options = TraceOptions(path: "")
    try select(&options)
    let catalog = SignalCatalog(machine)
    return SignalList(catalog, selection: try options.selection(of: catalog))
  }

  /// Runs a simulator to its end, and records it if that is asked for.
  ///
  /// `name` is that of the machine's scope; where several machines run, it becomes part of the file's name.
  func simulate<Model: Machine & ObservableMachine>(
    _ simulator: inout Simulator<Model>, name: String, among count: Int, cycleLimit: Int
  ) throws -> RunEnd {
    guard let options = try traceOptions(name: count > 1 ? name : nil) else {
      return simulator.run(cycleLimit: cycleLimit)
    }
    if case .window(let window) = options.extent, window == .everything, options.budget == nil {
      let estimate = try TraceEstimate.measure(simulator, options: options, cycleLimit: min(cycleLimit, 4_000_000))
      if estimate.byteCount > Self.announcedSize {
        Console.report("systole: \(options.path) will take \(estimate); --trace-budget SIZE ends it earlier\n")
      }
    }
    Interruption.install()
    var recorder = try TraceRecorder(simulator.machine, top: name, options: options)
    let end = try simulator.run(cycleLimit: cycleLimit, observing: &recorder)
    Console.report("\(try recorder.finish())\n")
    return end
  }

  private func traceOptions(name: String?) throws -> TraceOptions? {
    guard let path = arguments.value("trace") else {
      let others = Self.options.map(\.name).filter { $0 != "trace" && $0 != "trace-signals" && arguments.has($0) }
      guard others.isEmpty else { throw UsageError("--\(others[0]) needs --trace FILE, which says where to record") }
      return nil
    }
    var options = TraceOptions(path: name.map { TraceOptions.path(path, with: $0) } ?? path)
    try select(&options)
    options.extent = try TraceOptions.Extent(
      window: arguments.value("trace-window"), trigger: arguments.value("trace-trigger"),
      before: arguments.integer("trace-before"), after: arguments.integer("trace-after"),
      last: arguments.integer("trace-last"))
    options.budget = try arguments.value("trace-budget").map { try ByteSize.parse($0, option: "--trace-budget") }
    if arguments.has("trace-standard") { options.dialect = .standard }
    switch arguments.value("trace-clock") {
    case "counter": options.clockDisplay = .counter
    case "none": options.clockDisplay = .hidden
    default: options.clockDisplay = .edges
    }
    return options
  }

  private func select(_ options: inout TraceOptions) throws {
    options.scopes = arguments.occurrences("trace-scope").flatMap { $0 }
    options.depth = arguments.integer("trace-depth")
  }
}
