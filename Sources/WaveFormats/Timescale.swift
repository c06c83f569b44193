/// The length of one tick of a waveform file: 1, 10 or 100 of s, ms, us, ns, ps or fs.
public struct Timescale: Hashable, Sendable, CustomStringConvertible {
  /// The tick is 10 to this power seconds: -15 (1 fs) ... 2 (100 s).
  public let exponent: Int

  /// A tick of 10^exponent seconds; an exponent out of -15 ... 2 is moved to the nearer end.
  public init(exponent: Int) {
    self.exponent = min(max(exponent, -15), 2)
  }

  /// One femtosecond.
  public static let femtosecond = Timescale(exponent: -15)
  /// One picosecond.
  public static let picosecond = Timescale(exponent: -12)
  /// One nanosecond.
  public static let nanosecond = Timescale(exponent: -9)

  /// Femtoseconds in one tick.
  public var femtoseconds: UInt64 {
    (0..<(exponent + 15)).reduce(UInt64(1)) { power, _ in power * 10 }
  }

  /// `1ns`, `100ps`.
  public var description: String {
    let units = ["fs", "ps", "ns", "us", "ms", "s"]
    let position = exponent + 15
    let unit = min(position / 3, 5)
    return "1" + String(repeating: "0", count: position - unit * 3) + units[unit]
  }

  /// The tick that a text such as `1 ns`, `100ps` or `10us` names; nil if it names none.
  public init?(_ text: String) {
    guard let multiple = Self.multiple(text), multiple.count == 1 else { return nil }
    self = multiple.of
  }

  /// The longest tick of which a text names a whole number: `244ns` is 244 of 1 ns, `0.1ps` is one of 100 fs; nil if there is none.
  static func multiple(_ text: String) -> (count: UInt64, of: Timescale)? {
    let compact = text.filter { !$0.isWhitespace }
    let number = compact.prefix { $0.isASCII && $0.isNumber || $0 == "." }
    let units = ["zs": -21, "as": -18, "fs": -15, "ps": -12, "ns": -9, "us": -6, "ms": -3, "s": 0]
    let parts = number.split(separator: ".", omittingEmptySubsequences: false)
    let digits = number.isEmpty ? "1" : parts.joined()
    guard var exponent = units[compact.dropFirst(number.count).lowercased()], parts.count <= 2, digits.count < 20,
      var count = UInt64(digits), count > 0
    else { return nil }
    exponent -= parts.count == 2 ? parts[1].count : 0
    while count % 10 == 0, exponent < 2 { (count, exponent) = (count / 10, exponent + 1) }
    while exponent > 2, count < 1 << 32 { (count, exponent) = (count * 10, exponent - 1) }
    return (-15...2).contains(exponent) ? (count, Timescale(exponent: exponent)) : nil
  }

  /// 1 ns, 1 ps or 1 fs: the longest of them in which both edges of all clocks fall on whole ticks.
  ///
  /// A clock whose edges fall on no whole femtosecond is shown in picoseconds, rounded down, if its period is 1 ns or more, else in
  /// femtoseconds.
  public static func fitting(_ clocks: [WaveClock]) -> Timescale {
    let exponents = clocks.map { clock -> Int in
      let (period, remainder) = clock.periodNumerator.quotientAndRemainder(dividingBy: clock.periodDenominator)
      guard remainder == 0, period % 2 == 0 else { return period >= 1_000_000 ? -12 : -15 }
      for (exponent, tick) in [(-9, UInt64(1_000_000)), (-12, 1000)]
      where (period / 2) % tick == 0 && clock.offset % tick == 0 {
        return exponent
      }
      return -15
    }
    return Timescale(exponent: exponents.min() ?? -9)
  }
}
