internal import Accelerators
internal import Compute
internal import Configuration
internal import Mappings
public import Reports
internal import Signals
internal import Simulation
internal import Tensors
internal import Tracing
internal import Workloads

/// The results of a run's layers, as tables, text and JSON.
public struct RunReport: Sendable {
  /// One result a layer and machine, in the order of the workload.
  public let results: [LayerResult]

  /// A report of these results.
  public init(_ results: [LayerResult]) {
    self.results = results
  }

  /// Whether every psum of every layer has the right bits.
  public var isRight: Bool { results.allSatisfy(\.isRight) }

  /// Every first difference, a line each.
  public var differences: [String] {
    results.flatMap { result in
      result.differences.map { "layer \(result.layer.name) on \(result.spec.dataflow.rawValue): \($0)" }
    }
  }

  /// All tables, as people read them.
  public var text: String {
    """
    \(layers.text)
    PE-cycles
    \(peCycles.text)
    Why PEs waited, by root cause
    \(stalls.text)
    Where the three reads and the write of every MAC are served (sp: through the array's edge from the scratchpad; \
    0: a zero of the padding, or a sum's start)
    \(sources.text)
    Reuse that the layers offer: first uses, and uses beyond them
    \(reuse.text)
    """ + (markers.map { "\nMarkers of the waveforms\n\($0.text)" } ?? "") + differences.map { "\n\($0)\n" }.joined()
  }

  // MARK: Tables

  /// What each layer took.
  public var layers: ReportTable {
    var table = ReportTable([
      .init("layer"), .init("dataflow"), .init("lowering"), .init("cycles"), .init("array_cycles"),
      .init("latency", unit: "us", digits: 2),
      .init("folds"), .init("macs"), .init("utilisation", unit: "%", digits: 1), .init("loaded", unit: "bytes"),
      .init("stored", unit: "bytes"), .init("result"),
    ])
    for result in results {
      table.append([
        .text(result.layer.name), .text(result.spec.dataflow.rawValue), .text(result.lowering.rawValue),
        .integer(result.array.cycles),
        .integer(result.array.arrayCycles), .number(result.latencyMicroseconds), .integer(result.array.folds),
        .integer(result.array.macs), .number(result.utilisationPercent), .integer(result.loadedBytes),
        .integer(result.storedBytes), .text(result.isRight ? "bit-exact" : "differs"),
      ])
    }
    return table
  }

  /// Where the PE-cycles went: each has one label.
  public var peCycles: ReportTable { peCycleShares(PECycleLabel.allCases) { $0.labels[$1] } }

  /// The PE-cycles labelled wait, by what they waited for in the end: they sum to those of the table above.
  public var stalls: ReportTable { peCycleShares(StallCause.allCases) { $0.stalls[$1] } }

  /// PE-cycles of each kind as a share of all PE-cycles, a row a layer.
  private func peCycleShares<Kind>(_ kinds: [Kind], count: (SystolicCounters, Kind) -> Int) -> ReportTable {
    var table = ReportTable(
      [.init("layer"), .init("dataflow")] + kinds.map { .init("\($0)", unit: "%", digits: 1) })
    for result in results {
      let all = Double(result.array.cycles) * Double(result.spec.peCount)
      table.append(
        [.text(result.layer.name), .text(result.spec.dataflow.rawValue)]
          + kinds.map { .number(100 * Double(count(result.array, $0)) / all) })
    }
    return table
  }

  /// Where the operands of MACs came from.
  public var sources: ReportTable {
    var table = ReportTable([
      .init("layer"), .init("dataflow"), .init("ifmap_own"), .init("ifmap_pe"), .init("ifmap_sp"), .init("ifmap_0"),
      .init("filter_own"), .init("filter_pe"), .init("filter_sp"), .init("psum_own"), .init("psum_pe"), .init("psum_0"),
      .init("write_own"), .init("write_pe"), .init("write_acc"),
    ])
    for result in results {
      let sources = result.sources
      let counts = [
        sources.ifmap.ownRegister, sources.ifmap.neighbour, sources.ifmap.scratchpad, sources.ifmap.zero,
        sources.filter.ownRegister, sources.filter.neighbour, sources.filter.scratchpad, sources.psum.ownRegister,
        sources.psum.neighbour, sources.psum.zero, sources.psumWritesToOwnRegister, sources.psumWritesToNeighbour,
        sources.psumWritesToAccumulator,
      ]
      table.append(
        [.text(result.layer.name), .text(result.spec.dataflow.rawValue)] + counts.map { .integer($0) })
    }
    return table
  }

  /// The three kinds of reuse, a row a layer.
  public var reuse: ReportTable {
    var table = ReportTable([.init("layer")] + ReportTable.reuseColumns)
    var last: ConvolutionLayer?
    for result in results where result.layer != last {
      table.append([.text(result.layer.name)] + ReportTable.reuseCells(LayerReuse(result.layer)))
      last = result.layer
    }
    return table
  }

  /// Where folds begin in the waveforms that were recorded.
  public var markers: ReportTable? {
    .markers(results.map { ($0.layer.name, $0.spec.dataflow.rawValue, $0.trace) })
  }

  /// Every counter of every layer.
  public var counters: ReportTable {
    var table = ReportTable([
      .init("layer"), .init("dataflow"), .init("scope"), .init("counter"), .init("unit"), .init("value"),
      .init("meaning"),
    ])
    for result in results {
      for counter in result.counters {
        table.append([
          .text(result.layer.name), .text(result.spec.dataflow.rawValue), .text(counter.scope), .text(counter.name),
          .text(counter.unit), .integer(counter.value), .text(counter.meaning),
        ])
      }
    }
    return table
  }
}

// MARK: - JSON

extension RunReport {
  /// `summary.json`: what each layer took, with all counters under `scope.name`.
  public var json: String {
    let layers = results.map(Self.json)
    return JSONValue.object([
      ("schema_version", 1), ("system_version", .string(systoleVersion)),
      ("result", .string(isRight ? "bit-exact" : "differs")), ("layers", .array(layers)),
    ]).text
  }

  private static func json(_ result: LayerResult) -> JSONValue {
    let layer = result.layer
    return .object([
      ("layer", .string(layer.name)), ("dataflow", .string(result.spec.dataflow.rawValue)),
      ("lowering", .string(result.lowering.rawValue)), ("result", .string(result.isRight ? "bit-exact" : "differs")),
      ("differences", .array(result.differences.map { .string($0.description) })),
      ("array_rows", .integer(result.spec.rows)), ("array_columns", .integer(result.spec.columns)),
      ("ifmap_shape", .array(layer.ifmapShape.dimensions.map { .integer($0) })),
      ("filter_shape", .array(layer.filterShape.dimensions.map { .integer($0) })),
      ("ofmap_shape", .array(layer.ofmapShape.dimensions.map { .integer($0) })),
      ("cycles", .integer(result.array.cycles)), ("array_cycles", .integer(result.array.arrayCycles)),
      ("latency_us", .number(result.latencyMicroseconds)), ("folds", .integer(result.array.folds)),
      ("macs", .integer(result.array.macs)), ("utilisation_percent", .number(result.utilisationPercent)),
      ("loaded_bytes", .integer(result.loadedBytes)), ("stored_bytes", .integer(result.storedBytes)),
      ("counters", .object(result.counters.map { ("\($0.scope).\($0.name)", .integer($0.value)) })),
      ("waveform_markers", .array((result.trace?.markers ?? []).map(\.json))),
    ])
  }
}
