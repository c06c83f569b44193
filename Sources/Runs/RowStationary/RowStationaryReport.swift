internal import Accelerators
internal import Compute
internal import Configuration
public import Mappings
internal import Memory
public import Reports
internal import Signals
public import Tensors
internal import Tracing
internal import Workloads

/// The results of layers on a row-stationary machine, as tables, text, page and JSON.
public struct RowStationaryReport: ResultReport {
  /// One result a layer, in the order of the workload.
  public let results: [RowStationaryResult]
  /// What an access costs.
  public let energyTable: EnergyTable
  /// Published measurements to print beside, or none.
  public let silicon: [EyerissSilicon.Layer]
  /// Results of some of the layers under another mapping.
  public let others: [RowStationaryResult]
  /// What the unpublished numbers move, if that was asked for.
  public var sensitivity: RowStationarySensitivity?

  /// A report of these results.
  public init(
    _ results: [RowStationaryResult], energyTable: EnergyTable, silicon: [EyerissSilicon.Layer] = [],
    others: [RowStationaryResult] = []
  ) {
    (self.results, self.energyTable) = (results, energyTable)
    (self.silicon, self.others) = (silicon, others)
  }

  /// Whether every element of every layer has the right bits.
  public var isRight: Bool { (results + others).allSatisfy(\.isRight) }

  /// Every first difference, a line each.
  public var differences: [String] {
    (results + others).flatMap { result in result.differences.map { "layer \(result.layer.name) on rs: \($0)" } }
  }

  /// All tables, as people read them.
  public var text: String {
    var parts = [
      "Layers\n" + layers.text, "Traffic\n" + traffic.text, "PE-cycles\n" + peCycles.text, systems.text,
    ]
    parts += comparisons.map { "\($0)\n\($1.text)" }
    if !comparisons.isEmpty { parts.append(Self.reasons) }
    if let markers { parts.append("Markers of the waveforms\n\(markers.text)") }
    if let sensitivity { parts.append(sensitivity.text) }
    return parts.joined(separator: "\n") + differences.map { "\n\($0)\n" }.joined()
  }

  /// A page with tables and the roofline as a picture.
  public var html: String {
    var page = HTMLReport(title: "Row-stationary run")
    for (title, table) in [("Layers", layers), ("Traffic", traffic), ("PE-cycles", peCycles)] {
      page.heading(title)
      page.table(table)
    }
    systems.add(to: &page)
    for (title, comparison) in comparisons {
      page.heading(title)
      page.preformatted(comparison.text)
    }
    if !comparisons.isEmpty { page.paragraph(Self.reasons) }
    return page.html
  }

  /// Where to read on.
  static let reasons = "Causes: Documentation/DEVIATIONS-eyeriss.md; where cycles went: the table of PE-cycles.\n"

  // MARK: Tables

  /// What each layer took.
  public var layers: ReportTable {
    var table = ReportTable([
      .init("layer"), .init("memory"), .init("m n e p q r t"), .init("total", unit: "cycles"),
      .init("processing", unit: "cycles"),
      .init("total", unit: "ms"), .init("processing", unit: "ms"), .init("active_PEs"), .init("macs"),
      .init("utilisation", unit: "%", digits: 1), .init("result"),
    ])
    for result in results + others {
      table.append([
        .text(result.layer.name), .text(result.spec.memory.name), .text(result.mapping.parameters.text),
        .integer(result.totalCycles), .integer(result.processingCycles), .number(result.totalMilliseconds),
        .number(result.processingMilliseconds),
        .integer(result.mapping.activePEs), .integer(result.macs), .number(result.utilisationPercent),
        .text(Self.verdict(result.isRight)),
      ])
    }
    return table
  }

  /// What each layer moved.
  public var traffic: ReportTable {
    var table = ReportTable([
      .init("layer"), .init("ifmap_zeros", unit: "%", digits: 2), .init("ofmap_zeros", unit: "%", digits: 2),
      .init("glb", unit: "bytes"), .init("off_chip", unit: "bytes"), .init("uncompressed", unit: "bytes"),
      .init("off_chip", unit: "bytes/MAC", digits: 4),
    ])
    for result in results {
      table.append([
        .text(result.layer.name), .number(100 * result.ifmapZeroFraction), .number(100 * result.ofmapZeroFraction),
        .integer(result.glbBytes), .integer(result.linkBytes), .integer(result.mapping.offChipBytes),
        .number(Double(result.linkBytes) / Double(max(1, result.macs))),
      ])
    }
    return table
  }

  /// Where the PE-cycles went: each has one label.
  public var peCycles: ReportTable {
    let labels = PECycleLabel.allCases
    var table = ReportTable([.init("layer")] + labels.map { .init("\($0)", unit: "%", digits: 1) })
    for result in results {
      let all = Double(result.totalCycles) * Double(result.spec.peCount)
      table.append(
        [.text(result.layer.name)] + labels.map { .number(100 * Double(result.labels[$0]) / all) })
    }
    return table
  }

  /// Where passes begin in the waveforms that were recorded.
  public var markers: ReportTable? { .markers((results + others).map { ($0.layer.name, "rs", $0.trace) }) }

  /// Every counter of every layer.
  public var counters: ReportTable {
    .counters(results.map { ($0.layer.name, "rs", $0.spec.memory.name, $0.counters) })
  }

  /// Machines against their memories.
  public var systems: SystemReports { SystemReports(results, energyTable: energyTable) }

  /// The published table beside the model's, where there is one.
  public var comparison: SiliconComparison? { comparison(of: ownResults) }

