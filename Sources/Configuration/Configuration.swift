/// A resolved configuration: a value for every key that has one, and where it came from.
///
/// Asking for a key that the schema does not have, or as another type than the schema says, is a mistake of the program
/// and stops it; whatever a user writes has been checked before.
public struct Configuration: Hashable, Sendable {
  /// Where a value came from.
  public enum Origin: Hashable, Sendable {
    /// Nobody set it.
    case schema
    /// A file, and where in it.
    case file(String, SourcePosition)
    /// An override, as it was written: `--set key=value`, `--stride 2`.
    case override(String)
  }

  /// One key with its value, nil where an optional key is absent.
  public struct Entry: Hashable, Sendable {
    /// The dotted path.
    public var path: String
    /// Its value.
    public var value: ConfigurationValue?
    /// Where the value came from.
    public var origin: Origin
  }

  /// Every key of the schema, in the schema's order.
  public let entries: [Entry]
  /// The file that was resolved; empty if there was none.
  public let file: String
  /// All files that took part, in the order of their first reading.
  public let files: [String]
  private let places: [String: Int]

  init(entries: [Entry], file: String, files: [String]) {
    self.entries = entries
    self.file = file
    self.files = files
    places = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.path, $0) })
  }

  private func entry(_ path: String) -> Entry {
    guard let place = places[path] else { preconditionFailure("the schema has no key '\(path)'") }
    return entries[place]
  }

  /// The value of a key, or nil if it is absent.
  public func value(_ path: String) -> ConfigurationValue? { entry(path).value }

  /// Whether an optional key has a value.
  public func has(_ path: String) -> Bool { value(path) != nil }

  /// The whole number of a key.
  public func integer(_ path: String) -> Int { present(optionalInteger(path), path) }

  /// The number of a key.
  public func number(_ path: String) -> Double { present(optionalNumber(path), path) }

  /// The switch of a key.
  public func boolean(_ path: String) -> Bool {
    guard case .boolean(let value)? = value(path) else { preconditionFailure("'\(path)' is no present boolean") }
    return value
  }

  /// The text, word or path of a key.
  public func string(_ path: String) -> String { present(optionalString(path), path) }

  /// The enum case of a choice that was declared from the same enum.
  public func choice<Choice: RawRepresentable<String>>(_ path: String, as _: Choice.Type = Choice.self) -> Choice {
    present(Choice(rawValue: string(path)), path)
  }

  /// The whole number of an optional key.
  public func optionalInteger(_ path: String) -> Int? {
    switch value(path) {
    case nil: return nil
    case .integer(let value): return value
    default: preconditionFailure("'\(path)' is no integer")
    }
  }

  /// The number of an optional key.
  public func optionalNumber(_ path: String) -> Double? {
    switch value(path) {
    case nil: return nil
    case .number(let value): return value
    default: preconditionFailure("'\(path)' is no number")
    }
  }

  /// The text, word or path of an optional key.
  public func optionalString(_ path: String) -> String? {
    switch value(path) {
    case nil: return nil
    case .string(let value): return value
    default: preconditionFailure("'\(path)' is no string")
    }
  }

  /// The elements of a list; none if the key is absent.
  public func list(_ path: String) -> [ConfigurationValue] {
    switch value(path) {
    case nil: return []
    case .list(let values): return values
    default: preconditionFailure("'\(path)' is no list")
    }
  }

  /// The whole numbers of a list.
  public func integers(_ path: String) -> [Int] {
    list(path).map {
      if case .integer(let value) = $0 { value } else { preconditionFailure("not integers: '\(path)'") }
    }
  }

  /// The numbers of a list.
  public func numbers(_ path: String) -> [Double] {
    list(path).map { if case .number(let value) = $0 { value } else { preconditionFailure("not numbers: '\(path)'") } }
  }

  /// The texts of a list.
  public func strings(_ path: String) -> [String] {
    list(path).map { if case .string(let value) = $0 { value } else { preconditionFailure("not strings: '\(path)'") } }
  }

  /// The objects of a list of records.
  public func records(_ path: String) -> [Configuration] {
    list(path).map { if case .record(let value) = $0 { value } else { preconditionFailure("not records: '\(path)'") } }
  }

  private func present<Value>(_ value: Value?, _ path: String) -> Value {
    guard let value else { preconditionFailure("'\(path)' has no value") }
    return value
  }

  /// Where a key's value came from.
  public func origin(of path: String) -> Origin { entry(path).origin }

  /// An error about a key's value, at the place where it was set: for checks that need more than one key.
  public func fault(_ path: String, _ problem: String, remedy: String = "") -> ConfigurationError {
    let place: (file: String, position: SourcePosition?) =
      switch entry(path).origin {
      case .schema: (file.isEmpty ? "configuration" : file, nil)
      case .file(let name, let position): (name, position)
      case .override(let spelling): (spelling, nil)
      }
    return ConfigurationError(
      file: place.file, position: place.position, kind: .outOfRange, problem: "\(path) \(problem)", remedy: remedy)
  }

  /// All keys with a value as nested JSON objects, defaults included, in the schema's order.
  ///
  /// Read back through the same schema from the working directory it resolves to the same values: paths are already
  /// resolved.
  public var json: JSONValue {
    Self.object(entries.compactMap { entry in entry.value.map { (entry.path.split(separator: ".")[...], $0.json) } })
  }

  private static func object(_ members: [(path: ArraySlice<Substring>, value: JSONValue)]) -> JSONValue {
    var result: [(String, JSONValue)] = []
    var names: Set<Substring> = []
    for member in members {
      guard let name = member.path.first, names.insert(name).inserted else { continue }
      if member.path.count == 1 {
        result.append((String(name), member.value))
      } else {
        let inner = members.filter { $0.path.first == name }.map { (path: $0.path.dropFirst(), value: $0.value) }
        result.append((String(name), object(inner)))
      }
    }
    return .object(result)
  }
}
