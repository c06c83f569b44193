import Signals
public import WaveFormats

/// A view for machines that bring none of their own: a group a block in data-path order, states first, elements below.
///
/// Clocks come first; of a block with elements (PEs, lanes, banks) only the first row is open.
public struct DefaultView {
  private let layout: TraceLayout

  /// The view of what a layout traces.
  public init(_ layout: TraceLayout) {
    self.layout = layout
  }

  /// Groups and rows.
  public var view: WaveView {
    var items: [WaveItem] = layout.clocks.indices.map { .row(WaveRow(target: .clock($0))) }
    var byBlock: [[SignalHandle]] = Array(repeating: [], count: layout.catalog.blocks.count)
    for handle in layout.selection { byBlock[handle.block].append(handle) }
    for (block, handles) in byBlock.enumerated() where !handles.isEmpty {
      let scope = layout.catalog.blocks[block].scope
      items.append(.group(scope.isEmpty ? layout.top : scope, isOpen: true, self.items(of: handles)))
    }
    return WaveView(items: items)
  }

  private func items(of handles: [SignalHandle]) -> [WaveItem] {
    let own = handles.filter { layout.catalog.declaration(of: $0).extent == .single }
    let states = own.filter { isState($0) }
    var items = (states + own.filter { !isState($0) }).flatMap(rows(of:))
    var groups: [(name: String, handles: [SignalHandle])] = []
    for handle in handles {
      guard let name = group(of: handle) else { continue }
      if let place = groups.firstIndex(where: { $0.name == name }) {
        groups[place].handles.append(handle)
      } else {
        groups.append((name, [handle]))
      }
    }
    for (index, group) in groups.enumerated() {
      let inOrder = group.handles.sorted { ($0.element, $0.column) < ($1.element, $1.column) }
      let rows = inOrder.map { handle in
        WaveItem.row(WaveRow(handle, label: group.handles.count > 1 ? elementLabel(handle) : nil))
      }
      items.append(.group(group.name, isOpen: index == 0 && items.count < 12 && rows.count <= 32, rows))
    }
    return items
  }

  private func isState(_ handle: SignalHandle) -> Bool {
    if case .enumeration = layout.catalog.declaration(of: handle).format { return true }
    return false
  }

  /// A mask is shown as the number of its ones, and as a curve of it.
  private func rows(of handle: SignalHandle) -> [WaveItem] {
    switch layout.catalog.declaration(of: handle).format {
    case .mask(let bits) where bits > 1:
      [.row(WaveRow(handle)), .row(WaveRow(handle, style: .analog, colour: .green, height: 3))]
    case .real: [.row(WaveRow(handle, style: .analog, height: 3))]
    default: [.row(WaveRow(handle))]
    }
  }

  /// The group below a block that an element belongs to: a row of a grid, or the list.
  private func group(of handle: SignalHandle) -> String? {
    let extent = layout.catalog.declaration(of: handle).extent
    guard let scope = extent.scope(of: handle.element) else { return nil }
    switch extent {
    case .grid: return String(scope.prefix(upTo: scope.lastIndex(of: "_") ?? scope.endIndex))
    default: return String(scope.prefix { $0 != "_" })
    }
  }

  private func elementLabel(_ handle: SignalHandle) -> String {
    let declaration = layout.catalog.declaration(of: handle)
    return (declaration.extent.scope(of: handle.element).map { $0 + "." } ?? "") + declaration.name
  }
}
