/// One value of a JSON5 document, with the place where it starts.
public struct JSON5Value: Hashable, Sendable {
  /// What the value is.
  public indirect enum Content: Hashable, Sendable {
    case null
    case boolean(Bool)
    /// A number without fraction and exponent that an `Int` holds.
    case integer(Int)
    /// Any other number, infinities and NaN included.
    case number(Double)
    case string(String)
    case array([JSON5Value])
    /// Members in the order of the file; no two keys are equal.
    case object([JSON5Member])
  }

  /// What the value is.
  public var content: Content
  /// Where its first character stands.
  public var position: SourcePosition

  /// A value at a place.
  public init(_ content: Content, at position: SourcePosition) {
    self.content = content
    self.position = position
  }

  /// The value of a key, if this is an object that has it.
  public subscript(key: String) -> JSON5Value? {
    guard case .object(let members) = content else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// What a user calls this kind of value: `an object`, `the string "abc"`.
  public var phrase: String {
    switch content {
    case .null: "null"
    case .boolean(let value): value ? "true" : "false"
    case .integer(let value): "the number \(value)"
    case .number(let value): "the number \(value)"
    case .string(let value): "the string \(JSONValue.quoted(value))"
    case .array: "a list"
    case .object: "an object"
    }
  }

  /// The same tree for the JSON writer.
  public var json: JSONValue {
    switch content {
    case .null: .null
    case .boolean(let value): .boolean(value)
    case .integer(let value): .integer(value)
    case .number(let value): .number(value)
    case .string(let value): .string(value)
    case .array(let values): .array(values.map(\.json))
    case .object(let members): .object(members.map { ($0.key, $0.value.json) })
    }
  }
}

/// One key of an object, with the place of the key.
public struct JSON5Member: Hashable, Sendable {
  /// The key, unescaped.
  public var key: String
  /// Where the key stands.
  public var position: SourcePosition
  /// Its value.
  public var value: JSON5Value
}

/// A parsed JSON5 file (specification 1.0.0, spec.json5.org).
public struct JSON5Document: Hashable, Sendable {
  /// The file's name as the user gave it.
  public var file: String
  /// The one value of the file.
  public var root: JSON5Value

  /// Parses UTF-8 bytes; `file` names them in errors.
  ///
  /// Beyond the specification, two equal keys in one object and nesting past 128 levels are errors.
  public init(_ bytes: [UInt8], file: String) throws(ConfigurationError) {
    var parser = JSON5Parser(scanner: try JSON5Scanner(bytes, file: file))
    self.file = file
    root = try parser.document()
  }

  /// Parses a text.
  public init(text: String, file: String) throws(ConfigurationError) {
    try self.init(Array(text.utf8), file: file)
  }
}
