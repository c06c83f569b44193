internal import Configuration
public import Reports
internal import Signals
public import Tensors
internal import Workloads

/// What the runs of a command have shown, on whichever machine: printed, and left in a directory.
public protocol ResultReport: Sendable {
  /// Whether every result has the right bits, and every deadline was met.
  var isRight: Bool { get }
  /// All tables, as people read them.
  var text: String { get }
  /// A page with all tables, and the rooflines as pictures.
  var html: String { get }
  /// `summary.json`.
  var json: String { get }
  /// The tables that become files, by their names: `layers`.
  var tables: [(name: String, table: ReportTable)] { get }
  /// Machines against their memories.
  var systems: SystemReports { get }
  /// Tensors that become files, by their names; `savesPsums`: those of every layer too.
  func tensors(savesPsums: Bool) -> [(name: String, tensor: AnyTensor)]
  /// The dataflow and the memory of each run.
  var machines: [(dataflow: String, memory: String)] { get }
}

extension ResultReport {
  /// The word of a result that was compared with what it must be.
  static func verdict(_ isRight: Bool) -> String { isRight ? "bit-exact" : "differs" }

  /// What every `summary.json` begins with, and what follows.
  func summary(_ members: [(String, JSONValue)]) -> String {
    JSONValue.object(
      [
        ("schema_version", 1), ("system_version", .string(systoleVersion)), ("result", .string(Self.verdict(isRight))),
      ] + members
    ).text
  }
}

// MARK: - Parts of reports

extension ReportTable {
  /// Every counter of every layer of every run.
  static func counters(
    _ runs: [(layer: String, dataflow: String, memory: String, counters: [CounterValue])]
  ) -> ReportTable {
    var table = ReportTable([
      .init("layer"), .init("dataflow"), .init("memory"), .init("scope"), .init("counter"), .init("unit"),
      .init("value"), .init("meaning"),
    ])
    for run in runs {
      for counter in run.counters {
        table.append([
          .text(run.layer), .text(run.dataflow), .text(run.memory), .text(counter.scope), .text(counter.name),
          .text(counter.unit), .integer(counter.value), .text(counter.meaning),
        ])
      }
    }
    return table
  }
}

extension [CounterValue] {
  /// Their values under `scope.name`.
  var json: JSONValue { .object(map { ("\($0.scope).\($0.name)", .integer($0.value)) }) }
}

extension ConvolutionLayer {
  /// The extents of its tensors, for a `summary.json`.
  var shapeMembers: [(String, JSONValue)] {
    [("ifmap_shape", ifmapShape), ("filter_shape", filterShape), ("ofmap_shape", ofmapShape)].map { name, shape in
      (name, .array(shape.dimensions.map { .integer($0) }))
    }
  }
}
