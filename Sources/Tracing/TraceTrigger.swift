import Signals
public import WaveFormats

/// A condition on signals that starts a trace: `array.state == drain`, `port.count >= 3 && port.valid == 1`.
///
/// Comparisons are `==`, `!=`, `<`, `<=`, `>`, `>=`; constants are labels of an enumeration, decimal, `0x` or `0b` numbers, or
/// reals for signals that hold such. All terms joined by `&&` must hold in one cycle.
public struct TraceTrigger: Sendable, Equatable {
  enum Relation: String, CaseIterable {
    case equal = "==", notEqual = "!=", lessOrEqual = "<=", greaterOrEqual = ">=", less = "<", greater = ">"

    func holds<Value: Comparable>(_ left: Value, _ right: Value) -> Bool {
      switch self {
      case .equal: left == right
      case .notEqual: left != right
      case .lessOrEqual: left <= right
      case .greaterOrEqual: left >= right
      case .less: left < right
      case .greater: left > right
      }
    }
  }

  struct Term: Sendable, Equatable {
    let signal: String
    let relation: Relation
    let constant: String
  }

  /// The condition as it was written.
  public let text: String
  let terms: [Term]

  /// Reads a condition; names and constants are looked up when the machine is known.
  public init(_ text: String) throws(WaveError) {
    self.text = text
    var terms: [Term] = []
    for part in Self.split(text, at: "&&") {
      guard let relation = Relation.allCases.first(where: { Self.split(part, at: $0.rawValue).count == 2 }) else {
        throw WaveError(
          file: "--trace-trigger '\(text)'", kind: .usage,
          "'\(part)' is no comparison such as array.state == drain (==, !=, <, <=, >, >=, joined by &&)")
      }
      let sides = Self.split(part, at: relation.rawValue)
      terms.append(Term(signal: sides[0], relation: relation, constant: sides[1]))
    }
    self.terms = terms
  }

