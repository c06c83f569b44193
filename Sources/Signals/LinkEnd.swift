/// Signals of a link, declared once in the block that reads them, as the block at the link's other end names them.
///
/// A machine lists its links' ends as data; `aliases(in:)` makes a second name of each signal from them.
public struct LinkEnd: Sendable {
  /// Scope that declares the signals.
  private let source: String
  /// The signal that is shown again; nil for all of the scope.
  private let signal: String?
  /// Scope of the block at the other end.
  private let scope: String
  /// The signal's name there; nil for its own.
  private let name: String?
  /// Scope within that block of each element; nil where an element has no other end.
  private let element: @Sendable (Extent, Int) -> String?

  /// All signals of the scope `link`, shown in the scope `end` too.
  public init(_ link: String, at end: String) {
    (source, signal, scope, name) = (link, nil, end, nil)
    element = { $0.scope(of: $1) }
  }

  /// One signal of `block`, shown as `name` in the block `end` too, by the same elements.
  public init(_ signal: String, of block: String, at end: String, as name: String) {
    (source, self.signal, scope, self.name) = (block, signal, end, name)
    element = { $0.scope(of: $1) }
  }

  /// One signal of `block`, shown as `name` by another element of the block `end`: that of `extent` whose number `neighbour`
  /// gives, or none.
  public init(
    _ signal: String, of block: String, at end: String, as name: String, in extent: Extent,
    neighbour: @escaping @Sendable (Int) -> Int?
  ) {
    (source, self.signal, scope, self.name) = (block, signal, end, name)
    element = { neighbour($1).flatMap(extent.scope) }
  }

  /// The second names of all signals of these ends that the blocks declare.
  public static func aliases(of ends: [LinkEnd], in blocks: [BlockDeclaration]) -> [SignalAlias] {
    ends.flatMap { end in
      blocks.enumerated().filter { $1.scope == end.source }.flatMap { block, declaration in
        declaration.columns.enumerated().flatMap { column, signal in
          end.aliases(of: signal, block: block, column: column)
        }
      }
    }
  }

  private func aliases(of column: SignalDeclaration, block: Int, column position: Int) -> [SignalAlias] {
    guard signal == nil || signal == column.name else { return [] }
    return (0..<column.extent.count).compactMap { number in
      let place = element(column.extent, number)
      guard column.extent == .single || place != nil else { return nil }
      return SignalAlias(
        name: [scope, place, name ?? column.name].compactMap { $0 }.joined(separator: "."),
        target: SignalHandle(block: block, column: position, element: number))
    }
  }
}
