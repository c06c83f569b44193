/// Finds the signal of an identifier code: by table for codes of up to three characters, which writers of dense codes use.
struct VCDCodes {
  /// Signal + 1 by code number; 0 for none.
  private(set) var dense: [UInt32] = []
  private var sparse: [UInt64: UInt32] = [:]
  /// Codes of more than 8 characters.
  private var long: [[UInt8]: UInt32] = [:]

  static let densest = 94 + 94 * 94 + 94 * 94 * 94

  /// The number of a code of up to three characters, in the order in which `VCDIdentifier` counts; nil for any other.
  static func number(_ code: some Collection<UInt8>) -> Int? {
    if code.count > 3 || code.isEmpty { return nil }
    var number = 0
    var weight = 1
    for byte in code {
      guard (33...126).contains(byte) else { return nil }
      number += (Int(byte) - 32) * weight
      weight *= 94
    }
    return number - 1
  }

  private static func packed(_ code: some Collection<UInt8>) -> UInt64? {
    code.count > 8 ? nil : code.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
  }

  /// The signal of a code, declared as `next` if it is new.
  mutating func signal(for code: [UInt8], orElse next: Int) -> Int {
    if let number = Self.number(code) {
      if number >= dense.count {
        dense.append(
          contentsOf: repeatElement(0, count: min(max(dense.count, number + 1 - dense.count, 256), Self.densest)))
      }
      if dense[number] == 0 { dense[number] = UInt32(next + 1) }
      return Int(dense[number]) - 1
    }
    if let known = signal(for: code[...]) { return known }
    if let key = Self.packed(code) { sparse[key] = UInt32(next) } else { long[code] = UInt32(next) }
    return next
  }

  /// The signal of a code; nil if it is not declared.
  func signal(for code: ArraySlice<UInt8>) -> Int? {
    if let number = Self.number(code) {
      return number < dense.count && dense[number] > 0 ? Int(dense[number]) - 1 : nil
    }
    return (Self.packed(code).map { sparse[$0] } ?? long[Array(code)]).map(Int.init)
  }
}
