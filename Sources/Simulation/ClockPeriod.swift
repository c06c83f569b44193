public import Signals

/// A clock period as a rational number of femtoseconds.
///
/// Edge k falls at floor(k x numerator / denominator): 60 MHz against 200 MHz, or DDR4-2400, never drift.
public struct ClockPeriod: Hashable, Sendable, Codable {
  /// Femtoseconds, before division.
  public let numerator: UInt64
  /// What to divide by.
  public let denominator: UInt64

  /// `numerator / denominator` femtoseconds, which must be at least 1.
  public init(femtoseconds numerator: UInt64, dividedBy denominator: UInt64 = 1) {
    precondition(denominator > 0 && numerator >= denominator, "a clock period is at least one femtosecond")
    // In lowest terms: so that the products of `scaled` stay within 64 bits, where a division is cheap.
    let divisor = Self.greatestCommonDivisor(numerator, denominator)
    self.numerator = numerator / divisor
    self.denominator = denominator / divisor
  }

  private static func greatestCommonDivisor(_ left: UInt64, _ right: UInt64) -> UInt64 {
    right == 0 ? left : greatestCommonDivisor(right, left % right)
  }

  /// The period of a clock of `hertz` Hz, exactly.
  public init(hertz: UInt64) {
    precondition(hertz > 0, "a clock has a frequency")
    self.init(femtoseconds: 1_000_000_000_000_000, dividedBy: hertz)
  }

  /// The instant of rising edge `cycle`.
  @inlinable
  public func edge(_ cycle: Int) -> SimulationTime {
    SimulationTime(femtoseconds: scaled(UInt64(cycle), numerator, denominator))
  }

  /// What the floor in `edge` leaves over, in parts of a femtosecond: 1 / denominator each.
  @inlinable
  func fraction(of cycle: Int) -> UInt64 {
    let product = UInt64(cycle).multipliedFullWidth(by: numerator)
    return denominator.dividingFullWidth((product.high % denominator, product.low)).remainder
  }

  /// Cycles a second.
  public var hertz: Double { 1e15 * Double(denominator) / Double(numerator) }

  /// The instant of the falling edge within `cycle`: half a period behind the rising one.
  @inlinable
  public func fallingEdge(_ cycle: Int) -> SimulationTime {
    SimulationTime(femtoseconds: scaled(2 * UInt64(cycle) + 1, numerator, 2 * denominator))
  }

  /// The first edge that does not fall before `time`: the number of edges that do.
  @inlinable
  public func firstCycle(notBefore time: SimulationTime) -> Int {
    let cycle = Int(clamping: scaled(time.femtoseconds, denominator, numerator))
    // Rounding down may have lost one edge, never more.
    return edge(cycle) < time ? cycle + 1 : cycle
  }

  /// floor(value x numerator / denominator) without overflow in between; the end of time if it lies beyond.
  @inlinable
  func scaled(_ value: UInt64, _ numerator: UInt64, _ denominator: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: numerator)
    if product.high == 0 { return denominator == 1 ? product.low : product.low / denominator }
    return product.high < denominator ? denominator.dividingFullWidth(product).quotient : .max
  }
}

/// Blocks that share one clock.
public struct ClockDomain: Hashable, Sendable, Codable {
  /// Name in waveforms and reports: `core`, `link`, `memory`.
  public let name: String
  /// The distance of its edges.
  public let period: ClockPeriod

  /// A named clock.
  public init(name: String, period: ClockPeriod) {
    self.name = name
    self.period = period
  }
}

/// The clock domains whose edges fall on one instant, as a set of domain numbers.
public struct ClockEdges: OptionSet, Hashable, Sendable {
  /// One bit a domain.
  public let rawValue: UInt8

  /// The set of the domains whose bits are set.
  @inlinable
  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// The set that holds one domain.
  @inlinable
  public init(domain: Int) {
    self.init(rawValue: 1 << UInt8(domain))
  }

  /// Whether the domain has an edge.
  @inlinable
  public func contains(domain: Int) -> Bool {
    rawValue & (1 << UInt8(domain)) != 0
  }
}
