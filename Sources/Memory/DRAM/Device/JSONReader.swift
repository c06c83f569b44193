/// A JSON value that remembers the line on which it began.
///
/// Foundation's reader drops duplicate keys and knows no lines; timing files deserve better messages.
struct JSONNode {
  let content: Content
  let line: Int

  indirect enum Content {
    case object([(key: String, value: JSONNode)])
    case array([JSONNode])
    case string(String)
    case number(Double)
    case boolean(Bool)
    case null
  }

  /// Members of an object, nil for anything else.
  var members: [(key: String, value: JSONNode)]? {
    if case .object(let members) = content { members } else { nil }
  }

  var elements: [JSONNode]? {
    if case .array(let elements) = content { elements } else { nil }
  }

  var text: String? {
    if case .string(let text) = content { text } else { nil }
  }

  var number: Double? {
    if case .number(let number) = content { number } else { nil }
  }

  /// What kind of value it is, for messages.
  var kind: String {
    switch content {
    case .object: "an object"
    case .array: "a list"
    case .string(let text): "the text \"\(text.prefix(20))\""
    case .number(let number): "the number \(number)"
    case .boolean(let value): "\(value)"
    case .null: "null"
    }
  }

  /// Parses a whole document.
  static func parse(_ bytes: [UInt8]) throws(DRAMError) -> JSONNode {
    var reader = JSONReader(bytes: bytes)
    let node = try reader.value(depth: 0)
    reader.skipBlanks()
    guard reader.isAtEnd else { throw reader.error("text after the end of the document") }
    return node
  }
}

private struct JSONReader {
  let bytes: [UInt8]
  var position = 0
  var line = 1

  init(bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position >= bytes.count }

  func error(_ problem: String) -> DRAMError { DRAMError(problem, at: "line \(line)") }

  mutating func skipBlanks() {
    while position < bytes.count {
      switch bytes[position] {
      case 10: line += 1
      case 32, 9, 13: break
      default: return
      }
      position += 1
    }
  }

  mutating func value(depth: Int) throws(DRAMError) -> JSONNode {
    guard depth < 32 else { throw error("nested deeper than 32 levels") }
    skipBlanks()
    guard position < bytes.count else { throw error("the file ends where a value is due") }
    let start = line
    switch bytes[position] {
    case UInt8(ascii: "{"): return JSONNode(content: .object(try object(depth: depth)), line: start)
    case UInt8(ascii: "["): return JSONNode(content: .array(try array(depth: depth)), line: start)
    case UInt8(ascii: "\""): return JSONNode(content: .string(try string()), line: start)
    default: return JSONNode(content: try word(), line: start)
    }
  }

  private mutating func object(depth: Int) throws(DRAMError) -> [(key: String, value: JSONNode)] {
    position += 1
    var members: [(key: String, value: JSONNode)] = []
    var seen: Set<String> = []
    if take(UInt8(ascii: "}")) { return members }
    while true {
      skipBlanks()
      guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { throw error("a key in quotes is due") }
      let key = try string()
      guard seen.insert(key).inserted else { throw error("the key \"\(key)\" occurs twice") }
      guard take(UInt8(ascii: ":")) else { throw error("a colon is due after \"\(key)\"") }
      members.append((key, try value(depth: depth + 1)))
      if take(UInt8(ascii: "}")) { return members }
      guard take(UInt8(ascii: ",")) else { throw error("a comma or } is due after \"\(key)\"") }
    }
  }

  private mutating func array(depth: Int) throws(DRAMError) -> [JSONNode] {
    position += 1
    var elements: [JSONNode] = []
    if take(UInt8(ascii: "]")) { return elements }
    while true {
      elements.append(try value(depth: depth + 1))
      if take(UInt8(ascii: "]")) { return elements }
      guard take(UInt8(ascii: ",")) else { throw error("a comma or ] is due") }
    }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    skipBlanks()
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func string() throws(DRAMError) -> String {
    position += 1
    var text: [UInt8] = []
    while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
      var byte = bytes[position]
      guard byte >= 32 else { throw error("a control character within quotes") }
      if byte == UInt8(ascii: "\\") {
        position += 1
        guard position < bytes.count, let plain = Self.escapes[bytes[position]] else {
          throw error("an escape other than \\\" \\\\ \\/ \\n \\t")
        }
        byte = plain
      }
      text.append(byte)
      position += 1
    }
    guard position < bytes.count else { throw error("the file ends within quotes") }
    position += 1
    return String(decoding: text, as: UTF8.self)
  }

  private static let escapes: [UInt8: UInt8] = [
    UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "\\"): UInt8(ascii: "\\"),
    UInt8(ascii: "/"): UInt8(ascii: "/"),
    UInt8(ascii: "n"): 10, UInt8(ascii: "t"): 9,
  ]

  private mutating func word() throws(DRAMError) -> JSONNode.Content {
    let start = position
    while position < bytes.count, !Self.ends(bytes[position]) { position += 1 }
    let word = String(decoding: bytes[start..<position], as: UTF8.self)
    switch word {
    case "true": return .boolean(true)
    case "false": return .boolean(false)
    case "null": return .null
    default:
      guard let number = Double(word), number.isFinite else { throw error("\"\(word.prefix(20))\" is no value") }
      return .number(number)
    }
  }

  private static func ends(_ byte: UInt8) -> Bool {
    byte <= 32 || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]")
      || byte == UInt8(ascii: ":")
  }
}
