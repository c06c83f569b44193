public import Mappings

/// A machine's layers against its memory: why it waited, what it moved, what that cost, how far it is from its roofs.
///
/// One mechanism for every machine: its tables are made of `LayerAccount`s alone.
public struct SystemReport: Sendable {
  /// What the array is called.
  public let array: String
  /// What the memory is called.
  public let memory: String
  /// The most operations a second.
  public let peak: Double
  /// The most bytes a second over the chip's port, and over the memory's bus.
  public let portBandwidth, busBandwidth: Double
  /// What an access costs.
  public let energyTable: EnergyTable
  /// The layers in the order of the run; those that took no time are left out.
  public let layers: [LayerAccount]

  /// A machine with its layers.
  public init(
    array: String, memory: String, peak: Double, portBandwidth: Double, busBandwidth: Double, energyTable: EnergyTable,
    layers: [LayerAccount]
  ) {
    (self.array, self.memory) = (array, memory)
    (self.peak, self.energyTable) = (peak, energyTable)
    (self.portBandwidth, self.busBandwidth) = (portBandwidth, busBandwidth)
    self.layers = layers.filter { $0.cycles > 0 }
  }

  /// What the machine is called.
  public var machine: String { "\(array), \(memory)" }

  /// Energy by level, kind and layer.
  public var energy: EnergyReport { EnergyReport(layers.map { .init($0.name, $0.accesses) }, table: energyTable) }

  /// Both roofs of the machine and every layer below them.
  ///
  /// The slanted roof is the narrower of port and bus, and a layer's bytes are those that pass there.
  public var roofline: Roofline {
    let isPortNarrower = portBandwidth <= busBandwidth
    return Roofline(
      machine: machine, peak: peak, bandwidth: min(portBandwidth, busBandwidth),
      layers: layers.map {
        .init(
          $0.name, operations: $0.operations, bytes: isPortNarrower ? $0.portBytes : $0.movedBytes, seconds: $0.seconds)
      })
  }

  // MARK: Text and page

  /// The tables with a title each.
  private var sections: [(title: String, table: ReportTable)] {
    var sections = [
      ("Why it waited, in percent of all cycles, by root cause", waits), ("Off-chip bytes by kind", kinds),
    ]
    if layers.contains(where: { $0.rows != nil }) { sections.append(("DRAM rows", rows)) }
    return sections + [("Energy by level (\(energyTable.name))", energy.byLevel)]
  }

  /// The tables, as people read them.
  public var text: String {
    (sections.map { "\($0.title)\n\($0.table.text)" } + [roofline.text]).joined(separator: "\n")
  }

  /// Adds the tables and the roofline as a picture to a page.
  public func add(to page: inout HTMLReport) {
    for (title, table) in sections {
      page.heading(title)
      page.table(table)
    }
    page.table(energy.byKind)
    page.paragraph("Costs: \(energyTable.source). Unit: \(energyTable.unit).")
    page.heading("Roofline")
    page.picture(svg: roofline.svg)
    page.table(roofline.table)
    page.heading("Off-chip bytes by tensor")
    page.table(traffic)
  }
}

// MARK: - Tables

extension SystemReport {
  /// Where every cycle went: to work, or to waiting for something; a row a layer.
  public var waits: ReportTable {
    let causes = usedCauses
    var table = ReportTable(
      [.init("layer"), .init("cycles"), .init("working", unit: "%", digits: 1)]
        + causes.map { .init($0, unit: "%", digits: 1) })
    for layer in layers {
      let all = Double(layer.cycles)
      table.append(
        [.text(layer.name), .integer(layer.cycles), .number(100 * layer.workingCycles / all)]
          + causes.map { .number(100 * layer.cycles(of: $0) / all) })
    }
    return table
  }

  /// Causes for which some layer waited.
  var usedCauses: [String] {
    let all = layers.first?.waits.map(\.cause) ?? []
    return all.filter { cause in layers.contains { $0.cycles(of: cause) > 0 } }
  }

  /// What crossed the chip's border, in sum for each layer: useful bytes by kind, and what was moved beside them.
  public var kinds: ReportTable {
    var table = ReportTable(
      [.init("layer")]
        + ["weights", "activations", "psums", "of which refetched", "padding", "moved"].map {
          .init($0, unit: "bytes")
        } + [.init("useful", unit: "%", digits: 1)])
    func append(_ name: String, _ tensors: [LayerAccount.TensorBytes]) {
      func useful(_ kind: String) -> ReportTable.Cell {
        .integer(tensors.reduce(0) { $0 + ($1.kind == kind ? $1.useful : 0) })
      }
      let (all, moved) = (tensors.reduce(0) { $0 + $1.useful }, tensors.reduce(0) { $0 + $1.moved })
      table.append([
        .text(name), useful("weights"), useful("activations"), useful("psums"),
        .integer(tensors.reduce(0) { $0 + $1.refetched }), .integer(moved - all), .integer(moved),
        moved > 0 ? .number(100 * Double(all) / Double(moved)) : .empty,
      ])
    }
    for layer in layers { append(layer.name, layer.tensors) }
    if layers.count > 1 {
      append("total", layers.flatMap(\.tensors))
      table.hasTotal = true
    }
    return table
  }

  /// What crossed the chip's border, tensor by tensor.
  public var traffic: ReportTable {
    var table = ReportTable([
      .init("layer"), .init("machine"), .init("tensor"), .init("kind"), .init("useful", unit: "bytes"),
      .init("refetched", unit: "bytes"), .init("padding", unit: "bytes"), .init("moved", unit: "bytes"),
    ])
    for layer in layers {
      for tensor in layer.tensors {
        table.append([
          .text(layer.name), .text(machine), .text(tensor.tensor), .text(tensor.kind), .integer(tensor.useful),
          .integer(tensor.refetched), .integer(tensor.padding), .integer(tensor.moved),
        ])
      }
    }
    return table
  }

  /// What RD and WR found in the banks of a DRAM.
  public var rows: ReportTable {
    var table = ReportTable([
      .init("layer"), .init("row_hits"), .init("row_misses"), .init("row_conflicts"),
      .init("hit_rate", unit: "%", digits: 1),
    ])
    for layer in layers {
      guard let rows = layer.rows else { continue }
      let all = rows.hits + rows.misses + rows.conflicts
      table.append([
        .text(layer.name), .integer(rows.hits), .integer(rows.misses), .integer(rows.conflicts),
        all > 0 ? .number(100 * Double(rows.hits) / Double(all)) : .empty,
      ])
    }
    return table
  }
}

extension LayerAccount {
  /// Cycles that went to one cause.
  func cycles(of cause: String) -> Double { waits.first { $0.cause == cause }?.cycles ?? 0 }
}
