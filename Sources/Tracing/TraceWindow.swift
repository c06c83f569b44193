public import Signals
import Simulation
public import WaveFormats

/// A stretch of a run, in cycles of the machine's first clock or in time: `1000..2000`, `100..200ns`, `1us..2.5us`, `..500`.
public struct TraceWindow: Sendable, Equatable {
  /// One end of a window.
  public enum Bound: Sendable, Equatable {
    /// A cycle of the first clock.
    case cycle(Int)
    /// An instant.
    case time(SimulationTime)
  }

  /// Where it begins; nil at the start of the run.
  public let start: Bound?
  /// The last cycle, or the instant before which it ends; nil at the end of the run.
  public let end: Bound?

  /// A window by its ends.
  public init(start: Bound?, end: Bound?) {
    self.start = start
    self.end = end
  }

  /// The whole run.
  public static let everything = TraceWindow(start: nil, end: nil)

  /// Reads `start..end`; either end may be missing.
  public init(_ text: String) throws(WaveError) {
    guard let (first, last) = Self.parts(text) else {
      throw Self.failure(text, "a window is written start..end, such as 1000..2000 or 1us..2us")
    }
    // A unit behind both ends is that of both: 1000..2000ns.
    let unit = SimulationTime.unit(of: last) ?? ""
    let isBare = !first.isEmpty && first.allSatisfy { $0.isASCIIDigit || "._,".contains($0) }
    start = try first.isEmpty ? nil : Self.bound(isBare ? first + unit : first, of: text)
    end = try last.isEmpty ? nil : Self.bound(last, of: text)
    switch (start, end) {
    case (.time?, .cycle(let last)?):
      throw Self.failure(text, "\(last) is a cycle and the start is a time; write both alike")
    case (.cycle(let first)?, .cycle(let last)?) where last < first:
      throw Self.failure(text, "the last cycle \(last) comes before the first, \(first)")
    case (.time(let first)?, .time(let last)?) where last <= first:
      throw Self.failure(text, "the end does not come after the start")
    default: break
    }
  }

  /// Text before and after the dots: a decimal point stands between digits, the dots do not.
  private static func parts(_ text: String) -> (String, String)? {
    let bytes = Array(text.utf8)
    let dot = UInt8(ascii: ".")
    for index in bytes.indices.dropLast() where bytes[index] == dot && bytes[index + 1] == dot {
      let after = bytes[(index + 2)...]
      let first = String(decoding: bytes[..<index], as: UTF8.self).filter { !$0.isWhitespace }
      return (first, String(decoding: after, as: UTF8.self).filter { !$0.isWhitespace })
    }
    return nil
  }

  private static func bound(_ text: String, of window: String) throws(WaveError) -> Bound {
    if let cycle = Int(text.filter { $0 != "_" && $0 != "," }) {
      guard cycle >= 0 else { throw failure(window, "cycles are counted from 0") }
      return .cycle(cycle)
    }
    guard let time = SimulationTime(parsing: text) else {
      throw failure(window, "'\(text)' is neither a cycle nor a time in s, ms, us, ns, ps or fs")
    }
    return .time(time)
  }

  private static func failure(_ text: String, _ message: String) -> WaveError {
    WaveError(file: "--trace-window \(text)", kind: .usage, message)
  }

  /// The window in time: from the first edge of its first cycle up to the end of its last.
  func range(_ period: ClockPeriod) -> Range<SimulationTime> {
    let first: SimulationTime =
      switch start {
      case nil: .zero
      case .cycle(let cycle): Self.edge(cycle, period)
      case .time(let time): time
      }
    let last: SimulationTime =
      switch end {
      case nil: SimulationTime(femtoseconds: .max)
      case .cycle(let cycle): cycle == .max ? SimulationTime(femtoseconds: .max) : Self.edge(cycle + 1, period)
      case .time(let time): time
      }
    return first..<max(first, last)
  }

  /// The edge of a cycle, or the end of time where 64 bits do not reach it.
  private static func edge(_ cycle: Int, _ period: ClockPeriod) -> SimulationTime {
    let femtoseconds = Double(cycle) * Double(period.numerator) / Double(period.denominator)
    return femtoseconds < 1.8e19 ? period.edge(cycle) : SimulationTime(femtoseconds: .max)
  }
}

extension SimulationTime {
  /// Reads a time such as `2us`, `2.5 ns` or `100fs`, exactly; nil for anything else.
  init?(parsing text: String) {
    let compact = text.filter { !$0.isWhitespace && $0 != "_" }
    guard let unit = Self.unit(of: compact), let digits = Self.decimals[unit] else { return nil }
    let number = compact.dropLast(unit.count).split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(number.count), number.allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isASCIIDigit) }) else {
      return nil
    }
    let fraction = number.count == 2 ? number[1] : ""
    guard fraction.count <= digits,
      let whole = UInt64(String(number[0] + fraction) + String(repeating: "0", count: digits - fraction.count))
    else { return nil }
    self.init(femtoseconds: whole)
  }

  /// The unit that a time ends with; nil where there is none.
  static func unit(of text: String) -> String? {
    // `s` ends all of them and counts where nothing longer does.
    let known = ["fs", "ps", "ns", "us", "ms", "s"]
    return known.first { text.hasSuffix($0) }
  }

  /// Femtoseconds in each unit, as a power of ten.
  private static let decimals = ["fs": 0, "ps": 3, "ns": 6, "us": 9, "ms": 12, "s": 15]
}

extension Character {
  /// Whether it is one of 0 ... 9.
  var isASCIIDigit: Bool { isASCII && isNumber }
}