  /// The results behind the first memory.
  private var ownResults: [RowStationaryResult] { results.filter { $0.spec.memory == results[0].spec.memory } }

  /// The same, and once more with the layers that also ran under another mapping.
  private var comparisons: [(title: String, comparison: SiliconComparison)] {
    guard let comparison else { return [] }
    let first = (title: "Paper and model", comparison: comparison)
    guard !others.isEmpty else { return [first] }
    let mixed = ownResults.map { result in others.first { $0.layer.name == result.layer.name } ?? result }
    let names = others.map { "\($0.layer.name) as \($0.mapping.parameters.text)" }.joined(separator: ", ")
    return [first] + (self.comparison(of: mixed).map { [(title: "Paper and model, \(names)", comparison: $0)] } ?? [])
  }

  private func comparison(of results: [RowStationaryResult]) -> SiliconComparison? {
    let comparison = SiliconComparison(
      silicon,
      results.map {
        .init(
          name: $0.layer.name, totalMilliseconds: $0.totalMilliseconds,
          processingMilliseconds: $0.processingMilliseconds, activePEs: $0.mapping.activePEs,
          zeroFraction: $0.ifmapZeroFraction, glbBytes: $0.glbBytes, dramBytes: $0.linkBytes,
          uncompressedBytes: $0.mapping.offChipBytes)
      })
    return comparison.pairs.isEmpty ? nil : comparison
  }
}

// MARK: - Files

extension RowStationaryReport {
  /// `layers.csv`, `traffic.csv`, `counters.csv`, and `silicon.csv` where there is a published table.
  public var tables: [(name: String, table: ReportTable)] {
    [("layers", layers), ("traffic", traffic), ("counters", counters)]
      + (comparison.map { [("silicon", $0.table)] } ?? [])
  }

  /// `ofmap-02-conv2.npy`, if psums are saved.
  public func tensors(savesPsums: Bool) -> [(name: String, tensor: AnyTensor)] {
    guard savesPsums else { return [] }
    return results.enumerated().map { index, result in
      ("ofmap-" + RunDirectory.fileName(result.layer.name, number: index + 1), .int32(result.ofmap))
    }
  }

  /// The dataflow and the memory of each run.
  public var machines: [(dataflow: String, memory: String)] { results.map { ("rs", $0.spec.memory.name) } }
}

// MARK: - JSON

extension RowStationaryReport {
  /// `summary.json`: what each layer took, with all counters under `scope.name`.
  public var json: String {
    var members: [(String, JSONValue)] = [
      ("energy_unit", .string(energyTable.unit)),
      ("energy_source", .string(energyTable.source)), ("layers", .array(results.map(layer))),
      ("other_mappings", .array(others.map(layer))), ("systems", systems.json),
    ]
    if let comparison {
      members.append(
        (
          "silicon",
          .array(
            comparison.entries.map { entry in
              .object([
                ("layer", .string(entry.layer)), ("quantity", .string(entry.quantity.name)),
                ("unit", .string(entry.quantity.unit)), ("paper", .number(entry.published)),
                ("model", .number(entry.modelled)), ("error_percent", .number(100 * entry.error)),
                ("within_bound", .boolean(entry.holds)),
              ])
            })
        ))
    }
    if let sensitivity { members.append(("sensitivity", sensitivity.json)) }
    return summary(members)
  }

  private func layer(_ result: RowStationaryResult) -> JSONValue {
    let layer = result.layer
    let parameters = result.mapping.parameters
    let head: [(String, JSONValue)] = [
      ("layer", .string(layer.name)), ("dataflow", "rs"), ("memory", .string(result.spec.memory.name)),
      ("result", .string(Self.verdict(result.isRight))),
      ("differences", .array(result.differences.map { .string($0.description) })),
    ]
    let figures: [(String, JSONValue)] = [
      ("mapping", .object(parameters.named.map { ($0, .integer($1)) })),
      ("total_cycles", .integer(result.totalCycles)), ("processing_cycles", .integer(result.processingCycles)),
      ("total_ms", .number(result.totalMilliseconds)), ("processing_ms", .number(result.processingMilliseconds)),
      ("active_pes", .integer(result.mapping.activePEs)), ("macs", .integer(result.macs)),
      ("utilisation_percent", .number(result.utilisationPercent)),
      ("ifmap_zero_fraction", .number(result.ifmapZeroFraction)),
      ("ofmap_zero_fraction", .number(result.ofmapZeroFraction)), ("glb_bytes", .integer(result.glbBytes)),
      ("off_chip_bytes", .integer(result.linkBytes)), ("uncompressed_bytes", .integer(result.mapping.offChipBytes)),
      ("energy", .object(energy(of: result.accesses))),
      ("counters", result.counters.json), ("waveform_markers", .array((result.trace?.markers ?? []).map(\.json))),
    ]
    return .object(head + layer.shapeMembers + figures)
  }

  private func energy(of accesses: AccessCounts) -> [(String, JSONValue)] {
    StorageLevel.allCases.map { ($0.rawValue, .number(energyTable.energy(accesses, $0))) }
      + [("mac", .number(energyTable.macEnergy(accesses))), ("total", .number(energyTable.total(accesses)))]
  }
}

extension RowStationaryMapping.Parameters {
  /// Names and values in the order of Table III.
  var named: [(String, Int)] { [("m", m), ("n", n), ("e", e), ("p", p), ("q", q), ("r", r), ("t", t)] }
  /// Values in the order of Table III.
  var text: String { named.map { "\($0.1)" }.joined(separator: " ") }
}
