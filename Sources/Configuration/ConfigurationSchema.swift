/// The keys that a configuration may have, in the order in which they are printed.
public struct ConfigurationSchema: Sendable {
  /// A group of keys or one key, by its name in its parent.
  struct Node: Sendable {
    var name: String
    var path: String
    var key: ConfigurationKey?
    var children: [Node] = []

    func child(_ name: some StringProtocol) -> Node? { children.first { $0.name == name } }
  }

  /// The member that names a file whose members an object inherits.
  public static let baseName = "base"

  /// The keys, in the order of their declaration.
  public let keys: [ConfigurationKey]
  let root: Node

  /// A schema of these keys.
  ///
  /// A path may be declared once, and not both as a key and as a group; defaults must be legal values of their keys.
  public init(_ keys: [ConfigurationKey]) {
    self.keys = keys
    var root = Node(name: "", path: "")
    for key in keys {
      Self.insert(key, names: key.path.split(separator: ".")[...], into: &root)
      if case .value(let value) = key.defaultValue {
        precondition(key.type.accepts(value), "the default of '\(key.path)' is not legal")
      }
      if case .record(let inner) = key.type.element { _ = ConfigurationSchema(inner) }
    }
    self.root = root
  }

  private static func insert(_ key: ConfigurationKey, names: ArraySlice<Substring>, into node: inout Node) {
    guard let name = names.first else { preconditionFailure("a key has an empty path") }
    precondition(node.key == nil, "'\(node.path)' is both a key and a group")
    precondition(name != baseName, "'\(baseName)' is reserved for inheritance")
    let place = node.children.firstIndex { $0.name == name } ?? node.children.count
    if place == node.children.count {
      node.children.append(Node(name: String(name), path: node.path.isEmpty ? String(name) : "\(node.path).\(name)"))
    } else {
      precondition(names.count > 1, "'\(key.path)' is declared twice, or both as a key and as a group")
    }
    if names.count == 1 {
      node.children[place].key = key
    } else {
      insert(key, names: names.dropFirst(), into: &node.children[place])
    }
  }

  /// Resolves a file with its `base` files and references, and overrides `key.path=value` of which the last one wins.
  ///
  /// `file` may be nil: then only defaults and overrides count. `load` returns the bytes of a file; what it throws is
  /// reported at the place that refers to the file. A string where an object is expected names a file that holds the
  /// object, relative to the file in which it stands; it replaces what a base said there. Throws `ConfigurationError`.
  public func resolve(
    file: String?, overrides: [String], load: (String) throws -> [UInt8]
  ) throws(ConfigurationError) -> Configuration {
    var parsed: [ConfigurationOverride] = []
    for text in overrides { parsed.append(try ConfigurationOverride(text)) }
    return try resolve(file: file, overrides: parsed, load: load)
  }

  /// The same with overrides that options of a command line made.
  ///
  /// With `ignoringOtherKeys`, keys that the schema does not have are passed over: what decides on a schema is read so.
  public func resolve(
    file: String?, overrides: [ConfigurationOverride] = [], ignoringOtherKeys: Bool = false,
    load: (String) throws -> [UInt8]
  ) throws(ConfigurationError) -> Configuration {
    try withoutActuallyEscaping(load) { load throws(ConfigurationError) in
      var resolver = ConfigurationResolver(schema: self, file: file ?? "", load: load)
      resolver.ignoresOtherKeys = ignoringOtherKeys
      return try resolver.resolve(overrides: overrides)
    }
  }
}

extension ConfigurationType {
  /// The type of a list's elements; any other type itself.
  var element: ConfigurationType {
    if case .list(let element, _) = self { element.element } else { self }
  }

  /// Whether a value is legal.
  func accepts(_ value: ConfigurationValue) -> Bool {
    switch (self, value) {
    case (.integer(let range), .integer(let value)): range.contains(value)
    case (.number(let range), .number(let value)): range.contains(value)
    case (.boolean, .boolean), (.string, .string), (.path, .string): true
    case (.choice(let words), .string(let word)): words.contains(word)
    case (.list(let element, let count), .list(let values)):
      count.contains(values.count) && values.allSatisfy(element.accepts)
    default: false
    }
  }
}
