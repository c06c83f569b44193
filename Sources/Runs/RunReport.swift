internal import Accelerators
internal import Compute
internal import Configuration
public import Mappings
internal import Memory
public import Reports
internal import Signals
internal import Simulation
public import Tensors
internal import Tracing
internal import Workloads

/// The results of a run's layers, as tables, text and JSON.
public struct RunReport: ResultReport {
  /// One result a layer and machine, in the order of the workload.
  public let results: [LayerResult]
  /// Machines against their memories.
  public let systems: SystemReports

  /// A report of these results.
  public init(_ results: [LayerResult], energyTable: EnergyTable = .relative) {
    self.results = results
    systems = SystemReports(results, energyTable: energyTable)
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
    \(systems.text)
    Where the three reads and the write of every MAC are served (sp: through the array's edge from the scratchpad; \
    0: a zero of the padding, or a sum's start)
    \(sources.text)
    Reuse that the layers offer: first uses, and uses beyond them
    \(reuse.text)
    """ + (markers.map { "\nMarkers of the waveforms\n\($0.text)" } ?? "") + differences.map { "\n\($0)\n" }.joined()
  }

  /// A page with all tables and the rooflines as pictures.
  public var html: String {
    var page = HTMLReport(title: "Layers on systolic machines")
    for (title, table) in [("Layers", layers), ("PE-cycles", peCycles)] {
      page.heading(title)
      page.table(table)
    }
    systems.add(to: &page)
    for (title, table) in [("Where operands are served", sources), ("Reuse that the layers offer", reuse)] {
      page.heading(title)
      page.table(table)
    }
    return page.html
  }

  // MARK: Tables

  /// What each layer took.
  public var layers: ReportTable {
    var table = ReportTable([
      .init("layer"), .init("dataflow"), .init("memory"), .init("lowering"), .init("cycles"), .init("array_cycles"),
      .init("latency", unit: "us", digits: 2),
      .init("folds"), .init("macs"), .init("utilisation", unit: "%", digits: 1), .init("loaded", unit: "bytes"),
      .init("stored", unit: "bytes"), .init("result"),
    ])
    for result in results {
      table.append([
        .text(result.layer.name), .text(result.spec.dataflow.rawValue), .text(result.spec.memory.name),
        .text(result.lowering.rawValue), .integer(result.array.cycles),
        .integer(result.array.arrayCycles), .number(result.latencyMicroseconds), .integer(result.array.folds),
        .integer(result.array.macs), .number(result.utilisationPercent), .integer(result.loadedBytes),
        .integer(result.storedBytes), .text(Self.verdict(result.isRight)),
      ])
    }
    return table
  }

  /// Where the PE-cycles went: each has one label.
  public var peCycles: ReportTable {
    let labels = PECycleLabel.allCases
    var table = ReportTable(
      [.init("layer"), .init("dataflow"), .init("memory")] + labels.map { .init("\($0)", unit: "%", digits: 1) })
    for result in results {
      let all = Double(result.array.cycles) * Double(result.spec.peCount)
      table.append(
        [.text(result.layer.name), .text(result.spec.dataflow.rawValue), .text(result.spec.memory.name)]
          + labels.map { .number(100 * Double(result.array.labels[$0]) / all) })
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
    .counters(results.map { ($0.layer.name, $0.spec.dataflow.rawValue, $0.spec.memory.name, $0.counters) })
  }
}

// MARK: - Files

extension RunReport {
  /// `layers.csv` and `counters.csv`.
  public var tables: [(name: String, table: ReportTable)] { [("layers", layers), ("counters", counters)] }

  /// `psum-02-conv2-os.npy`, if psums are saved.
  public func tensors(savesPsums: Bool) -> [(name: String, tensor: AnyTensor)] {
    guard savesPsums else { return [] }
    return results.enumerated().map { index, result in
      let layer = RunDirectory.fileName(result.layer.name, number: index + 1)
      return ("psum-\(layer)-\(result.spec.dataflow.rawValue)", result.psumTensor)
    }
  }

  /// The dataflow and the memory of each run.
  public var machines: [(dataflow: String, memory: String)] {
    results.map { ($0.spec.dataflow.rawValue, $0.spec.memory.name) }
  }
}

// MARK: - JSON

extension RunReport {
  /// `summary.json`: what each layer took, with all counters under `scope.name`.
  public var json: String {
    summary([("layers", .array(results.map(Self.json))), ("systems", systems.json)])
  }

  private static func json(_ result: LayerResult) -> JSONValue {
    let layer = result.layer
    let head: [(String, JSONValue)] = [
      ("layer", .string(layer.name)), ("dataflow", .string(result.spec.dataflow.rawValue)),
      ("memory", .string(result.spec.memory.name)),
      ("lowering", .string(result.lowering.rawValue)), ("result", .string(verdict(result.isRight))),
      ("differences", .array(result.differences.map { .string($0.description) })),
      ("array_rows", .integer(result.spec.rows)), ("array_columns", .integer(result.spec.columns)),
    ]
    let figures: [(String, JSONValue)] = [
      ("cycles", .integer(result.array.cycles)), ("array_cycles", .integer(result.array.arrayCycles)),
      ("latency_us", .number(result.latencyMicroseconds)), ("folds", .integer(result.array.folds)),
      ("macs", .integer(result.array.macs)), ("utilisation_percent", .number(result.utilisationPercent)),
      ("loaded_bytes", .integer(result.loadedBytes)), ("stored_bytes", .integer(result.storedBytes)),
      ("counters", result.counters.json), ("waveform_markers", .array((result.trace?.markers ?? []).map(\.json))),
    ]
    return .object(head + layer.shapeMembers + figures)
  }
}
