public import Mappings
import Simulation

extension RowStationarySpec {
  /// Core cycles a second.
  public var coreHertz: Double { Self.hertz(coreClock) }
  /// Link cycles a second.
  public var linkHertz: Double { Self.hertz(linkClock) }

  private static func hertz(_ clock: ClockDomain) -> Double {
    1e15 * Double(clock.period.denominator) / Double(clock.period.numerator)
  }

  /// The bandwidths of networks and link, for estimates.
  public var rates: RowStationaryRates {
    RowStationaryRates(
      filterBits: 64, ifmapBits: 16, psumBits: 64, linkBits: 64, coreHertz: max(1, Int(coreHertz.rounded())),
      linkHertz: max(1, Int(linkHertz.rounded())))
  }
}
