/// A pattern over signal names: `*` within a scope, `**` across scopes, `?` for one character.
public struct Glob: Sendable {
  private let pattern: [UInt8]

  /// Compiles a pattern.
  public init(_ pattern: String) {
    self.pattern = Array(pattern.utf8)
  }

  /// Whether the whole name, or one of the scopes that hold it, matches.
  public func matches(_ name: String) -> Bool {
    let name = Array(name.utf8)
    return matches(name[...], pattern[...])
  }

  private func matches(_ name: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>) -> Bool {
    guard let first = pattern.first else {
      return name.isEmpty || name.first == UInt8(ascii: ".")
    }
    if first == UInt8(ascii: "*") {
      let crossesScopes = pattern.dropFirst().first == UInt8(ascii: "*")
      let rest = pattern.dropFirst(crossesScopes ? 2 : 1)
      var tail = name
      while true {
        if matches(tail, rest) { return true }
        guard let next = tail.first, crossesScopes || next != UInt8(ascii: ".") else { return false }
        tail = tail.dropFirst()
      }
    }
    guard let next = name.first, first == next || (first == UInt8(ascii: "?") && next != UInt8(ascii: ".")) else {
      return false
    }
    return matches(name.dropFirst(), pattern.dropFirst())
  }
}
