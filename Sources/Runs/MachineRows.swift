internal import Signals
internal import WaveFormats

/// The signals of a machine by name, and the rows and groups of a view made of them: what the views of all machines share.
///
/// Names that a machine does not have make no row; rows of signals that are not traced are left out when a layout is written.
struct MachineRows {
  let catalog: SignalCatalog
  private var targets: [String: WaveRow.Target] = [:]

  init(_ machine: borrowing some ObservableMachine) {
    catalog = SignalCatalog(machine)
    for handle in catalog.handles { targets[catalog.name(of: handle)] = .signal(handle) }
    for alias in catalog.aliases { targets[alias.name] = targets[alias.name] ?? .path(alias.name) }
  }

  /// A row of a signal by its name; none for a signal that the machine does not have.
  func row(
    _ name: String, _ label: String? = nil, style: WaveStyle = .automatic, colour: WaveColour = .standard,
    height: Int = 1
  ) -> [WaveItem] {
    targets[name].map {
      [.row(WaveRow(target: $0, label: label, style: style, colour: colour, height: height))]
    } ?? []
  }

  /// Rows of signals below a scope by their names, each under a label of its own.
  func rows(in scope: String, _ labelled: [(signal: String, label: String)]) -> [WaveItem] {
    labelled.flatMap { row("\(scope).\($0.signal)", $0.label) }
  }

  /// Rows of signals below a scope by their names.
  func rows(in scope: String, _ names: [String]) -> [WaveItem] {
    names.flatMap { row("\(scope).\($0)") }
  }

  /// Every signal below a scope, in the order of the catalog, but for those that are shown elsewhere.
  func block(_ name: String, _ scope: String, isOpen: Bool = false, without shown: Set<String> = []) -> WaveItem {
    let inside = catalog.handles.filter { handle in
      let path = catalog.blocks[handle.block].scope
      return (path == scope || path.hasPrefix(scope + "."))
        && !shown.contains(catalog.declaration(of: handle).name)
    }
    return .group(
      name, isOpen: isOpen,
      inside.map { handle in
        .row(WaveRow(handle, label: String(catalog.name(of: handle).dropFirst(scope.count + 1))))
      })
  }
}

// MARK: - What the views of all machines show

extension MachineRows {
  /// A number of busy PEs as a curve, and the number itself.
  func utilisation(_ name: String, of peCount: Int) -> WaveItem {
    .section(
      "MACs a cycle, of \(peCount) PEs",
      row(name, "MACs") + row(name, "utilisation", style: .analog, colour: .green, height: 4))
  }

  /// The busy PEs of each row, as a count of the ones of a mask and as a curve of it.
  func activePEs(rows: Int) -> WaveItem {
    let extent = Extent.list(prefix: "row", count: rows)
    return .group(
      "Active PEs by row", isOpen: false,
      (0..<rows).flatMap { number in
        row(
          "array.\(extent.scope(of: number) ?? "").active", "PE row \(number)", style: .analog, colour: .green,
          height: 2)
      })
  }

  /// Who moves what over the port to the off-chip memory.
  var memoryPort: WaveItem {
    .section(
      "Memory port",
      rows(
        in: "memory_port",
        [
          ("request.receive", "request taken"), ("request.tensor", "for tensor"), ("request.address", "address"),
          ("response.receive", "answer taken"),
        ]))
  }

  /// What a DRAM does, where there is one: its first channel's commands and data.
  var dram: WaveItem {
    .section(
      "DRAM, channel 0",
      rows(
        in: "memory.channel_0",
        [("command", "command"), ("bank", "bank"), ("outcome", "row outcome"), ("data", "data bus")])
        + row("memory.oldest_read", "oldest read waits for"))
  }

  /// What the vector unit is about: the layer that it executes or ends.
  var vectorUnit: WaveItem {
    .section(
      "Vector unit",
      rows(
        in: "vector",
        [("unit.operation", "operation"), ("unit.fire", "takes operands"), ("stores.receive", "block stored")]))
  }

  /// The rows of a grid of PEs, a group a PE; of the first row the first PE is open. `order` names signals that come first.
  func peRows(rows: Int, columns: Int, first order: [String]) -> [WaveItem] {
    var byPE = [[SignalHandle]](repeating: [], count: rows * columns)
    for handle in catalog.handles where catalog.blocks[handle.block].scope == "array" {
      guard case .grid(_, _, columns) = catalog.declaration(of: handle).extent else { continue }
      byPE[handle.element].append(handle)
    }
    return (0..<rows).map { row in
      let pes = (0..<columns).map { column -> WaveItem in
        let registers = byPE[row * columns + column].sorted { place($0, order) < place($1, order) }
        return .group("PE \(row), \(column)", isOpen: row == 0 && column == 0, registers.map { .row(WaveRow($0)) })
      }
      return .group("PE row \(row)", isOpen: row == 0, pes)
    }
  }

  /// What a PE did first, then its registers, each beside the element that it holds.
  private func place(_ handle: SignalHandle, _ order: [String]) -> String {
    let name = catalog.declaration(of: handle).name
    return order.firstIndex(of: name).map { "\(Character(UnicodeScalar(UInt8(65 + $0))))" } ?? "a" + name
  }

  /// Colours of labels, the same in every view.
  static let labelColours = [
    "mac": "dark green", "gated": "olive drab", "accumulate": "steel blue", "fill": "steel blue",
    "drain": "slate blue", "idle": "gray30", "waitIfmap": "firebrick", "waitFilter": "firebrick",
    "waitPsum": "firebrick", "waitOutput": "firebrick", "ACT": "dark blue", "RD": "dark green", "WR": "sienna",
    "PRE": "dark red", "PREA": "dark red", "REF": "purple", "REFpb": "purple", "read": "dark green", "write": "sienna",
    "hit": "dark green", "miss": "dark blue", "conflict": "dark red",
  ]
}
