import Signals
import Simulation
import Testing

@Suite("Clock periods are rational: edges never drift")
struct ClockPeriodTests {
  static let core = ClockPeriod(hertz: 200_000_000)
  static let link = ClockPeriod(hertz: 60_000_000)
  /// DDR4-2400: 1200 MHz, tCK = 2500/3 ps.
  static let ddr4 = ClockPeriod(hertz: 1_200_000_000)

  @Test("200 MHz is 5 ns, and edge k falls at 5k ns")
  func whole() {
    for cycle in [0, 1, 2, 1_000_000, 3_000_000_000] {
      #expect(Self.core.edge(cycle).femtoseconds == UInt64(cycle) * 5_000_000)
      #expect(Self.core.fallingEdge(cycle).femtoseconds == UInt64(cycle) * 5_000_000 + 2_500_000)
    }
  }

  @Test("60 MHz: floor of k x 16,666,666.67 fs, worked by hand")
  func third() {
    #expect(
      (0...6).map { Self.link.edge($0).femtoseconds } == [
        0, 16_666_666, 33_333_333, 50_000_000, 66_666_666, 83_333_333, 100_000_000,
      ])
    #expect(Self.link.fallingEdge(0).femtoseconds == 8_333_333)
    #expect(Self.link.fallingEdge(1).femtoseconds == 25_000_000)
  }

  @Test("After an hour of simulated time 60 MHz, 200 MHz and DDR4-2400 still meet where they must")
  func noDrift() {
    let second: UInt64 = 1_000_000_000_000_000
    for seconds in [1, 60, 3600] {
      let expected = UInt64(seconds) * second
      #expect(Self.link.edge(seconds * 60_000_000).femtoseconds == expected)
      #expect(Self.core.edge(seconds * 200_000_000).femtoseconds == expected)
      #expect(Self.ddr4.edge(seconds * 1_200_000_000).femtoseconds == expected)
      // One cycle later each is one period on, rounded down once and not 10^9 times.
      #expect(Self.link.edge(seconds * 60_000_000 + 1).femtoseconds == expected + 16_666_666)
      #expect(Self.ddr4.edge(seconds * 1_200_000_000 + 1).femtoseconds == expected + 833_333)
      #expect(Self.ddr4.edge(seconds * 1_200_000_000 + 3).femtoseconds == expected + 2_500_000)
    }
  }

  @Test("Three link cycles are ten core cycles: edges that coincide do so exactly")
  func coincidence() {
    for multiple in 0..<10_000 {
      #expect(Self.link.edge(3 * multiple) == Self.core.edge(10 * multiple))
    }
    #expect(Self.link.edge(1) != Self.core.edge(3))
    #expect(Self.link.edge(1) != Self.core.edge(4))
  }

  @Test(
    "The first cycle not before a time, around every edge",
    arguments: [core, link, ddr4, ClockPeriod(femtoseconds: 1), ClockPeriod(femtoseconds: 7, dividedBy: 3)])
  func firstCycle(period: ClockPeriod) {
    for cycle in [1, 2, 3, 17, 999_999_999] {
      let edge = period.edge(cycle)
      #expect(period.firstCycle(notBefore: edge) == cycle)
      let behind = SimulationTime(femtoseconds: edge.femtoseconds + 1)
      #expect(period.firstCycle(notBefore: behind) == cycle + 1)
      let previous = period.edge(cycle - 1)
      if previous.femtoseconds + 1 < edge.femtoseconds {
        #expect(period.firstCycle(notBefore: SimulationTime(femtoseconds: edge.femtoseconds - 1)) == cycle)
      }
    }
    #expect(period.firstCycle(notBefore: .zero) == 0)
  }

  @Test("An edge behind the end of time stays there instead of trapping")
  func saturation() {
    #expect(Self.core.edge(.max).femtoseconds == .max)
    #expect(Self.ddr4.edge(.max).femtoseconds == .max)
  }
}
