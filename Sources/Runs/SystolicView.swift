internal import Accelerators
internal import Mappings
internal import Signals
internal import WaveFormats

/// What a viewer shows of a systolic machine when it opens a trace: the data path from top to bottom.
///
/// About 28 rows fit a window, so control, utilisation, the memory port and one PE are open and all else is a click away.
struct SystolicView {
  private let catalog: SignalCatalog
  private let spec: SystolicSpec
  private let handles: [String: SignalHandle]

  init(_ machine: borrowing SystolicMachine) {
    catalog = SignalCatalog(machine)
    spec = machine.spec
    var handles: [String: SignalHandle] = [:]
    for handle in catalog.handles { handles[catalog.name(of: handle)] = handle }
    self.handles = handles
  }

  /// Groups and rows; rows of signals that are not traced are left out when the layout is written.
  var view: WaveView {
    WaveView(
      items: [
        .row(WaveRow(target: .clock(0))),
        group(
          "Control", isOpen: true,
          ["layer", "phase", "hold", "fold", "vector", "load_row", "enable"].map { "control.\($0)" }),
        group(
          "Loop indices", isOpen: false,
          ["group", "first_position", "first_product", "first_filter"].map { "control.\($0)" }),
        .group(
          "MACs a cycle, of \(spec.peCount) PEs", isOpen: true,
          handles["control.macs"].map {
            [.row(WaveRow($0)), .row(WaveRow($0, label: "utilisation", style: .analog, colour: .green, height: 4))]
          } ?? []),
        group(
          "Memory port", isOpen: true,
          [
            "memory_port.request.receive", "memory_port.request.write", "memory_port.request.address",
            "memory_port.response.receive",
          ]),
        block("Off-chip memory", "memory"), block("Transfers", "transfer_engine"), block("Prefetcher", "prefetcher"),
        group(
          "Ifmap scratchpad", isOpen: true, ["ifmap_spad.read", "ifmap_spad.vector", "ifmap_spad.conflict_cycles"]),
        group(
          "Filter scratchpad", isOpen: true, ["filter_spad.read", "filter_spad.vector", "filter_spad.conflict_cycles"]),
        block("West edge: \(rowOperand) by array row", "west"), block("North edge", "north"),
      ] + (0..<min(spec.rows, Self.mostRows)).map(peRow)
        + [block("Accumulator at the columns' feet", "accumulator"), block("Vector unit", "vector")],
      labelColours: [
        "mac": "dark green", "gated": "olive drab", "fill": "steel blue", "drain": "slate blue", "idle": "gray30",
        "waitIfmap": "firebrick", "waitFilter": "firebrick", "waitPsum": "firebrick", "waitOutput": "firebrick",
        "stream": "dark green", "load": "steel blue", "loadAndStream": "sea green", "frozen": "firebrick",
      ],
      openScopes: ["array"])
  }

  /// More rows of PEs than this are in the tree only.
  private static let mostRows = 32

  private var rowOperand: String { spec.dataflow == .inputStationary ? "filter" : "ifmap" }

  private func rows(_ names: [String]) -> [WaveItem] {
    names.compactMap { handles[$0].map { .row(WaveRow($0)) } }
  }

  private func group(_ name: String, isOpen: Bool, _ names: [String]) -> WaveItem {
    .group(name, isOpen: isOpen, rows(names))
  }

  /// Every signal below a scope, in the order of the catalog.
  private func block(_ name: String, _ scope: String) -> WaveItem {
    let inside = catalog.handles.filter {
      let path = catalog.blocks[$0.block].scope
      return path == scope || path.hasPrefix(scope + ".")
    }
    return .group(
      name, isOpen: false,
      inside.map { handle in
        let full = catalog.name(of: handle)
        return .row(WaveRow(handle, label: String(full.dropFirst(scope.count + 1))))
      })
  }

  /// One row of PEs, a group a PE; of the first row the first PE is open.
  private func peRow(_ row: Int) -> WaveItem {
    let inRow = catalog.handles.filter { handle in
      guard case .grid(_, _, let columns) = catalog.declaration(of: handle).extent else { return false }
      return catalog.blocks[handle.block].scope == "array" && handle.element / columns == row
    }
    let pes = (0..<spec.columns).map { column -> WaveItem in
      let registers = inRow.filter { $0.element % spec.columns == column }
        .sorted { place($0) < place($1) }
      return .group("PE \(row), \(column)", isOpen: row == 0 && column == 0, registers.map { .row(WaveRow($0)) })
    }
    return .group("PE row \(row)", isOpen: row == 0, pes)
  }

  /// What a PE did first, then operands and psums, each beside the element that it is.
  private func place(_ handle: SignalHandle) -> String {
    let name = catalog.declaration(of: handle).name
    return name == "label" ? "0" : name == "mac_fire" ? "1" : "2" + name
  }
}
