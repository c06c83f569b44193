/// The scopes that are open while declarations are read.
///
/// A scope that is opened again is the same place in the tree; one without a name is none of its own.
struct ScopeStack {
  private struct Place: Hashable {
    let parent: Int?
    let name: String
  }

  /// The deepest nesting that is read, so that paths cannot fill the memory.
  static let deepest = 10_000

  private var known: [Place: Int] = [:]
  private var path: [Int?] = []

  /// The innermost open scope; nil at the root.
  var current: Int? { path.last ?? nil }

  /// How many scopes are open.
  var depth: Int { path.count }

  /// Opens a scope within the current one, and declares it if it is new.
  mutating func open(_ name: String, _ kind: ScopeKind, in hierarchy: inout WaveHierarchy) {
    let parent = current
    guard !name.isEmpty else { return path.append(parent) }
    let place = Place(parent: parent, name: name)
    if known[place] == nil {
      known[place] = hierarchy.scopes.count
      hierarchy.scopes.append(WaveHierarchy.Scope(name: name, kind: kind, parent: parent))
    }
    path.append(known[place])
  }

  /// Closes the innermost scope; false if none is open.
  mutating func close() -> Bool { path.popLast() != nil }
}
