public import Configuration

/// One long option of a command, as data: parsing, help and error messages all follow from it.
public struct CommandOption: Sendable {
  /// What its values must be.
  public enum ValueType: Sendable, Equatable {
    /// Any text.
    case text
    /// A whole number within a range.
    case integer(ClosedRange<Int>)
    /// A number within a range.
    case number(ClosedRange<Double>)
    /// One of a closed set of words.
    case choice([String])
  }

  /// The name without its dashes.
  public let name: String
  /// What help calls its values, one for each; none for a switch.
  public let placeholders: [String]
  /// What each value must be. Values that set configuration keys are checked by the schema instead.
  public let type: ValueType
  /// Whether it may be given more than once.
  public let isRepeatable: Bool
  /// The configuration keys that its values set, one for each value; none for an option of the command's own.
  public let keys: [String]
  /// One sentence.
  public let meaning: String

  /// An option with everything said.
  public init(
    _ name: String, placeholders: [String], type: ValueType = .text, isRepeatable: Bool = false, keys: [String] = [],
    _ meaning: String
  ) {
    precondition(keys.isEmpty || keys.count == placeholders.count, "an option sets one key a value")
    self.name = name
    self.placeholders = placeholders
    self.type = type
    self.isRepeatable = isRepeatable
    self.keys = keys
    self.meaning = meaning
  }

  /// An option without a value.
  public static func flag(_ name: String, _ meaning: String) -> CommandOption {
    CommandOption(name, placeholders: [], meaning)
  }

  /// An option with one value of any text.
  public static func text(_ name: String, _ placeholder: String, _ meaning: String) -> CommandOption {
    CommandOption(name, placeholders: [placeholder], meaning)
  }

  /// An option with a whole number.
  public static func integer(_ name: String, _ range: ClosedRange<Int>, _ meaning: String) -> CommandOption {
    CommandOption(name, placeholders: ["N"], type: .integer(range), meaning)
  }

  /// An option with a number.
  public static func number(_ name: String, _ range: ClosedRange<Double>, _ meaning: String) -> CommandOption {
    CommandOption(name, placeholders: ["X"], type: .number(range), meaning)
  }

  /// An option with one of a set of words.
  public static func choice(_ name: String, _ words: [String], _ meaning: String) -> CommandOption {
    CommandOption(name, placeholders: [words.joined(separator: "|")], type: .choice(words), meaning)
  }

  /// An option that sets configuration keys, one for each of its values; its sentence is the schema's if it has one value.
  public static func setting(
    _ name: String, _ placeholders: [String], keys: [String], _ meaning: String
  ) -> CommandOption {
    CommandOption(name, placeholders: placeholders, keys: keys, meaning)
  }

  /// An option that sets one configuration key: placeholder and sentence are the schema's.
  public static func setting(_ name: String, _ key: String, in schema: ConfigurationSchema) -> CommandOption {
    guard let declared = schema.keys.first(where: { $0.path == key }) else {
      preconditionFailure("the schema has no key '\(key)'")
    }
    return CommandOption(
      name, placeholders: [declared.type.placeholder], keys: [key], declared.meaning + declared.limits)
  }

  /// `--set KEY=VALUE`, as often as one likes.
  public static let set = CommandOption(
    "set", placeholders: ["KEY=VALUE"], isRepeatable: true,
    "Sets a configuration key; the last one wins. `schema` lists the keys.")

  /// `--json`.
  public static let json = CommandOption.flag("json", "Prints JSON instead of text.")
}

extension ConfigurationType {
  fileprivate var placeholder: String {
    switch self {
    case .integer: "N"
    case .number: "X"
    case .boolean: "true|false"
    case .choice(let words): words.joined(separator: "|")
    case .path: "FILE"
    case .string: "TEXT"
    case .list, .record: "VALUE"
    }
  }
}

extension ConfigurationKey {
  /// ` (1 to 64 elements; default 1)`.
  fileprivate var limits: String {
    var parts: [String] = []
    if !type.range.isEmpty { parts.append(type.range + (unit.isEmpty ? "" : " " + unit)) }
    if case .value(let value) = defaultValue { parts.append("default \(value.text)") }
    return parts.isEmpty ? "" : " (\(parts.joined(separator: "; ")))"
  }
}

extension ConfigurationType {
  fileprivate var range: String {
    switch self {
    case .integer(let range):
      range.upperBound == .max ? "\(range.lowerBound) or more" : "\(range.lowerBound) to \(range.upperBound)"
    case .number(let range): "\(range.lowerBound) to \(range.upperBound)"
    case .boolean, .string, .choice, .path, .list, .record: ""
    }
  }
}

extension ConfigurationValue {
  fileprivate var text: String {
    if case .string(let text) = self { text.isEmpty ? "none" : text } else { json.compactText }
  }
}
