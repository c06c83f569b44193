/// How fast words move on a row-stationary chip: what a mapping's cycles are estimated with.
public struct RowStationaryRates: Sendable, Hashable, Codable {
  /// Bits of the filter network a cycle.
  public var filterBits: Int
  /// Bits of the ifmap network a cycle.
  public var ifmapBits: Int
  /// Bits of the psum network a cycle, each way.
  public var psumBits: Int
  /// Bits of the off-chip link a link cycle.
  public var linkBits: Int
  /// Core cycles of a link cycle, as a ratio.
  public var coreHertz: Int
  /// The link's clock.
  public var linkHertz: Int

  /// Rates by their parts, each 1 or more.
  public init(filterBits: Int, ifmapBits: Int, psumBits: Int, linkBits: Int, coreHertz: Int, linkHertz: Int) {
    precondition(
      [filterBits, ifmapBits, psumBits, linkBits, coreHertz, linkHertz].allSatisfy { $0 > 0 }, "a rate is positive")
    (self.filterBits, self.ifmapBits, self.psumBits) = (filterBits, ifmapBits, psumBits)
    (self.linkBits, self.coreHertz, self.linkHertz) = (linkBits, coreHertz, linkHertz)
  }

  /// The chip: 64, 16 and 64 bits a cycle at 200 MHz, 64 bits at 60 MHz off chip (JSSC 2017, sections III-A and V-B).
  public static let eyeriss = RowStationaryRates(
    filterBits: 64, ifmapBits: 16, psumBits: 64, linkBits: 64, coreHertz: 200_000_000, linkHertz: 60_000_000)

  /// Core cycles of a transfer over the link.
  func linkCycles(bytes: Int) -> Int {
    let linkCycles = ceilingQuotient(8 * bytes, linkBits)
    return Int((Double(linkCycles) * Double(coreHertz) / Double(linkHertz)).rounded(.up))
  }
}
