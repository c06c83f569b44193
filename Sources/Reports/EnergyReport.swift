public import Mappings

/// Energy by layer, level and kind of data: counts of accesses times a table of costs.
public struct EnergyReport: Sendable {
  /// A layer with its accesses.
  public struct Layer: Sendable {
    /// What the report calls it.
    public var name: String
    /// Its accesses and MACs.
    public var counts: AccessCounts

    /// A layer by its parts.
    public init(_ name: String, _ counts: AccessCounts) { (self.name, self.counts) = (name, counts) }
  }

  /// The layers, in the order of the run.
  public let layers: [Layer]
  /// What an access costs.
  public let table: EnergyTable

  /// A report of some layers.
  public init(_ layers: [Layer], table: EnergyTable) { (self.layers, self.table) = (layers, table) }

  /// All of it, in the table's unit.
  public var total: Double { layers.reduce(0) { $0 + table.total($1.counts) } }

  /// One row a layer: energy of each level and of the MACs, their sum, and that sum for each MAC of the layer.
  public var byLevel: ReportTable {
    var report = ReportTable(
      [.init("layer")]
        + (StorageLevel.allCases.map(\.rawValue) + ["mac", "energy"]).map { .init($0, unit: table.unit, digits: 0) }
        + [.init("per_mac", unit: table.unit, digits: 2)])
    for layer in layers { report.append([.text(layer.name)] + cells(of: [layer.counts])) }
    if layers.count > 1 {
      report.append([.text("total")] + cells(of: layers.map(\.counts)))
      report.hasTotal = true
    }
    return report
  }

  /// One row a level and kind of data, over all layers: words read and written, energy and its share.
  public var byKind: ReportTable {
    var report = ReportTable([
      .init("level"), .init("data"), .init("reads", unit: "words"), .init("writes", unit: "words"),
      .init("energy", unit: table.unit, digits: 0), .init("share", unit: "%", digits: 1),
    ])
    let all = total
    func share(_ energy: Double) -> ReportTable.Cell { .number(all > 0 ? 100 * energy / all : 0) }
    for level in StorageLevel.allCases {
      for kind in TensorKind.allCases {
        let energy = layers.reduce(0) { $0 + table.energy($1.counts, level, kind) }
        let reads = layers.reduce(0) { $0 + $1.counts[level, kind].reads }
        let writes = layers.reduce(0) { $0 + $1.counts[level, kind].writes }
        report.append([
          .text(level.rawValue), .text(kind.rawValue), .integer(reads), .integer(writes), .number(energy),
          share(energy),
        ])
      }
    }
    let macs = layers.reduce(0) { $0 + table.macEnergy($1.counts) }
    report.append([.text("mac"), .empty, .empty, .empty, .number(macs), share(macs)])
    report.append([.text("total"), .empty, .empty, .empty, .number(all), share(all)])
    report.hasTotal = true
    return report
  }

  /// Both tables, and where the costs are from.
  public var text: String {
    """
    Energy by level
    \(byLevel.text)
    Energy by data
    \(byKind.text)
    Costs of \(table.wordBits) bits: DRAM \(plain(table.dram)), global buffer \(plain(table.globalBuffer)), array \
    \(plain(table.array)), spad \(plain(table.spad)); a MAC \(plain(table.mac8)) (8 bits) or \(plain(table.mac16)). Unit: \
    \(table.unit).
    Source: \(table.source).

    """
  }

  private func cells(of counts: [AccessCounts]) -> [ReportTable.Cell] {
    let levels = StorageLevel.allCases.map { level in counts.reduce(0) { $0 + table.energy($1, level) } }
    let macs = counts.reduce(0) { $0 + table.macEnergy($1) }
    let total = levels.reduce(macs, +)
    let all = counts.reduce(0) { $0 + $1.macs + $1.gatedMACs }
    return (levels + [macs, total]).map { .number($0) } + [all > 0 ? .number(total / Double(all)) : .empty]
  }

  private func plain(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? DecimalText.fixed(value, digits: 0) : "\(value)"
  }
}
