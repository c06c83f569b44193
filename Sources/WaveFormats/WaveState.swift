/// The values of all signals at one instant, kept up to date by applying step after step.
public struct WaveState: Sendable {
  /// What is declared.
  public let shapes: [SignalShape]
  private var values: [UInt64]
  private var unknown: [UInt64]
  /// Contents of texts and of vectors that are wider than 64 bits.
  private var contents: [[UInt8]]
  /// States of narrower vectors that have others than 0, 1, x and z.
  private var states: [Int: [UInt8]] = [:]
  /// Step in which each event last occurred.
  private var occurrence: [UInt64]
  private var stepNumber: UInt64 = 0

  /// Everything unknown.
  public init(_ hierarchy: WaveHierarchy) {
    shapes = hierarchy.signals
    values = Array(repeating: 0, count: shapes.count)
    unknown = Array(repeating: UInt64.max, count: shapes.count)
    contents = Array(repeating: [], count: shapes.count)
    occurrence = Array(repeating: 0, count: shapes.count)
  }

  /// Applies all changes of one instant.
  public mutating func apply(_ step: WaveStep) {
    stepNumber += 1
    for change in step.changes {
      let signal = Int(change.signal)
      guard signal < values.count else { continue }
      values[signal] = change.value
      unknown[signal] = change.unknown
      switch shapes[signal] {
      case .event: if change.value & 1 == 1 { occurrence[signal] = stepNumber }
      case .text: contents[signal] = Array(step.content(of: change))
      case .bits(let bits) where bits > 64: contents[signal] = Array(step.content(of: change))
      case .bits(let bits):
        if change.length > 0 {
          states[signal] = Array(step.content(of: change))
          unknown[signal] = step.packed(change, bits: bits).unknown
        } else if !states.isEmpty {
          states[signal] = nil
        }
      case .real: break
      }
    }
  }

  /// The current value of a signal.
  public func value(of signal: Int) -> WaveValue {
    switch shapes[signal] {
    case .event: .event(occurrence[signal] == stepNumber && stepNumber > 0)
    case .real: unknown[signal] == 0 ? .real(Double(bitPattern: values[signal])) : .none
    case .text: unknown[signal] == 0 ? .text(String(decoding: contents[signal], as: UTF8.self)) : .none
    case .bits(let bits) where bits > 64:
      contents[signal].isEmpty ? .none : .digits(Self.extended(contents[signal], to: bits))
    case .bits(let bits):
      if !states.isEmpty, let states = states[signal] {
        .digits(states)
      } else {
        .bits(values[signal], unknown: unknown[signal] & WaveValue.mask(bits), width: bits)
      }
    }
  }

  /// Digits extended on the left as the standard says: by 0 after a 0 or 1, else by the first digit.
  static func extended(_ digits: [UInt8], to width: Int) -> [UInt8] {
    guard digits.count < width, let first = digits.first else { return digits }
    return Array(repeating: BitState.filler(first), count: width - digits.count) + digits
  }
}

/// One value of a signal.
public enum WaveValue: Sendable, Hashable, CustomStringConvertible {
  /// No value yet.
  case none
  /// A vector of up to 64 bits; a bit set in `unknown` is x where it is 0 in the value, z where it is 1.
  case bits(UInt64, unknown: UInt64, width: Int)
  /// A wider vector, or one with other states, as digits 0 1 x z u w l h -, most significant first.
  case digits([UInt8])
  /// A number.
  case real(Double)
  /// A text.
  case text(String)
  /// Whether an event occurred in the last step.
  case event(Bool)

  /// The low `bits` bits set.
  static func mask(_ bits: Int) -> UInt64 { bits >= 64 ? UInt64.max : (1 << UInt64(max(bits, 0))) - 1 }

  /// Whether the value, or a bit of it, is unknown.
  public var hasUnknown: Bool {
    switch self {
    case .none: true
    case .bits(_, let unknown, _): unknown != 0
    case .digits(let digits): digits.contains { BitState.nearest($0).unknown == 1 }
    case .real, .text, .event: false
    }
  }

  /// The vector's digits, most significant first; nil for values that are not vectors.
  public var digits: [UInt8]? {
    switch self {
    case .bits(let value, let unknown, let width):
      (0..<width).reversed().map { bit in
        let isSet = value >> UInt64(bit) & 1 == 1
        if unknown >> UInt64(bit) & 1 == 1 { return isSet ? UInt8(ascii: "z") : UInt8(ascii: "x") }
        return isSet ? UInt8(ascii: "1") : UInt8(ascii: "0")
      }
    case .digits(let digits): digits
    case .none, .real, .text, .event: nil
    }
  }

  /// Hexadecimal for vectors (binary with unknown bits), else the number or the text itself.
  public var description: String {
    switch self {
    case .none: "x"
    case .bits(let value, 0, let width):
      width == 1 ? "\(value & 1)" : "0x" + String(value & Self.mask(width), radix: 16)
    case .bits, .digits: digits.map { ($0.count > 1 ? "0b" : "") + String(decoding: $0, as: UTF8.self) } ?? ""
    case .real(let value): "\(value)"
    case .text(let text): "\"\(text)\""
    case .event(let occurred): occurred ? "!" : "-"
    }
  }
}

// MARK: - Comparing

extension WaveValue {
  /// Whether two values say the same: vectors of different widths as numbers; a signal without a value is unknown.
  func isSame(as other: WaveValue) -> Bool {
    switch (self, other) {
    case (.real(let left), .real(let right)): left == right || left.isNaN && right.isNaN
    case (.none, .real(let value)), (.real(let value), .none): value.isNaN
    case (.none, .digits), (.none, .bits), (.digits, .none), (.bits, .none):
      (digits ?? other.digits ?? []).allSatisfy { $0 == BitState.x }
    case (.bits(let left, 0, _), .bits(let right, 0, _)): left == right
    case (.bits, .bits), (.bits, .digits), (.digits, .bits), (.digits, .digits):
      self == other || paired(with: other).allSatisfy { $0.0 == $0.1 }
    default: self == other
    }
  }

  /// Whether two values are equal in all bits that both know.
  func agrees(with other: WaveValue) -> Bool {
    switch (self, other) {
    case (.none, _), (_, .none): true
    case (.bits, .bits), (.bits, .digits), (.digits, .bits), (.digits, .digits):
      paired(with: other).allSatisfy { first, second in
        let (first, second) = (BitState.nearest(first), BitState.nearest(second))
        return first.unknown | second.unknown == 1 || first.value == second.value
      }
    default: isSame(as: other)
    }
  }

  /// The digits of two vectors side by side, the shorter extended.
  private func paired(with other: WaveValue) -> Zip2Sequence<[UInt8], [UInt8]> {
    let (left, right) = (digits ?? [], other.digits ?? [])
    let width = max(left.count, right.count)
    return zip(WaveState.extended(left, to: width), WaveState.extended(right, to: width))
  }
}
