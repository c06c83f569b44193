/// An instant of simulated time, in femtoseconds since the start of the run.
///
/// Femtoseconds are fine enough that clock periods such as 1/60 MHz are off by less than a part in 10^9 an edge, and clock
/// domains count edges rationally (`ClockPeriod`), so that nothing drifts. 64 bits last five hours of simulated time.
public struct SimulationTime: Hashable, Comparable, Sendable {
  /// Femtoseconds since the start of the run.
  public var femtoseconds: UInt64

  /// The instant `femtoseconds` after the start.
  @inlinable
  public init(femtoseconds: UInt64) {
    self.femtoseconds = femtoseconds
  }

  /// The start of the run.
  @inlinable
  public static var zero: SimulationTime { SimulationTime(femtoseconds: 0) }

  /// Whether one instant comes before another.
  @inlinable
  public static func < (left: SimulationTime, right: SimulationTime) -> Bool {
    left.femtoseconds < right.femtoseconds
  }
}
