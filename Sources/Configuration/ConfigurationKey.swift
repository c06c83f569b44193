/// What values a key takes, with its limits.
public indirect enum ConfigurationType: Hashable, Sendable {
  /// A whole number within a range.
  case integer(ClosedRange<Int>)
  /// A number within a range; NaN never is.
  case number(ClosedRange<Double>)
  /// true or false.
  case boolean
  /// Any text.
  case string
  /// One of a closed set of words.
  case choice([String])
  /// The path of a file, relative to the file that names it (overrides: to the working directory).
  case path
  /// A list of values of one type, and how many it takes.
  case list(of: ConfigurationType, count: ClosedRange<Int>)
  /// An object with keys of its own, for lists of objects; the keys' paths are relative to it.
  case record([ConfigurationKey])
}

/// One key of a configuration: its dotted path, what it takes, and what it means.
public struct ConfigurationKey: Hashable, Sendable {
  /// What a key has when no file and no override sets it.
  public enum Default: Hashable, Sendable {
    /// This value.
    case value(ConfigurationValue)
    /// Nothing: the key is optional, and its absence has a meaning of its own.
    case absent
    /// An error: the key must be set.
    case required
  }

  /// The dotted path, `machine.array.rows`.
  public var path: String
  /// What it takes.
  public var type: ConfigurationType
  /// What it has when nobody sets it.
  public var defaultValue: Default
  /// The unit of its value, or empty.
  public var unit: String
  /// One sentence.
  public var meaning: String

  /// A key with everything said.
  public init(
    _ path: String, _ type: ConfigurationType, default defaultValue: Default, unit: String = "", _ meaning: String
  ) {
    self.path = path
    self.type = type
    self.defaultValue = defaultValue
    self.unit = unit
    self.meaning = meaning
  }

  /// A whole number with a default.
  public static func integer(
    _ path: String, _ range: ClosedRange<Int>, default value: Int, unit: String = "", _ meaning: String
  ) -> ConfigurationKey {
    ConfigurationKey(path, .integer(range), default: .value(.integer(value)), unit: unit, meaning)
  }

  /// A number with a default.
  public static func number(
    _ path: String, _ range: ClosedRange<Double>, default value: Double, unit: String = "", _ meaning: String
  ) -> ConfigurationKey {
    ConfigurationKey(path, .number(range), default: .value(.number(value)), unit: unit, meaning)
  }

  /// A switch with a default.
  public static func boolean(_ path: String, default value: Bool, _ meaning: String) -> ConfigurationKey {
    ConfigurationKey(path, .boolean, default: .value(.boolean(value)), meaning)
  }

  /// A text with a default.
  public static func string(_ path: String, default value: String, _ meaning: String) -> ConfigurationKey {
    ConfigurationKey(path, .string, default: .value(.string(value)), meaning)
  }

  /// One of a closed set of words, with a default.
  public static func choice(
    _ path: String, _ words: [String], default value: String, _ meaning: String
  ) -> ConfigurationKey {
    ConfigurationKey(path, .choice(words), default: .value(.string(value)), meaning)
  }

  /// One of an enum's raw values, with a default.
  public static func choice<Choice: CaseIterable & RawRepresentable<String>>(
    _ path: String, _: Choice.Type, default value: Choice, _ meaning: String
  ) -> ConfigurationKey {
    choice(path, Choice.allCases.map(\.rawValue), default: value.rawValue, meaning)
  }

  /// The path of a file that may be absent.
  public static func path(_ path: String, _ meaning: String) -> ConfigurationKey {
    ConfigurationKey(path, .path, default: .absent, meaning)
  }
}

/// A decoded value.
public indirect enum ConfigurationValue: Hashable, Sendable {
  case integer(Int)
  case number(Double)
  case boolean(Bool)
  /// A text, a word of a choice, or a path.
  case string(String)
  case list([ConfigurationValue])
  case record(Configuration)

  /// The same value for the JSON writer.
  public var json: JSONValue {
    switch self {
    case .integer(let value): .integer(value)
    case .number(let value): .number(value)
    case .boolean(let value): .boolean(value)
    case .string(let value): .string(value)
    case .list(let values): .array(values.map(\.json))
    case .record(let configuration): configuration.json
    }
  }
}
