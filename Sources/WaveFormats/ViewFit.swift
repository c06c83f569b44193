import Signals

/// Cuts a view down to the rows that a file holds, and to so few that GTKWave opens a large file within seconds.
///
/// GTKWave loads all changes of every row of a view, those of closed groups too. Where rows are left out, a comment says how
/// many there are and which scope of the tree holds them.
struct ViewFit {
  /// Rows of a view.
  static let mostRows = 400
  /// Rows directly in one group.
  static let mostRowsOfGroup = 32

  private let resolver: RowResolver

  init(_ layout: TraceLayout) {
    resolver = RowResolver(layout)
  }

  /// What the layouts of a view show: its overview and its details, or all at once where that is little.
  func layouts(of view: WaveView) -> [[WaveItem]] {
    let all = traced(view.detail)
    let rows = Self.rows(in: all)
    if (1...Self.mostRowsOfGroup).contains(rows) { return [Self.opened(all)] }
    return [traced(view.items), all].filter { !$0.isEmpty }.map { items in
      var room = Self.mostRows
      return limited(items, &room).items
    }
  }

  private static func rows(in items: [WaveItem]) -> Int {
    items.reduce(0) { rows, item in
      switch item {
      case .row: rows + 1
      case .group(_, _, let inner), .section(_, let inner): rows + Self.rows(in: inner)
      case .comment, .blank: rows
      }
    }
  }

  private static func opened(_ items: [WaveItem]) -> [WaveItem] {
    items.map { item in
      if case .group(let name, _, let inner) = item { .group(name, isOpen: true, opened(inner)) } else { item }
    }
  }

  /// The items without rows of signals that the file does not hold, and without groups that are empty then.
  private func traced(_ items: [WaveItem]) -> [WaveItem] {
    items.compactMap { item in
      switch item {
      case .row(let row):
        return resolver.resolve(row.target) == nil ? nil : item
      case .group(let name, let isOpen, let inner):
        let inner = traced(inner)
        return inner.isEmpty ? nil : .group(name, isOpen: isOpen, inner)
      case .section(let name, let inner):
        let inner = traced(inner)
        return inner.isEmpty ? nil : .section(name, inner)
      case .comment, .blank:
        return item
      }
    }
  }

  /// The items for which there is room, how many rows they have, and what stays outside; a group without rows does.
  private func limited(_ items: [WaveItem], _ room: inout Int) -> (items: [WaveItem], rows: Int, leftOut: LeftOut) {
    var (shown, rows, ownRows, leftOut) = ([WaveItem](), 0, 0, LeftOut())
    for item in items {
      switch item {
      case .row(let row) where room == 0 || ownRows == Self.mostRowsOfGroup:
        leftOut.add(scope(of: row))
      case .row:
        shown.append(item)
        (room, ownRows, rows) = (room - 1, ownRows + 1, rows + 1)
      case .group(let name, let isOpen, let inner):
        let inside = limited(inner, &room)
        guard inside.rows > 0 else {
          leftOut.add(inside.leftOut, of: name)
          continue
        }
        shown += leftOut.comments + [.group(name, isOpen: isOpen, inside.items)]
        leftOut = LeftOut()
        rows += inside.rows
      case .section(let name, let inner):
        let inside = limited(inner, &room)
        shown.append(.section(name, inside.items))
        rows += inside.rows
      case .comment, .blank:
        shown.append(item)
      }
    }
    return (shown + leftOut.comments, rows, leftOut)
  }

  /// The scope of a row's signal below the top.
  private func scope(of row: WaveRow) -> [Substring] {
    guard let (variable, _) = resolver.resolve(row.target) else { return [] }
    return resolver.layout.hierarchy.path(ofVariable: variable).split(separator: ".").dropFirst().dropLast()
  }
}

/// Rows for which a view has no room.
private struct LeftOut {
  private var count = 0
  /// The first and the last group that are left out as a whole.
  private var names: (first: String, last: String)?
  /// The scope that holds them all.
  private var scope: [Substring]?

  mutating func add(_ scope: [Substring]) {
    count += 1
    share(scope)
  }

  mutating func add(_ other: LeftOut, of group: String) {
    count += other.count
    if let scope = other.scope { share(scope) }
    names = (names?.first ?? group, group)
  }

  private mutating func share(_ other: [Substring]) {
    scope = scope.map { scope in zip(scope, other).prefix { $0 == $1 }.map(\.0) } ?? other
  }

  /// Two lines, each short enough for the names beside the waves.
  var comments: [WaveItem] {
    guard count > 0 else { return [] }
    let groups = names.map { $0.first == $0.last ? ": \($0.first)" : ": \($0.first) to \($0.last)" } ?? ""
    return [
      .comment("+ \(count) \(count == 1 ? "row" : "rows")\(groups)"),
      .comment("  append them from the tree: \((scope ?? []).joined(separator: "."))"),
    ]
  }
}
