internal import Configuration
internal import Reports
internal import Signals
internal import Tracing

extension ReportTable {
  /// Where the markers of waveforms stand: what begins there, in which cycle, at which time of the waveform.
  ///
  /// nil where no run was recorded. A run of several layers has no `layer`: its markers say which begins.
  static func markers(_ runs: [(layer: String?, dataflow: String, trace: TraceSummary?)]) -> ReportTable? {
    var table = ReportTable([
      .init("layer"), .init("dataflow"), .init("marker"), .init("begins"), .init("cycle"),
      .init("wave_time", unit: "ns", digits: 3),
    ])
    for run in runs {
      for marker in run.trace?.markers ?? [] {
        table.append([
          run.layer.map { .text($0) } ?? .empty, .text(run.dataflow), .text("\(marker.letter)"), .text(marker.name),
          .integer(marker.cycle),
          .number(marker.nanoseconds),
        ])
      }
    }
    return table.rows.isEmpty ? nil : table
  }
}

extension TraceSummary.Marker {
  /// Time of the waveform in nanoseconds.
  fileprivate var nanoseconds: Double { Double(time.femtoseconds) / 1e6 }

  /// The marker in a `summary.json`.
  var json: JSONValue {
    .object([
      ("marker", .string("\(letter)")), ("begins", .string(name)), ("cycle", .integer(cycle)),
      ("wave_time_ns", .number(nanoseconds)),
    ])
  }
}
