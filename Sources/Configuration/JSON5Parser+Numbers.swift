/// Numbers (specification section 6): decimal, hexadecimal, signs, infinities and NaN.
extension JSON5Parser {
  /// A number; the scanner stands on its sign, point or first digit.
  mutating func number() throws(ConfigurationError) -> JSON5Value.Content {
    let start = scanner.position
    let isNegative = scanner.peek == "-"
    if isNegative || scanner.peek == "+" { scanner.next() }
    if let scalar = scanner.peek, Self.startsIdentifier(scalar) {
      switch try identifier() {
      case "Infinity": return .number(isNegative ? -.infinity : .infinity)
      case "NaN": return .number(.nan)
      case let other: throw scanner.fault("'\(other)' after a sign is no number", at: start)
      }
    }
    var digits = takeDigits()
    if digits == "0", scanner.peek == "x" || scanner.peek == "X" {
      scanner.next()
      return try hexadecimalNumber(isNegative: isNegative, start: start)
    }
    if digits.count > 1, digits.hasPrefix("0") {
      throw scanner.fault("a decimal number has no leading zeros", at: start, remedy: "octal numbers are not JSON5")
    }
    var isInteger = true
    if scanner.accept(".") {
      isInteger = false
      let fraction = takeDigits()
      guard !(digits.isEmpty && fraction.isEmpty) else { throw scanner.expected("digits of a number") }
      digits = (digits.isEmpty ? "0" : digits) + "." + (fraction.isEmpty ? "0" : fraction)
    }
    guard !digits.isEmpty else { throw scanner.expected("digits of a number") }
    if scanner.peek == "e" || scanner.peek == "E" {
      isInteger = false
      digits += try exponent()
    }
    try endNumber()
    let text = (isNegative ? "-" : "") + digits
    // "-0" keeps its sign only as a floating number.
    if isInteger, text != "-0", let value = Int(text) { return .integer(value) }
    guard let value = Double(text) else { throw scanner.fault("'\(text)' is no number", at: start) }
    return .number(value)
  }

  private mutating func exponent() throws(ConfigurationError) -> String {
    scanner.next()
    var text = "e"
    if scanner.accept("-") { text += "-" } else if scanner.accept("+") { text += "+" }
    let digits = takeDigits()
    guard !digits.isEmpty else { throw scanner.expected("digits of an exponent") }
    return text + digits
  }

  private mutating func hexadecimalNumber(
    isNegative: Bool, start: SourcePosition
  ) throws(ConfigurationError) -> JSON5Value.Content {
    var digits = ""
    while let scalar = scanner.peek, Self.hexadecimalDigit(scalar) != nil {
      digits.unicodeScalars.append(scalar)
      scanner.next()
    }
    guard !digits.isEmpty else { throw scanner.expected("hexadecimal digits after 0x") }
    try endNumber()
    let text = (isNegative ? "-" : "") + digits
    if let value = Int(text, radix: 16), !(isNegative && value == 0) { return .integer(value) }
    let sign = isNegative ? "-" : ""
    guard let value = Double(sign + "0x" + digits) else { throw scanner.fault("the number is no number", at: start) }
    return .number(value)
  }

  private mutating func takeDigits() -> String {
    var digits = ""
    while let scalar = scanner.peek, ("0"..."9").contains(scalar) {
      digits.unicodeScalars.append(scalar)
      scanner.next()
    }
    return digits
  }

  private func endNumber() throws(ConfigurationError) {
    guard let scalar = scanner.peek, Self.startsIdentifier(scalar) || ("0"..."9").contains(scalar) || scalar == "."
    else {
      return
    }
    throw scanner.expected("the end of the number")
  }
}
