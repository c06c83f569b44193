/// A clock as a waveform shows it: rising edge k at offset + floor(k x numerator / denominator) femtoseconds, falling half way.
public struct WaveClock: Hashable, Sendable {
  /// How a clock appears in the file.
  public enum Display: Hashable, Sendable {
    /// A 1-bit signal with both edges: two lines and two time stamps a cycle.
    case edges
    /// A 64-bit number `<name>_cycle` that changes where samples are recorded, and no edges: cheap over long idle times.
    case counter
    /// Not at all.
    case hidden
  }

  /// Name of the clock's signal in the top scope: `clk`.
  public let name: String
  /// Numerator of the period in femtoseconds.
  public let periodNumerator: UInt64
  /// Denominator of the period in femtoseconds.
  public let periodDenominator: UInt64
  /// Femtoseconds from the start of the run to rising edge 0.
  public let offset: UInt64
  /// How it is shown.
  public let display: Display

  /// A clock of `numerator / denominator` femtoseconds; zeros are taken as 1.
  public init(
    name: String, periodNumerator: UInt64, periodDenominator: UInt64 = 1, offset: UInt64 = 0,
    display: Display = .edges
  ) {
    self.name = name
    self.periodNumerator = max(periodNumerator, 1)
    self.periodDenominator = max(periodDenominator, 1)
    self.offset = offset
    self.display = display
  }
}

/// Walks the edges of one clock: even edges rise, odd edges fall, without drift and without overflow.
struct ClockCursor {
  /// Number of the next edge, rising and falling counted together.
  private(set) var edge: UInt64 = 0
  /// When it falls, in femtoseconds; `UInt64.max` once past the end of time.
  private(set) var time: UInt64

  private let whole: UInt64
  private let part: UInt64
  private let divisor: UInt64
  private var remainder: UInt64 = 0
  private let offset: UInt64

  init(_ clock: WaveClock) {
    let (divisor, isTooLarge) = clock.periodDenominator.multipliedReportingOverflow(by: 2)
    self.divisor = isTooLarge ? UInt64.max : divisor
    (whole, part) = clock.periodNumerator.quotientAndRemainder(dividingBy: self.divisor)
    offset = clock.offset
    time = clock.offset
  }

  /// Whether the next edge rises.
  var rises: Bool { edge & 1 == 0 }

  /// Steps to the next edge.
  mutating func advance() {
    edge &+= 1
    let (sum, carries) = remainder.addingReportingOverflow(part)
    let wraps = carries || sum >= divisor
    remainder = wraps ? sum &- divisor : sum
    let (next, isPastTheEnd) = time.addingReportingOverflow(whole &+ (wraps ? 1 : 0))
    time = isPastTheEnd ? UInt64.max : next
  }

  /// Moves to the first edge later than `instant`, and returns the level that the clock then has at `instant`.
  mutating func skip(past instant: UInt64) -> Bool {
    guard instant >= offset else { return false }
    let elapsed = (instant - offset).multipliedFullWidth(by: divisor)
    let numerator = whole.multipliedReportingOverflow(by: divisor)
    let period = numerator.partialValue &+ part
    if !numerator.overflow, period > 0, elapsed.high < period {
      let reached = period.dividingFullWidth(elapsed).quotient
      // The estimate is at most the edge at or before the instant; the loop below makes it exact.
      edge = reached
      let product = reached.multipliedFullWidth(by: period)
      if product.high < divisor {
        let (quotient, rest) = divisor.dividingFullWidth(product)
        remainder = rest
        let (sum, isPastTheEnd) = quotient.addingReportingOverflow(offset)
        time = isPastTheEnd ? UInt64.max : sum
      }
    }
    while time <= instant, time != UInt64.max { advance() }
    return !rises
  }

  /// Number of the cycle that is running after the edges passed so far.
  var cycle: UInt64 { edge == 0 ? 0 : (edge - 1) / 2 }
}
