import Arguments
import Runs
import Tracing

/// The traces of a command's runs: a file for each, told apart by layer and dataflow, which share the budget.
struct RunTraces: Sendable {
  /// The budget of one file, where several share one.
  let share: Int?
  private let options: [TraceOptions?]
  private let standard: StandardTrace?
  private let progress: ProgressLine?

  /// Traces of the named runs. Where none is asked for, runs leave theirs in `standard`; nil for none at all.
  init(
    _ arguments: ParsedArguments, _ runs: RunNames, standard: StandardTrace?, progress: ProgressLine? = nil
  ) throws {
    let count = runs.names.count
    var options = try runs.names.indices.map { run in
      try arguments.traceOptions(name: runs.distinction(of: run), standard: standard?.path)
    }
    let isAskedFor = arguments.has("trace")
    let budget = isAskedFor && count > 1 ? options.first?.flatMap(\.budget) : nil
    share = budget.map { $0 / count }
    if let share { for place in options.indices { options[place]?.budget = share } }
    self.options = options
    self.standard = isAskedFor ? nil : standard
    self.progress = progress
    // A signal shall close the files.
    if options.contains(where: { $0 != nil }) { Interruption.install() }
    guard let share, let budget else { return }
    note(
      "--trace-budget \(ByteSize.text(budget)) is shared by \(count) traces: \(ByteSize.text(share)) each")
  }

  /// The trace of a run; where no signals were chosen, those that match `scopes`, if given.
  func trace(of run: Int, scopes: [String] = []) -> LayerTrace? {
    options[run].map { options in
      var options = options
      if options.scopes.isEmpty { options.scopes = scopes }
      return LayerTrace(options, note: note)
    }
  }

  private func note(_ text: String) {
    if let standard { return standard.note(text) }
    progress?.clear()
    Console.report("systole: \(text)\n")
  }
}
