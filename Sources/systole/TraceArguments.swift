import Arguments
import Runs
import Signals
import Synchronization
import Tracing
import WaveFormats

extension CommandOption {
  /// What a command that runs a machine takes to trace it.
  static let trace: [CommandOption] = [
    .text("trace", "FILE", "Records a waveform, .vcd, .vcd.gz or .fst, with views beside it: .gtkw, .detail.gtkw."),
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
}

/// The trace that a run leaves behind unasked: what there is to say of it is said once it is in its place.
final class StandardTrace: Sendable {
  private let directory: String
  private let place: String
  private let notes = Mutex<[String]>([])

  /// A trace that is written into `directory`, which is moved to `place` at the end.
  init(directory: String, place: String) {
    self.directory = directory
    self.place = place
  }

  /// The waveform's path while it is written.
  var path: String { directory + "/waveform.vcd" }

  func note(_ text: String) {
    notes.withLock { $0.append(text.replacing(directory, with: place)) }
  }

  /// Tells the user, in an order that does not depend on which of several runs was first.
  func report() {
    for note in notes.withLock({ $0.sorted() }) { Console.report("systole: \(note)\n") }
  }
}

extension ParsedArguments {
  /// The list of a machine's selected signals.
  func signals(of machine: borrowing some ObservableMachine) throws -> SignalList {
    var options = TraceOptions(path: "")
    try select(&options)
    let catalog = SignalCatalog(machine)
    return SignalList(catalog, selection: try options.selection(of: catalog))
  }

  /// What to record; nil if nothing is. `name` becomes part of the file's name where several runs are traced; `standard` is
  /// where a run is recorded unasked, within a size that nobody minds.
  func traceOptions(name: String?, standard: String? = nil) throws -> TraceOptions? {
    guard let path = value("trace") ?? standard else {
      let others = CommandOption.trace.map(\.name).filter { $0 != "trace" && $0 != "trace-signals" && has($0) }
      guard others.isEmpty else { throw UsageError("--\(others[0]) needs --trace FILE, which says where to record") }
      return nil
    }
    var options = TraceOptions(path: name.map { TraceOptions.path(path, with: $0) } ?? path)
    try select(&options)
    options.extent = try TraceOptions.Extent(
      window: value("trace-window"), trigger: value("trace-trigger"),
      before: integer("trace-before"), after: integer("trace-after"),
      last: integer("trace-last"))
    options.budget = try value("trace-budget").map { try ByteSize.parse($0, option: "--trace-budget") }
    if options.budget == nil, !has("trace") { options.budget = Self.standardBudget }
    if has("trace-standard") { options.dialect = .standard }
    switch value("trace-clock") {
    case "counter": options.clockDisplay = .counter
    case "none": options.clockDisplay = .hidden
    default: options.clockDisplay = .edges
    }
    return options
  }

  /// The most bytes of a trace that nobody asked for.
  private static let standardBudget = 64_000_000

  /// Which signals to record.
  private func select(_ options: inout TraceOptions) throws {
    options.scopes = occurrences("trace-scope").flatMap { $0 }
    options.depth = integer("trace-depth")
  }
}
