/// The grammar of JSON5 over a scanner: values, objects, arrays (specification sections 2 to 4).
struct JSON5Parser {
  /// Deepest nesting of objects and arrays.
  static let depthLimit = 128

  var scanner: JSON5Scanner
  private var depth = 0

  init(scanner: JSON5Scanner) {
    self.scanner = scanner
  }

  /// The whole text: one value and nothing after it.
  mutating func document() throws(ConfigurationError) -> JSON5Value {
    let root = try value()
    try scanner.skipSpaces()
    guard scanner.peek == nil else { throw scanner.expected("the end of the file after its one value") }
    return root
  }

  private mutating func value() throws(ConfigurationError) -> JSON5Value {
    try scanner.skipSpaces()
    let position = scanner.position
    switch scanner.peek {
    case "{":
      return JSON5Value(.object(try nested { parser throws(ConfigurationError) in try parser.object() }), at: position)
    case "[":
      return JSON5Value(.array(try nested { parser throws(ConfigurationError) in try parser.array() }), at: position)
    case "\"", "'": return JSON5Value(.string(try string()), at: position)
    case .some(let scalar) where scalar == "+" || scalar == "-" || scalar == "." || ("0"..."9").contains(scalar):
      return JSON5Value(try number(), at: position)
    case .some(let scalar) where Self.startsIdentifier(scalar): return JSON5Value(try word(), at: position)
    default: throw scanner.expected("a value")
    }
  }

  private mutating func nested<Result>(
    _ body: (inout JSON5Parser) throws(ConfigurationError) -> Result
  ) throws(ConfigurationError) -> Result {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.depthLimit else {
      throw ConfigurationError(
        file: scanner.file, position: scanner.position, kind: .nesting,
        problem: "objects and lists are nested \(depth) deep, 1 more than the limit of \(Self.depthLimit)")
    }
    return try body(&self)
  }

  private mutating func object() throws(ConfigurationError) -> [JSON5Member] {
    scanner.next()
    var members: [JSON5Member] = []
    var places: [String: SourcePosition] = [:]
    while true {
      try scanner.skipSpaces()
      if scanner.accept("}") { return members }
      let position = scanner.position
      let key = try memberName()
      if let first = places.updateValue(position, forKey: key) {
        throw ConfigurationError(
          file: scanner.file, position: position, kind: .duplicateKey,
          problem: "the key '\(key)' is already set at \(first)", remedy: "delete one of the two")
      }
      try scanner.skipSpaces()
      guard scanner.accept(":") else { throw scanner.expected("':' after the key '\(key)'") }
      members.append(JSON5Member(key: key, position: position, value: try value()))
      try scanner.skipSpaces()
      if scanner.accept(",") { continue }
      guard scanner.peek == "}" else { throw scanner.expected("',' or '}'") }
    }
  }

  private mutating func array() throws(ConfigurationError) -> [JSON5Value] {
    scanner.next()
    var values: [JSON5Value] = []
    while true {
      try scanner.skipSpaces()
      if scanner.accept("]") { return values }
      values.append(try value())
      try scanner.skipSpaces()
      if scanner.accept(",") { continue }
      guard scanner.peek == "]" else { throw scanner.expected("',' or ']'") }
    }
  }

  private mutating func memberName() throws(ConfigurationError) -> String {
    switch scanner.peek {
    case "\"", "'": return try string()
    case .some(let scalar) where Self.startsIdentifier(scalar): return try identifier()
    default: throw scanner.expected("a key or '}'")
    }
  }

  private mutating func word() throws(ConfigurationError) -> JSON5Value.Content {
    let start = scanner.position
    switch try identifier() {
    case "true": return .boolean(true)
    case "false": return .boolean(false)
    case "null": return .null
    case "Infinity": return .number(.infinity)
    case "NaN": return .number(.nan)
    case let other: throw scanner.fault("'\(other)' is no value", at: start, remedy: "quote it if it is a string")
    }
  }
}
