/// Walks over the scalars of a JSON5 text, counts lines and columns, and skips spaces and comments.
struct JSON5Scanner {
  let file: String
  private let scalars: [Unicode.Scalar]
  private var index = 0
  /// Where the next scalar stands.
  private(set) var position = SourcePosition(line: 1, column: 1)

  init(_ bytes: [UInt8], file: String) throws(ConfigurationError) {
    self.file = file
    var scalars: [Unicode.Scalar] = []
    scalars.reserveCapacity(bytes.count)
    var iterator = bytes.makeIterator()
    var decoder = UTF8()
    var isValid = true
    decoding: while true {
      switch decoder.decode(&iterator) {
      case .scalarValue(let scalar): scalars.append(scalar)
      case .emptyInput: break decoding
      case .error:
        isValid = false
        break decoding
      }
    }
    self.scalars = scalars
    guard !isValid else { return }
    while next() != nil {}
    let offset = scalars.reduce(0) { $0 + UTF8.width($1) }
    throw ConfigurationError(
      file: file, position: position, kind: .encoding, problem: "the text is not UTF-8 from byte \(offset) on",
      remedy: "save the file as UTF-8")
  }

  /// The next scalar, not consumed.
  var peek: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

  /// The scalar after the next one.
  private var peekSecond: Unicode.Scalar? { index + 1 < scalars.count ? scalars[index + 1] : nil }

  /// Consumes one scalar.
  @discardableResult
  mutating func next() -> Unicode.Scalar? {
    guard let scalar = peek else { return nil }
    index += 1
    // CR LF ends one line, not two.
    if Self.isLineTerminator(scalar), !(scalar == "\r" && peek == "\n") {
      position = SourcePosition(line: position.line + 1, column: 1)
    } else {
      position.column += 1
    }
    return scalar
  }

  /// Consumes the next scalar if it is this one.
  mutating func accept(_ scalar: Unicode.Scalar) -> Bool {
    guard peek == scalar else { return false }
    next()
    return true
  }

  /// Skips white space and comments (sections 7 and 8).
  mutating func skipSpaces() throws(ConfigurationError) {
    while let scalar = peek {
      if scalar == "/" {
        try skipComment()
      } else if Self.isSpace(scalar) || Self.isLineTerminator(scalar) {
        next()
      } else {
        return
      }
    }
  }

  private mutating func skipComment() throws(ConfigurationError) {
    let start = position
    switch peekSecond {
    case "/":
      while let scalar = peek, !Self.isLineTerminator(scalar) { next() }
    case "*":
      next()
      next()
      while peek != nil {
        if next() == "*", accept("/") { return }
      }
      throw fault("this comment has no end", at: start, remedy: "close it with */")
    default:
      throw fault("a '/' starts no comment here", at: start, remedy: "comments are // and /* */")
    }
  }

  static func isLineTerminator(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "\n" || scalar == "\r" || scalar == "\u{2028}" || scalar == "\u{2029}"
  }

  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\t", "\u{0B}", "\u{0C}", " ", "\u{A0}", "\u{FEFF}": true
    default: !scalar.isASCII && scalar.properties.generalCategory == .spaceSeparator
    }
  }

  /// A syntax error at a place.
  func fault(_ problem: String, at place: SourcePosition, remedy: String = "") -> ConfigurationError {
    ConfigurationError(file: file, position: place, kind: .syntax, problem: problem, remedy: remedy)
  }

  /// A syntax error about the next scalar: "expected X, found Y".
  func expected(_ what: String) -> ConfigurationError {
    fault("expected \(what), found \(peek.map(Self.name) ?? "the end of the file")", at: position)
  }

  private static func name(_ scalar: Unicode.Scalar) -> String {
    if isLineTerminator(scalar) { return "the end of the line" }
    let isPrintable = scalar.value >= 0x20 && scalar.value != 0x7F
    return isPrintable ? "'\(scalar)'" : "U+" + String(scalar.value, radix: 16, uppercase: true)
  }
}
