/// Strings and identifiers (specification sections 3.1 and 5).
extension JSON5Parser {
  /// A quoted string; the scanner stands on its quote.
  mutating func string() throws(ConfigurationError) -> String {
    let start = scanner.position
    let quote = scanner.next()
    var text = String.UnicodeScalarView()
    while let scalar = scanner.peek {
      // U+2028 and U+2029 may stand in a string unescaped (section 5.2), line feeds may not.
      if scalar == "\n" || scalar == "\r" { break }
      let place = scanner.position
      scanner.next()
      if scalar == quote { return String(text) }
      if scalar == "\\" {
        if let escaped = try escape(at: place) { text.append(escaped) }
      } else {
        text.append(scalar)
      }
    }
    throw scanner.fault(
      "this string has no end on its line", at: start, remedy: "close it with \(quote.map(String.init) ?? "\"")")
  }

  /// The scalar that an escape stands for, or nil for an escaped end of line; the backslash is consumed.
  private mutating func escape(at place: SourcePosition) throws(ConfigurationError) -> Unicode.Scalar? {
    guard let scalar = scanner.next() else { throw scanner.expected("an escaped character") }
    switch scalar {
    case "b": return "\u{08}"
    case "f": return "\u{0C}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "v": return "\u{0B}"
    case "0":
      if let digit = scanner.peek, ("0"..."9").contains(digit) {
        throw scanner.fault("octal escapes are not JSON5", at: place, remedy: "write \\x00 to \\xFF")
      }
      return "\u{00}"
    case "1"..."9":
      throw scanner.fault("'\\\(scalar)' is no escape", at: place, remedy: "write \\x00 to \\xFF")
    case "x": return Unicode.Scalar(try hexadecimal(digits: 2, at: place))
    case "u": return try unicodeEscape(at: place)
    case "\r":
      _ = scanner.accept("\n")
      return nil
    case "\n", "\u{2028}", "\u{2029}": return nil
    default: return scalar
    }
  }

  /// `\uXXXX`, or two of them that form a surrogate pair; the `\u` is consumed.
  private mutating func unicodeEscape(at place: SourcePosition) throws(ConfigurationError) -> Unicode.Scalar {
    let unit = try hexadecimal(digits: 4, at: place)
    if let scalar = Unicode.Scalar(unit) { return scalar }
    if unit < 0xDC00, scanner.accept("\\"), scanner.accept("u") {
      let low = try hexadecimal(digits: 4, at: place)
      if (0xDC00...0xDFFF).contains(low),
        let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
      {
        return scalar
      }
    }
    throw scanner.fault(
      "the escape \\u\(String(unit, radix: 16, uppercase: true)) is half of a surrogate pair", at: place,
      remedy: "write both halves, or the character itself")
  }

  private mutating func hexadecimal(digits: Int, at place: SourcePosition) throws(ConfigurationError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<digits {
      guard let scalar = scanner.peek, let digit = Self.hexadecimalDigit(scalar) else {
        throw scanner.fault("the escape needs \(digits) hexadecimal digits", at: place)
      }
      scanner.next()
      value = value << 4 | digit
    }
    return value
  }

  static func hexadecimalDigit(_ scalar: Unicode.Scalar) -> UInt32? {
    switch scalar {
    case "0"..."9": scalar.value - 48
    case "a"..."f": scalar.value - 87
    case "A"..."F": scalar.value - 55
    default: nil
    }
  }

  /// An ECMAScript 5.1 IdentifierName.
  mutating func identifier() throws(ConfigurationError) -> String {
    var text = String.UnicodeScalarView()
    while let scalar = scanner.peek {
      let place = scanner.position
      var part = scalar
      if scalar == "\\" {
        scanner.next()
        guard scanner.accept("u") else { throw scanner.expected("'u' of an escape \\uXXXX") }
        part = try unicodeEscape(at: place)
        guard text.isEmpty ? Self.isLetter(part) : Self.continuesIdentifier(part) else {
          throw scanner.fault("the escaped character may not stand in a key", at: place, remedy: "quote the key")
        }
      } else {
        guard text.isEmpty ? Self.startsIdentifier(part) : Self.continuesIdentifier(part) else { break }
        scanner.next()
      }
      text.append(part)
    }
    return String(text)
  }

  static func startsIdentifier(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "\\" || isLetter(scalar)
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    if scalar == "$" || scalar == "_" { return true }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .letterNumber: return true
    default: return false
    }
  }

  private static func continuesIdentifier(_ scalar: Unicode.Scalar) -> Bool {
    if isLetter(scalar) || scalar == "\u{200C}" || scalar == "\u{200D}" { return true }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .decimalNumber, .connectorPunctuation: return true
    default: return false
    }
  }
}
