/// One key with a value from the command line: `--set machine.array.rows=8`, or an option that sets a key.
public struct ConfigurationOverride: Hashable, Sendable {
  /// What the user wrote; errors begin with it.
  public let spelling: String
  private let path: String
  private let value: String
  /// Whether texts are taken as they are: an option's value needs no quotes.
  private let isLiteral: Bool

  /// An override `machine.array.rows=8`; throws `ConfigurationError` if it has no `=`.
  public init(_ text: String) throws(ConfigurationError) {
    guard let separator = text.firstIndex(of: "=") else {
      throw ConfigurationError(
        file: "--set \(text)", position: nil, kind: .override, problem: "an override needs a '='",
        remedy: "write --set key.path=value")
    }
    spelling = "--set \(text)"
    path = String(text[..<separator])
    value = String(text[text.index(after: separator)...])
    isLiteral = false
  }

  /// A key's value by an option that the user wrote as `spelling`.
  public init(path: String, value: String, spelling: String) {
    self.path = path
    self.value = value
    self.spelling = spelling
    isLiteral = true
  }

  /// Whether the schema has its key or group.
  func isKnown(to schema: ConfigurationSchema) -> Bool {
    var node: ConfigurationSchema.Node? = schema.root
    for name in path.split(separator: ".", omittingEmptySubsequences: false) { node = node?.child(name) }
    return node != nil
  }

  /// The override as a layer of nested objects with one member each.
  func layer(in schema: ConfigurationSchema) throws(ConfigurationError) -> ConfigurationResolver.Layer {
    let names = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    var node = schema.root
    for name in names {
      guard let child = node.child(name) else {
        throw fault(.unknownKey, "unknown key '\(path)'", remedy: schema.suggestion(for: name, in: node))
      }
      node = child
    }
    let start = SourcePosition(line: 1, column: 1)
    var content = JSON5Value(try parse(as: node.key?.type), at: start)
    for name in names.dropFirst().reversed() {
      content = JSON5Value(.object([JSON5Member(key: name, position: start, value: content)]), at: start)
    }
    return ConfigurationResolver.Layer(
      members: [JSON5Member(key: names[0], position: start, value: content)],
      source: ConfigurationResolver.Source(name: spelling, isOverride: true))
  }

  /// The value as the key's type reads it: texts need no quotes, a list no brackets; a group takes the path of a file.
  private func parse(as type: ConfigurationType?) throws(ConfigurationError) -> JSON5Value.Content {
    switch type {
    case nil where !value.hasPrefix("{"): return .string(value)
    case .string, .choice, .path:
      let isQuoted = !isLiteral && (value.hasPrefix("\"") || value.hasPrefix("'"))
      return isQuoted ? try json(value) : .string(value)
    case .list(let element, let count) where !value.hasPrefix("["):
      switch element {
      case .string, .choice, .path:
        let start = SourcePosition(line: 1, column: 1)
        return .array(value.split(separator: ",").map { JSON5Value(.string(String($0)), at: start) })
      default: return try json(count.contains(1) && !value.contains(",") ? value : "[\(value)]")
      }
    default: return try json(value)
    }
  }

  private func json(_ text: String) throws(ConfigurationError) -> JSON5Value.Content {
    do {
      return try JSON5Document(text: text, file: "").root.content
    } catch {
      throw fault(error.kind, "'\(text)' is no value of \(path): \(error.problem)", remedy: error.remedy)
    }
  }

  private func fault(_ kind: ConfigurationError.Kind, _ problem: String, remedy: String) -> ConfigurationError {
    ConfigurationError(file: spelling, position: nil, kind: kind, problem: problem, remedy: remedy)
  }
}