  private static func split(_ text: String, at separator: String) -> [String] {
    var parts: [String] = [""]
    var rest = text[...]
    while !rest.isEmpty {
      if rest.hasPrefix(separator) {
        rest = rest.dropFirst(separator.count)
        parts.append("")
      } else {
        parts[parts.count - 1].append(rest.removeFirst())
      }
    }
    return parts.map { part in
      String(part.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
  }
}

/// A trigger that watches a machine: samples the signals of its condition, nothing else.
struct TriggerWatch {
  private enum Constant {
    /// A number whose order as unsigned is that of the values: signed ones have their sign bit turned.
    case integer(UInt64, signBit: UInt64)
    case real(Double)
  }

  private let terms: [(signal: Int, format: SignalFormat, relation: TraceTrigger.Relation, constant: Constant)]
  private var values: [UInt64]
  private var isKnown: [Bool]
  private var probe: Probe

  init(_ trigger: TraceTrigger, _ catalog: SignalCatalog) throws(WaveError) {
    let names = SignalNames(catalog)
    var handles: [SignalHandle] = []
    var terms: [(Int, SignalFormat, TraceTrigger.Relation, Constant)] = []
    for term in trigger.terms {
      let handle = try names.handle(named: term.signal, holding: term.constant)
      let format = catalog.declaration(of: handle).format
      terms.append((handles.count, format, term.relation, try Self.constant(term, format, trigger)))
      handles.append(handle)
    }
    self.terms = terms.map { (signal: $0.0, format: $0.1, relation: $0.2, constant: $0.3) }
    values = Array(repeating: 0, count: handles.count)
    isKnown = terms.map { $0.1 == .event }
    probe = Probe(catalog: catalog, selecting: handles)
  }

  /// Samples the condition's signals, and says whether it holds.
  mutating func holds(in machine: borrowing some ObservableMachine, domains: UInt8) -> Bool {
    for term in terms where term.format == .event { values[term.signal] = 0 }
    probe.sample(machine, domains: domains)
    for change in probe.sampler.changes {
      values[Int(change.signal)] = change.value
      isKnown[Int(change.signal)] = true
    }
    probe.sampler.removeAll()
    for term in terms where !isKnown[term.signal] || !Self.holds(values[term.signal], term.format, term) {
      return false
    }
    return true
  }

  private static func holds(
    _ value: UInt64, _ format: SignalFormat,
    _ term: (signal: Int, format: SignalFormat, relation: TraceTrigger.Relation, constant: Constant)
  ) -> Bool {
    switch term.constant {
    case .integer(let constant, let signBit):
      let bits = UInt64(format.bitCount)
      return term.relation.holds(value & (bits >= 64 ? .max : 1 << bits - 1) ^ signBit, constant)
    case .real(let constant):
      return term.relation.holds(format.number(value), constant)
    }
  }

  private static func constant(
    _ term: TraceTrigger.Term, _ format: SignalFormat, _ trigger: TraceTrigger
  ) throws(WaveError) -> Constant {
    let place = "--trace-trigger '\(trigger.text)'"
    switch format {
    case .enumeration(let table):
      if let value = table.labels.firstIndex(of: term.constant) { return .integer(UInt64(value), signBit: 0) }
      guard let value = integer(term.constant), value.sign >= 0, value.magnitude < UInt64(table.labels.count) else {
        throw WaveError(
          file: place, kind: .usage,
          "\(term.signal) is never '\(term.constant)'; it is one of \(table.labels.joined(separator: ", "))")
      }
      return .integer(value.magnitude, signBit: 0)
    case .real, .float32, .bfloat16, .fixedPoint:
      guard let value = Double(term.constant) else {
        throw WaveError(file: place, kind: .usage, "'\(term.constant)' is no number to compare \(term.signal) with")
      }
      return .real(value)
    case .text:
      throw WaveError(file: place, kind: .usage, "\(term.signal) is a text, which no condition can compare")
    case .bit, .event, .unsigned, .mask: return try whole(term, bits: format.bitCount, isSigned: false, place)
    case .signed(let bits): return try whole(term, bits: bits, isSigned: true, place)
    }
  }

  private static func whole(
    _ term: TraceTrigger.Term, bits: Int, isSigned: Bool, _ place: String
  ) throws(WaveError) -> Constant {
    let top: UInt64 = bits >= 64 ? .max : 1 << UInt64(bits) - 1
    let signBit: UInt64 = isSigned ? 1 << UInt64(bits - 1) : 0
    let largest = isSigned ? signBit - 1 : top
    guard let value = integer(term.constant), value.magnitude <= (value.sign < 0 ? signBit : largest) else {
      throw WaveError(
        file: place, kind: .usage,
        "\(term.signal) is never '\(term.constant)'; it is a number in \(isSigned ? "-\(signBit)" : "0")...\(largest)")
    }
    let pattern = value.sign < 0 ? (0 &- value.magnitude) & top : value.magnitude
    return .integer(pattern ^ signBit, signBit: signBit)
  }

  private static func integer(_ text: String) -> (sign: Int, magnitude: UInt64)? {
    let isNegative = text.hasPrefix("-")
    let digits = text.dropFirst(isNegative ? 1 : 0).filter { $0 != "_" }
    let magnitude: UInt64? =
      digits.hasPrefix("0x")
      ? UInt64(digits.dropFirst(2), radix: 16)
      : digits.hasPrefix("0b") ? UInt64(digits.dropFirst(2), radix: 2) : UInt64(digits)
    return magnitude.map { (isNegative && $0 > 0 ? -1 : 1, $0) }
  }
}

extension SignalFormat {
  /// The number that a pattern of a format with a fraction stands for.
  func number(_ pattern: UInt64) -> Double {
    switch self {
    case .real: return Double(bitPattern: pattern)
    case .float32: return Double(Float(bitPattern: UInt32(truncatingIfNeeded: pattern)))
    case .bfloat16: return Double(Float(bitPattern: UInt32(truncatingIfNeeded: pattern) << 16))
    case .fixedPoint(let bits, let fraction):
      let shift = UInt64(64 - bits)
      return Double(sign: .plus, exponent: -fraction, significand: Double(Int64(bitPattern: pattern << shift) >> shift))
    default: return Double(pattern)
    }
  }
}
