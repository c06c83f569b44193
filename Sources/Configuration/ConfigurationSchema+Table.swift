/// The schema as a user reads it.
extension ConfigurationSchema {
  /// A table of all keys: key, type, default, range, unit and meaning, in aligned columns.
  public var table: String {
    let header = ["key", "type", "default", "range", "unit", "meaning"]
    let rows = [header] + Self.rows(keys, prefix: "")
    let widths = header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    var text = ""
    for row in rows {
      var line = ""
      for (cell, width) in zip(row, widths) { line += cell + String(repeating: " ", count: width - cell.count + 2) }
      while line.last == " " { line.removeLast() }
      text += line + "\n"
    }
    return text
  }

  private static func rows(_ keys: [ConfigurationKey], prefix: String) -> [[String]] {
    keys.flatMap { key -> [[String]] in
      let path = prefix + key.path
      let row = [path, key.type.name, key.defaultText, key.type.rangeText, key.unit, key.meaning]
      guard case .record(let inner) = key.type.element else { return [row] }
      return [row] + rows(inner, prefix: path + "[].")
    }
  }

  /// The same as JSON: a list of objects.
  public var json: JSONValue { .array(keys.map(Self.json)) }

  private static func json(_ key: ConfigurationKey) -> JSONValue {
    var members: [(String, JSONValue)] = [("key", .string(key.path)), ("type", .string(key.type.name))]
    switch key.defaultValue {
    case .value(let value): members.append(("default", value.json))
    case .absent: members.append(("required", false))
    case .required: members.append(("required", true))
    }
    switch key.type {
    case .integer(let range):
      members += [("minimum", .integer(range.lowerBound)), ("maximum", .integer(range.upperBound))]
    case .number(let range):
      members += [("minimum", .number(range.lowerBound)), ("maximum", .number(range.upperBound))]
    case .choice(let words): members.append(("words", .array(words.map { .string($0) })))
    case .list(let element, let count):
      members += [("minimum_count", .integer(count.lowerBound)), ("maximum_count", .integer(count.upperBound))]
      if case .record(let inner) = element { members.append(("keys", .array(inner.map(json)))) }
    case .record(let inner): members.append(("keys", .array(inner.map(json))))
    case .boolean, .string, .path: break
    }
    members += [("unit", .string(key.unit)), ("meaning", .string(key.meaning))]
    return .object(members)
  }
}

extension ConfigurationKey {
  /// The default as it would be written, `required`, or `-` for an optional key.
  var defaultText: String {
    switch defaultValue {
    case .value(.string(let text)): text.isEmpty ? "\"\"" : text
    case .value(let value): value.json.compactText
    case .absent: "-"
    case .required: "required"
    }
  }
}

extension ConfigurationType {
  /// The type's name in tables.
  var name: String {
    switch self {
    case .integer: "integer"
    case .number: "number"
    case .boolean: "boolean"
    case .string: "string"
    case .choice: "choice"
    case .path: "path"
    case .list(let element, _): "list of \(element.name)"
    case .record: "object"
    }
  }

  /// The type in a sentence, with its article.
  var noun: String {
    switch self {
    case .integer: "a whole number"
    case .number: "a number"
    case .boolean: "true or false"
    case .string: "a string"
    case .choice: "one of its words"
    case .path: "the path of a file"
    case .list: "a list"
    case .record: "an object"
    }
  }

  /// What is legal, in a sentence.
  var phrase: String {
    switch self {
    case .integer(let range): "a whole number, \(range.phrase)"
    case .number(let range): "a number, \(range.phrase)"
    case .choice(let words): words.joined(separator: ", ")
    case .list(let element, let count): "a list of \(count.phrase) elements, each \(element.noun)"
    case .boolean, .string, .path, .record: noun
    }
  }

  /// What is legal, in a table.
  var rangeText: String {
    switch self {
    case .integer(let range): range.phrase
    case .number(let range): range.phrase
    case .choice(let words): words.joined(separator: ", ")
    case .list(let element, let count):
      element.rangeText.isEmpty ? "\(count.phrase) elements" : "\(count.phrase) elements: \(element.rangeText)"
    case .boolean, .string, .path, .record: ""
    }
  }
}

extension ClosedRange<Int> {
  /// `1 to 8`, `0 or more`, `8`.
  var phrase: String {
    if lowerBound == upperBound { return "\(lowerBound)" }
    switch (lowerBound, upperBound) {
    case (.min, .max): return "any"
    case (_, .max): return "\(lowerBound) or more"
    case (.min, _): return "\(upperBound) or less"
    default: return "\(lowerBound) to \(upperBound)"
    }
  }
}

extension ClosedRange<Double> {
  /// `0.5 to 8.0`, `0.0 or more`.
  var phrase: String {
    switch (lowerBound.isInfinite, upperBound.isInfinite) {
    case (true, true): "any"
    case (false, true): "\(lowerBound) or more"
    case (true, false): "\(upperBound) or less"
    case (false, false): "\(lowerBound) to \(upperBound)"
    }
  }
}
