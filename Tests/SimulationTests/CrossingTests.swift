import Signals
import Simulation
import TestSupport
import Testing

@Suite("Links between clock domains, at every kind of ratio")
struct CrossingTests {
  /// A ratio of periods, given as two frequencies in hertz.
  struct Ratio: Sendable, CustomStringConvertible {
    let client: UInt64
    let server: UInt64
    var description: String { "\(client) : \(server)" }
  }

  /// n : 1 both ways, equal, coprime, nearly equal, and the chip's 200 against 60 MHz.
  static let ratios: [Ratio] = [
    (100, 100), (200, 100), (100, 200), (700, 100), (100, 700), (300, 200), (200, 300), (1009, 997), (997, 1009),
    (1_000_001, 1_000_000), (1_000_000, 1_000_001), (200, 60), (60, 200), (1200, 200),
  ].map { Ratio(client: $0 * 1_000_000, server: $1 * 1_000_000) }

  static func spec(_ ratio: Ratio, stages: Int, capacity: Int = 4, rest: Int = 1, thought: Int = 1) -> ClientServer.Spec
  {
    ClientServer.Spec(
      client: ClockPeriod(hertz: ratio.client), server: ClockPeriod(hertz: ratio.server), capacity: capacity,
      stages: stages, words: 200, rest: rest, thought: thought)
  }

  @Test("Nothing is lost, doubled or overtaken, in either direction", arguments: ratios, 0...3)
  func order(ratio: Ratio, stages: Int) {
    for (capacity, rest, thought) in [(1, 1, 1), (2, 5, 1), (3, 1, 9), (8, 4, 4)] {
      var simulator = Simulator(
        ClientServer(Self.spec(ratio, stages: stages, capacity: capacity, rest: rest, thought: thought)))
      #expect(simulator.run(cycleLimit: 1_000_000) == .finished)
      let machine = simulator.machine
      #expect(machine.served == Array(0..<200))
      #expect(machine.received == (0..<200).map { 3 * $0 + 1 })
      #expect(machine.requests.wordsSent == 200 && machine.requests.wordsReceived == 200)
    }
  }

  @Test(
    "A word arrives the stated number of receiver edges after it was stored, if nothing is before it", arguments: ratios
  )
  func latency(ratio: Ratio) {
    for stages in 0...3 {
      var spec = Self.spec(ratio, stages: stages)
      // So much rest that the link is empty again.
      spec.rest = 1 + 40 * Int(1 + ratio.client / ratio.server)
      var simulator = Simulator(ClientServer(spec))
      #expect(simulator.run() == .finished)
      let machine = simulator.machine
      var alone = 0
      for word in 0..<200 {
        let stored = spec.client.edge(machine.sentAt[word])
        let first = spec.server.firstCycle(notBefore: SimulationTime(femtoseconds: stored.femtoseconds + 1))
        if word > 0, machine.servedAt[word - 1] + 2 >= first { continue }
        alone += 1
        #expect(machine.servedAt[word] == first + stages, "word \(word), \(stages) stages")
      }
      #expect(alone > 100)
    }
  }

  @Test("At equal clocks the full rate needs a place for every stage of the round trip", arguments: 0...3)
  func capacityForFullRate(stages: Int) {
    // Stored, seen after `stages` edges, taken, seen again after `stages` edges: 2 x stages + 2 places.
    let full = 2 * stages + 2
    for capacity in [full - 1, full] {
      var link = Link(capacity: capacity, synchroniserStages: stages, filler: 0)
      for _ in 0..<1000 {
        if link.hasFront { link.receive() }
        if link.canSend { link.send(0) }
        link.commit()
      }
      let steady = link.wordsReceived * full
      if capacity == full { #expect(link.wordsReceived == 1000 - stages - 1) }
      if capacity < full { #expect(steady <= 1000 * capacity && steady > 990 * capacity - 10 * full) }
    }
  }

  @Test(
    "Skipping idle edges, with credit, equals ticking every edge: states, labels, cycles, signals", arguments: ratios)
  func skippingEqualsTicking(ratio: Ratio) throws {
    for (stages, rest, thought) in [(0, 20, 1), (1, 1, 30), (2, 50, 50), (3, 7, 3), (0, 3, 60)] {
      let start = Simulator(
        ClientServer(Self.spec(ratio, stages: stages, capacity: 2, rest: rest, thought: thought)))
      var skipped = start
      var ticked = start
      ticked.skipsIdleCycles = false
      var (skipRecord, tickRecord) = (SignalRecorder(start.machine), SignalRecorder(start.machine))
      #expect(try skipped.run(cycleLimit: 1_000_000, observing: &skipRecord) == .finished)
      #expect(try ticked.run(cycleLimit: 1_000_000, observing: &tickRecord) == .finished)
      #expect(skipped.machine == ticked.machine)
      #expect(firstDifference(skipRecord.changes, tickRecord.changes) == nil)
      for domain in 0...1 { #expect(skipped.completedCycles(of: domain) == ticked.completedCycles(of: domain)) }
      #expect(skipped.machine.clientLabels.reduce(0, +) == skipped.completedCycles(of: 0))
      #expect(skipped.machine.serverLabels.reduce(0, +) == skipped.completedCycles(of: 1))
      // Without an observer nothing is ticked for show, and the result is the same again.
      var unobserved = start
      #expect(unobserved.run(cycleLimit: 1_000_000) == .finished)
      #expect(unobserved.machine == ticked.machine)
      #expect(unobserved.evaluatedEdges <= skipped.evaluatedEdges)
      if rest > 10 { #expect(unobserved.evaluatedEdges < ticked.evaluatedEdges) }
    }
  }
}
