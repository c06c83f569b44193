/// An ordered JSON tree; its text is the same bytes every time.
///
/// Members keep their order. Integers are printed exactly, other numbers as the shortest decimal that reads back as the
/// same binary64. JSON has no infinities and no NaN: they are written as `null`.
public indirect enum JSONValue: Sendable, Equatable {
  case null
  case boolean(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([(String, JSONValue)])

  /// Equal kinds, values and order of members; NaN equals NaN.
  public static func == (left: JSONValue, right: JSONValue) -> Bool {
    left.compactText == right.compactText
  }

  /// Printable ASCII and everything beyond, quoted and escaped as JSON needs it (RFC 8259 section 7).
  public static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{00}"..."\u{1F}", "\u{7F}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// On one line.
  public var compactText: String {
    var text = ""
    write(to: &text, indent: nil)
    return text
  }

  /// Over several lines, two spaces a level, lists of plain values on one line, a line feed at the end.
  public var text: String {
    var text = ""
    write(to: &text, indent: 0)
    return text + "\n"
  }

  private var isPlain: Bool {
    switch self {
    case .null, .boolean, .integer, .number, .string: true
    case .array(let values): values.isEmpty
    case .object(let members): members.isEmpty
    }
  }

  private func write(to text: inout String, indent: Int?) {
    switch self {
    case .null: text += "null"
    case .boolean(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value): text += value.isFinite ? value.description : "null"
    case .string(let value): text += Self.quoted(value)
    case .array(let values): Self.writeArray(values, to: &text, indent: indent)
    case .object(let members): Self.writeObject(members, to: &text, indent: indent)
    }
  }

  private static func writeArray(_ values: [JSONValue], to text: inout String, indent: Int?) {
    let inner = values.allSatisfy(\.isPlain) ? nil : indent.map { $0 + 2 }
    text += "["
    for (index, value) in values.enumerated() {
      if index > 0 { text += inner == nil && indent != nil ? ", " : "," }
      breakLine(inner, in: &text)
      value.write(to: &text, indent: inner)
    }
    if inner != nil { breakLine(indent, in: &text) }
    text += "]"
  }

  private static func writeObject(_ members: [(String, JSONValue)], to text: inout String, indent: Int?) {
    let inner = indent.map { $0 + 2 }
    text += "{"
    for (index, (key, value)) in members.enumerated() {
      if index > 0 { text += "," }
      breakLine(inner, in: &text)
      text += quoted(key) + (inner == nil ? ":" : ": ")
      value.write(to: &text, indent: inner)
    }
    if !members.isEmpty { breakLine(indent, in: &text) }
    text += "}"
  }

  private static func breakLine(_ indent: Int?, in text: inout String) {
    guard let indent else { return }
    text += "\n" + String(repeating: " ", count: indent)
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// A string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A whole number.
  public init(integerLiteral value: Int) { self = .integer(value) }
  /// A number.
  public init(floatLiteral value: Double) { self = .number(value) }
  /// true or false.
  public init(booleanLiteral value: Bool) { self = .boolean(value) }
  /// An array.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// An object whose members keep this order.
  public init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(elements) }
}
