/// How numbers are written in texts.
public enum WaveRadix: String, Sendable, CaseIterable {
  /// Digits 0-9 a-f, no prefix.
  case hexadecimal
  /// Digits 0 1 x z.
  case binary
  /// Unsigned decimal.
  case unsigned
  /// Two's complement decimal.
  case signed
}

extension WaveHierarchy {
  /// The text of a value of a variable: the label of an enumeration, else a number in the given radix.
  public func text(of value: WaveValue, variable: Int, radix: WaveRadix = .hexadecimal) -> String {
    if let table = variables[variable].enumeration, case .bits(let bits, 0, _) = value,
      let label = enumerations[table].label(of: bits)
    {
      return label
    }
    return value.text(radix: radix)
  }
}

extension WaveValue {
  /// The value as text without quotes or prefix; vectors with unknown bits in binary, or a single x or z if all bits are alike.
  public func text(radix: WaveRadix) -> String {
    switch self {
    case .none: return "x"
    case .bits(let value, 0, let width):
      let value = value & WaveValue.mask(width)
      switch radix {
      case .hexadecimal:
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: max(0, (width + 3) / 4 - digits.count)) + digits
      case .binary: return binary(value, width: width)
      case .unsigned: return "\(value)"
      case .signed:
        let shift = UInt64(64 - min(max(width, 1), 64))
        return "\(Int64(bitPattern: value << shift) >> Int64(shift))"
      }
    case .bits, .digits:
      let digits = digits ?? []
      if let first = digits.first, first > 0x31, digits.allSatisfy({ $0 == first }) {
        return String(decoding: [first], as: UTF8.self)
      }
      let isNumber = digits.allSatisfy { $0 | 1 == 0x31 }
      return radix == .binary || !isNumber ? String(decoding: digits, as: UTF8.self) : Self.hexadecimal(digits)
    case .real(let value): return "\(value)"
    case .text(let text): return text
    case .event(let occurred): return occurred ? "!" : "-"
    }
  }

  private static func hexadecimal(_ digits: [UInt8]) -> String {
    let padded = Array(repeating: UInt8(ascii: "0"), count: (4 - digits.count % 4) % 4) + digits
    return stride(from: 0, to: padded.count, by: 4).map { start in
      String(padded[start..<start + 4].reduce(0) { $0 << 1 | Int($1 & 1) }, radix: 16)
    }.joined()
  }
}
