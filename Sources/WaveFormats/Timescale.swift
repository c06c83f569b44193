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
    let compact = text.filter { !$0.isWhitespace }
    let digits = compact.prefix { $0.isASCII && $0.isNumber }
    let units = ["fs": -15, "ps": -12, "ns": -9, "us": -6, "ms": -3, "s": 0]
    guard let unit = units[compact.dropFirst(digits.count).lowercased()],
      let magnitude = ["": 0, "1": 0, "10": 1, "100": 2][String(digits)]
    else { return nil }
    self.init(exponent: unit + magnitude)
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
