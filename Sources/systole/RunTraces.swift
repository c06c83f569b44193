import Arguments
import Runs
import Tracing
import WaveFormats

/// The traces of a command's runs: a file for each, told apart by layer and dataflow, which share the budget.
struct RunTraces: Sendable {
  /// The budget of one file, where several share one.
  let share: Int?
  private let options: [TraceOptions?]
  private let standard: StandardTrace?
  private let progress: ProgressLine?

  /// Traces of `runs`, in their order. Where none is asked for, runs leave theirs in `standard`; nil for none at all.
  init(
    _ arguments: ParsedArguments, _ runs: [(layer: String?, dataflow: String)], standard: StandardTrace?,
    progress: ProgressLine? = nil
  ) throws {
    let names = Self.names(runs)
    var options = try names.map { name in
      try arguments.traceOptions(name: runs.count > 1 ? name : nil, standard: standard?.path)
    }
    let isAskedFor = arguments.has("trace")
    let budget = isAskedFor && runs.count > 1 ? options.first?.flatMap(\.budget) : nil
    share = budget.map { $0 / runs.count }
    if let share { for place in options.indices { options[place]?.budget = share } }
    self.options = options
    self.standard = isAskedFor ? nil : standard
    self.progress = progress
    guard let share, let budget else { return }
    note(
      "--trace-budget \(ByteSize.text(budget)) is shared by \(runs.count) traces: \(ByteSize.text(share)) each")
  }

  /// `conv1-ws`; a further run of the same layer and dataflow is `conv1-ws-2`.
  private static func names(_ runs: [(layer: String?, dataflow: String)]) -> [String] {
    var names: [String] = []
    for run in runs {
      let base = (run.layer.map { WaveName.sanitised($0) + "-" } ?? "") + run.dataflow
      var (name, number) = (base, 1)
      while names.contains(name) {
        number += 1
        name = "\(base)-\(number)"
      }
      names.append(name)
    }
    return names
  }

  /// The trace of a run; where no signals were chosen, those that match `scopes`, if given.
  func trace(of run: Int, scopes: [String] = []) -> LayerTrace? {
    options[run].map { options in
      var options = options
      if options.scopes.isEmpty { options.scopes = scopes }
      // Nobody waits for the size of a trace that was not asked for.
      return LayerTrace(options, isAnnounced: standard == nil, note: note)
    }
  }

  private func note(_ text: String) {
    if let standard { return standard.note(text) }
    progress?.clear()
    Console.report("systole: \(text)\n")
  }
}
