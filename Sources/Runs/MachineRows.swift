internal import Signals
internal import WaveFormats

/// The signals of a machine by name, and the rows and groups of a view made of them: what the views of all machines share.
///
/// Names that a machine does not have make no row; rows of signals that are not traced are left out when a layout is written.
struct MachineRows {
  let catalog: SignalCatalog
  private let handles: [String: SignalHandle]

  init(_ machine: borrowing some ObservableMachine) {
    catalog = SignalCatalog(machine)
    var handles: [String: SignalHandle] = [:]
    for handle in catalog.handles { handles[catalog.name(of: handle)] = handle }
    self.handles = handles
  }

  /// A signal by its name.
  subscript(name: String) -> SignalHandle? { handles[name] }

  /// Rows of signals by their names.
  func rows(_ names: [String]) -> [WaveItem] {
    names.compactMap { handles[$0].map { .row(WaveRow($0)) } }
  }

  /// A group of signals by their names.
  func group(_ name: String, isOpen: Bool, _ names: [String]) -> WaveItem {
    .group(name, isOpen: isOpen, rows(names))
  }

  /// A group of signals below a scope by their names, each under a label of its own.
  func group(_ name: String, isOpen: Bool, in scope: String, _ labelled: [(label: String, signal: String)]) -> WaveItem
  {
    .group(
      name, isOpen: isOpen,
      labelled.compactMap { label, signal in
        handles["\(scope).\(signal)"].map { .row(WaveRow($0, label: label)) }
      })
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

  /// A number of busy PEs, as a number and as a curve.
  func utilisation(_ name: String, of peCount: Int) -> WaveItem {
    .group(
      "MACs a cycle, of \(peCount) PEs", isOpen: true,
      handles[name].map {
        [.row(WaveRow($0)), .row(WaveRow($0, label: "utilisation", style: .analog, colour: .green, height: 4))]
      } ?? [])
  }

  /// More rows of PEs than this are in the tree only.
  private static let mostPERows = 32

  /// The rows of a grid of PEs, a group a PE; of the first row the first PE is open. `order` names signals that come first.
  func peRows(rows: Int, columns: Int, first order: [String]) -> [WaveItem] {
    var byPE = [[SignalHandle]](repeating: [], count: rows * columns)
    for handle in catalog.handles where catalog.blocks[handle.block].scope == "array" {
      guard case .grid(_, _, columns) = catalog.declaration(of: handle).extent else { continue }
      byPE[handle.element].append(handle)
    }
    return (0..<min(rows, Self.mostPERows)).map { row in
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

  /// Colours of PE-cycle labels, the same in every view.
  static let labelColours = [
    "mac": "dark green", "gated": "olive drab", "accumulate": "steel blue", "fill": "steel blue",
    "drain": "slate blue", "idle": "gray30", "waitIfmap": "firebrick", "waitFilter": "firebrick",
    "waitPsum": "firebrick", "waitOutput": "firebrick",
  ]
}
