/// Checks one JSON5 value against a key's type.
struct ConfigurationDecoder {
  let source: ConfigurationResolver.Source
  let path: String
  let unit: String

  func decode(_ value: JSON5Value, as type: ConfigurationType) throws(ConfigurationError) -> ConfigurationValue {
    switch (type, value.content) {
    case (.integer(let range), .integer(let number)): return .integer(try check(number, range, value))
    case (.integer(let range), .number(let number)): return .integer(try whole(number, range, value))
    case (.number(let range), .integer(let number)): return .number(try check(Double(number), range, value))
    case (.number(let range), .number(let number)): return .number(try check(number, range, value))
    case (.boolean, .boolean(let flag)): return .boolean(flag)
    case (.string, .string(let text)): return .string(text)
    case (.choice(let words), .string(let word)): return .string(try check(word, words, value))
    case (.path, .string(let text)):
      return .string(FilePath.resolve(text, relativeTo: source.isOverride ? "" : source.name))
    case (.list(let element, let count), .array(let values)):
      return .list(try list(values, of: element, count: count, value))
    case (.list(let element, let count), _) where count.contains(1) && element.isPlain:
      // A lone value is a list of one.
      return .list([try decode(value, as: element)])
    case (.record(let keys), .object): return .record(try record(value, keys))
    default:
      throw fault(.wrongType, "\(path) is \(value.phrase), not \(type.noun)", value, remedy: "it takes \(type.phrase)")
    }
  }

  private func whole(
    _ number: Double, _ range: ClosedRange<Int>, _ value: JSON5Value
  ) throws(ConfigurationError) -> Int {
    if let exact = Int(exactly: number) { return try check(exact, range, value) }
    guard number.isFinite, abs(number) < 0x1p63 else {
      let nearest = number.isNaN ? nil : number > 0 ? range.upperBound : range.lowerBound
      throw fault(
        .outOfRange, "\(path) is \(number), not a whole number of 64 bits", value,
        remedy: "it takes \(range.phrase)" + (nearest.map { "; the nearest legal value is \($0)" } ?? ""))
    }
    let nearest = min(max(Int(number.rounded(.toNearestOrEven).clamped), range.lowerBound), range.upperBound)
    throw fault(
      .wrongType, "\(path) is \(number), not a whole number", value,
      remedy: "it takes \(range.phrase); the nearest legal value is \(nearest)")
  }

  private func check(_ number: Int, _ range: ClosedRange<Int>, _ value: JSON5Value) throws(ConfigurationError) -> Int {
    guard !range.contains(number) else { return number }
    let isAbove = number > range.upperBound
    let bound = isAbove ? range.upperBound : range.lowerBound
    let excess = isAbove ? UInt(bitPattern: number &- bound) : UInt(bitPattern: bound &- number)
    throw outOfRange("\(number)", excess: "\(excess)", isAbove, "\(bound)", range.phrase, value)
  }

  private func check(
    _ number: Double, _ range: ClosedRange<Double>, _ value: JSON5Value
  ) throws(ConfigurationError) -> Double {
    guard !range.contains(number) else { return number }
    guard !number.isNaN else { throw fault(.outOfRange, "\(path) is NaN", value, remedy: "it takes \(range.phrase)") }
    let isAbove = number > range.upperBound
    let bound = isAbove ? range.upperBound : range.lowerBound
    throw outOfRange("\(number)", excess: "\(abs(number - bound))", isAbove, "\(bound)", range.phrase, value)
  }

  private func outOfRange(
    _ number: String, excess: String, _ isAbove: Bool, _ bound: String, _ legal: String, _ value: JSON5Value
  ) -> ConfigurationError {
    let limit = "\(excess) \(isAbove ? "above the highest" : "below the lowest") legal value"
    let suffix = unit.isEmpty ? "" : " " + unit
    return fault(
      .outOfRange, "\(path) is \(number)\(suffix), \(limit) \(bound)", value,
      remedy: "it takes \(legal)\(suffix); the nearest legal value is \(bound)")
  }

  private func check(_ word: String, _ words: [String], _ value: JSON5Value) throws(ConfigurationError) -> String {
    guard !words.contains(word) else { return word }
    let guess = Spelling.nearest(to: word, among: words).map { "did you mean \(JSONValue.quoted($0))? " } ?? ""
    throw fault(
      .outOfRange, "\(path) is \(JSONValue.quoted(word)), which is none of its words", value,
      remedy: "\(guess)it takes \(words.joined(separator: ", "))")
  }

  private func list(
    _ values: [JSON5Value], of element: ConfigurationType, count: ClosedRange<Int>, _ value: JSON5Value
  ) throws(ConfigurationError) -> [ConfigurationValue] {
    guard count.contains(values.count) else {
      let isAbove = values.count > count.upperBound
      let bound = isAbove ? count.upperBound : count.lowerBound
      throw fault(
        .outOfRange,
        "\(path) has \(values.count) \(values.count == 1 ? "element" : "elements"), \(abs(values.count - bound)) too \(isAbove ? "many" : "few")",
        value,
        remedy: "it takes \(count.phrase)")
    }
    var decoded: [ConfigurationValue] = []
    for (index, item) in values.enumerated() {
      let inner = ConfigurationDecoder(source: source, path: "\(path)[\(index)]", unit: unit)
      decoded.append(try inner.decode(item, as: element))
    }
    return decoded
  }

  private func record(_ value: JSON5Value, _ keys: [ConfigurationKey]) throws(ConfigurationError) -> Configuration {
    let schema = ConfigurationSchema(keys)
    guard case .object(let members) = value.content else { preconditionFailure("a record is decoded from an object") }
    var resolver = ConfigurationResolver(schema: schema, file: source.name) { _ in throw NoFiles() }
    do {
      return try resolver.resolve(record: members, source: source)
    } catch {
      var error = error
      error.problem = "in \(path): \(error.problem)"
      error.position = error.position ?? (source.isOverride ? nil : value.position)
      throw error
    }
  }

  private func fault(
    _ kind: ConfigurationError.Kind, _ problem: String, _ value: JSON5Value, remedy: String
  ) -> ConfigurationError {
    ConfigurationError(
      file: source.name, position: source.isOverride ? nil : value.position, kind: kind, problem: problem,
      remedy: remedy)
  }
}

extension ConfigurationType {
  /// Whether a value of it is one word or number.
  fileprivate var isPlain: Bool {
    switch self {
    case .integer, .number, .boolean, .string, .choice, .path: true
    case .list, .record: false
    }
  }
}

/// Why a record cannot refer to other files.
struct NoFiles: Error, CustomStringConvertible {
  var description: String { "an object in a list cannot refer to other files" }
}

extension Double {
  /// Within the range of `Int`, as a Double that `Int` can hold.
  fileprivate var clamped: Double { Swift.min(Swift.max(self, -0x1p63), 0x1.fffffffffffffp62) }
}
