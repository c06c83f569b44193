/// Resolves one configuration: files in layers, the first that has a key decides.
struct ConfigurationResolver {
  /// One object that says something about a group, with the file it stands in.
  struct Layer {
    var members: [JSON5Member]
    var source: Source
  }

  /// Where values stand: a file, or an override on the command line.
  struct Source {
    /// The file, or the override as the user wrote it.
    var name: String
    var isOverride = false
  }

  /// Longest chain of files that refer to each other.
  static let referenceLimit = 16

  let schema: ConfigurationSchema
  let file: String
  let load: (String) throws -> [UInt8]
  /// Whether keys that the schema does not have are passed over.
  var ignoresOtherKeys = false
  private var files: [String] = []

  init(schema: ConfigurationSchema, file: String, load: @escaping (String) throws -> [UInt8]) {
    self.schema = schema
    self.file = file
    self.load = load
  }

  mutating func resolve(overrides: [ConfigurationOverride]) throws(ConfigurationError) -> Configuration {
    var layers: [Layer] = []
    for override in overrides.reversed() where !ignoresOtherKeys || override.isKnown(to: schema) {
      layers.append(try override.layer(in: schema))
    }
    if !file.isEmpty {
      let document = try read(file, from: nil)
      layers += try expand(document.root, Source(name: file), chain: [file]).layers
    }
    let entries = try group(schema.root, layers)
    return Configuration(entries: entries, file: file, files: files)
  }

  /// Resolves one object that stands in a list.
  mutating func resolve(record members: [JSON5Member], source: Source) throws(ConfigurationError) -> Configuration {
    let entries = try group(schema.root, [Layer(members: members, source: source)])
    return Configuration(entries: entries, file: file, files: [])
  }

  // MARK: Groups

  private mutating func group(
    _ node: ConfigurationSchema.Node, _ layers: [Layer]
  ) throws(ConfigurationError) -> [Configuration.Entry] {
    if !ignoresOtherKeys { for layer in layers { try checkNames(of: layer, in: node) } }
    var entries: [Configuration.Entry] = []
    for child in node.children {
      let settings = layers.compactMap { layer in
        layer.members.first { $0.key == child.name }.map { (value: $0.value, source: layer.source) }
      }
      if let key = child.key {
        entries.append(try leaf(key, path: child.path, settings.first))
      } else {
        entries += try group(child, try merged(settings, path: child.path))
      }
    }
    return entries
  }

  private mutating func merged(
    _ settings: [(value: JSON5Value, source: Source)], path: String
  ) throws(ConfigurationError) -> [Layer] {
    var layers: [Layer] = []
    for setting in settings {
      let expansion = try expand(setting.value, setting.source, path: path, chain: [setting.source.name])
      layers += expansion.layers
      if expansion.replaces { break }
    }
    return layers
  }

  private func checkNames(of layer: Layer, in node: ConfigurationSchema.Node) throws(ConfigurationError) {
    for member in layer.members where node.child(member.key) == nil {
      throw ConfigurationError(
        file: layer.source.name, position: layer.source.isOverride ? nil : member.position, kind: .unknownKey,
        problem: "unknown key '\(node.path.isEmpty ? "" : node.path + ".")\(member.key)'",
        remedy: schema.suggestion(for: member.key, in: node))
    }
  }

  private func leaf(
    _ key: ConfigurationKey, path: String, _ setting: (value: JSON5Value, source: Source)?
  ) throws(ConfigurationError) -> Configuration.Entry {
    if let setting, !(setting.value.content == .null && key.defaultValue == .absent) {
      let source = setting.source
      let decoder = ConfigurationDecoder(source: source, path: path, unit: key.unit)
      let value = try decoder.decode(setting.value, as: key.type)
      let origin: Configuration.Origin =
        source.isOverride ? .override(source.name) : .file(source.name, setting.value.position)
      return Configuration.Entry(path: path, value: value, origin: origin)
    }
    switch key.defaultValue {
    case .value(let value): return Configuration.Entry(path: path, value: value, origin: .schema)
    case .absent: return Configuration.Entry(path: path, value: nil, origin: .schema)
    case .required:
      throw ConfigurationError(
        file: file.isEmpty ? "configuration" : file, position: nil, kind: .missing,
        problem: "the key '\(path)' is not set (\(key.meaning))", remedy: "it takes \(key.type.phrase)")
    }
  }

  // MARK: Files

  /// The layers of an object: itself, then its base; or those of the file that a string names, which replace others.
  private mutating func expand(
    _ value: JSON5Value, _ source: Source, path: String = "", chain: [String]
  ) throws(ConfigurationError) -> (layers: [Layer], replaces: Bool) {
    let position = source.isOverride ? nil : value.position
    switch value.content {
    case .object(var members):
      var layers: [Layer] = []
      if let place = members.firstIndex(where: { $0.key == ConfigurationSchema.baseName }) {
        let base = members.remove(at: place).value
        guard case .string = base.content else {
          throw ConfigurationError(
            file: source.name, position: base.position, kind: .wrongType,
            problem: "'base' is \(base.phrase), not the path of a file")
        }
        layers = try expand(base, source, path: path, chain: chain).layers
      }
      return ([Layer(members: members, source: source)] + layers, false)
    case .string(let reference):
      let name = FilePath.resolve(reference, relativeTo: source.isOverride ? "" : source.name)
      try checkChain(chain, name, source.name, position)
      let document = try read(name, from: (source.name, position))
      return (try expand(document.root, Source(name: name), path: path, chain: chain + [name]).layers, true)
    default:
      throw ConfigurationError(
        file: source.name, position: position, kind: .wrongType,
        problem: "\(path.isEmpty ? "the file" : path) is \(value.phrase), not an object or the path of a file")
    }
  }

  private func checkChain(
    _ chain: [String], _ name: String, _ file: String, _ position: SourcePosition?
  ) throws(ConfigurationError) {
    if chain.contains(name) {
      throw ConfigurationError(
        file: file, position: position, kind: .reference,
        problem: "files refer to each other in a circle: " + (chain + [name]).joined(separator: " -> "))
    }
    if chain.count >= Self.referenceLimit {
      throw ConfigurationError(
        file: file, position: position, kind: .reference,
        problem: "files refer to each other \(chain.count + 1) deep, 1 more than the limit of \(Self.referenceLimit)")
    }
  }

  private mutating func read(
    _ name: String, from place: (file: String, position: SourcePosition?)?
  ) throws(ConfigurationError) -> JSON5Document {
    let bytes: [UInt8]
    do {
      bytes = try load(name)
    } catch {
      throw ConfigurationError(
        file: place?.file ?? name, position: place?.position, kind: .reference,
        problem: place == nil ? "\(error)" : "cannot read \(name): \(error)")
    }
    if !files.contains(name) { files.append(name) }
    return try JSON5Document(bytes, file: name)
  }
}
