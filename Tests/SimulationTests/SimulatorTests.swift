import Signals
import Simulation
import TestSupport
import Testing

@Suite("Simulator: order of edges, ends of a run, snapshots")
struct SimulatorTests {
  private func toy(rest: Int = 9, thought: Int = 12, words: Int = 60) -> Simulator<ClientServer> {
    Simulator(ClientServer(ClientServer.Spec(capacity: 2, words: words, rest: rest, thought: thought)))
  }

  @Test("Edges come in order of time, and domains that are due at one instant are evaluated and committed together")
  func eventOrder() {
    let periods = [
      ClockPeriod(femtoseconds: 3), ClockPeriod(femtoseconds: 2), ClockPeriod(femtoseconds: 7, dividedBy: 2),
    ]
    var simulator = Simulator(EdgeLog(periods: periods, length: 40))
    #expect(simulator.run() == .finished)
    // floor(3k), floor(2k), floor(3.5k), merged by hand up to 12 fs.
    let byHand = [
      "0: e0.0 e1.0 e2.0 c012", "2: e1.1 c1", "3: e0.1 e2.1 c02", "4: e1.2 c1", "6: e0.2 e1.3 c01", "7: e2.2 c2",
      "8: e1.4 c1", "9: e0.3 c0", "10: e1.5 e2.3 c12", "12: e0.4 e1.6 c01",
    ]
    #expect(Array(simulator.machine.log.prefix(byHand.count)) == byHand)
  }

  @Test("A one-shot wake-up comes at its cycle, neither before nor after, and the cycles in between are credited")
  func wakeUps() {
    for wakeUps in [[5], [1, 2, 3], [7, 100, 1_000_000_000]] {
      for skips in [true, false] where skips || wakeUps.last! < 1000 {
        var simulator = Simulator(AlarmClock(wakeUps: wakeUps))
        simulator.skipsIdleCycles = skips
        #expect(simulator.run() == .finished)
        #expect(simulator.machine.rang == wakeUps)
        #expect(simulator.machine.cycles == wakeUps.last! + 1)
        #expect(simulator.completedCycles(of: 0) == wakeUps.last! + 1)
        if skips { #expect(simulator.evaluatedEdges <= wakeUps.count + 1) }
      }
    }
  }

  @Test("The cycle limit stops a run exactly there, asleep or awake, and the run goes on from there")
  func cycleLimit() {
    var whole = toy()
    #expect(whole.run() == .finished)
    for skips in [true, false] {
      var parts = toy()
      parts.skipsIdleCycles = skips
      var limit = 1
      while true {
        let end = parts.run(cycleLimit: limit)
        guard end == .cycleLimit(limit) else {
          #expect(end == .finished)
          break
        }
        #expect(parts.completedCycles(of: 0) == limit)
        // 60 MHz edges before 5 ns x limit: ceil(limit x 3 / 10).
        #expect(parts.completedCycles(of: 1) == (limit * 3 + 9) / 10)
        limit += 1
      }
      #expect(parts.machine == whole.machine)
    }
  }

  @Test("The limit holds while domain 0 sleeps for ever and another domain never stops")
  func limitOfSleepingDomain() {
    for skips in [true, false] {
      var simulator = Simulator(Treadmill())
      simulator.skipsIdleCycles = skips
      #expect(simulator.run(cycleLimit: 1000) == .cycleLimit(1000))
      #expect(simulator.completedCycles(of: 0) == 1000)
      #expect(simulator.machine.runs == 2000)
    }
  }

  @Test("A deadlock ends the run and says who waits for whom; so does ticking")
  func deadlock() {
    for skips in [true, false] {
      var simulator = Simulator(Embrace())
      simulator.skipsIdleCycles = skips
      let waits = [Wait(block: "left", cause: "a word from right"), Wait(block: "right", cause: "a word from left")]
      #expect(simulator.run() == .deadlock(waits))
      #expect(waits[0].description == "left waits for a word from right")
      // It stays one, and takes no further cycle.
      let cycles = simulator.completedCycles(of: 0)
      #expect(simulator.run() == .deadlock(waits))
      #expect(simulator.completedCycles(of: 0) == cycles)
    }
  }

  @Test("A machine without work does not tick")
  func noWork() {
    var simulator = toy(words: 0)
    #expect(simulator.run() == .finished)
    #expect(simulator.evaluatedEdges == 0 && simulator.completedCycles(of: 0) == 0)
  }

  @Test("The order of steps changes nothing: every signal of every cycle")
  func permutedSteps() throws {
    var record = SignalRecorder(toy().machine)
    var reference = toy()
    #expect(try reference.run(observing: &record) == .finished)
    var permuted = toy()
    permuted.stepOrder.reverse()
    var other = SignalRecorder(permuted.machine)
    #expect(try permuted.run(observing: &other) == .finished)
    #expect(permuted.machine == reference.machine)
    #expect(firstDifference(record.changes, other.changes) == nil)
  }

  @Test("A copy is a snapshot: it runs on to the same states whenever it is taken, and the original does not notice")
  func snapshots() throws {
    var whole = toy()
    var record = SignalRecorder(whole.machine)
    #expect(try whole.run(observing: &record) == .finished)
    for stop in stride(from: 1, to: record.instants, by: 7) {
      var run = toy()
      var before = SignalRecorder(run.machine, stopsAfter: stop)
      #expect(try run.run(observing: &before) == .stopped)
      var snapshot = run
      #expect(run.run() == .finished)
      #expect(run.machine == whole.machine)
      var after = before
      #expect(snapshot.machine.received.count <= run.machine.received.count)
      after.goesOn()
      #expect(try snapshot.run(observing: &after) == .finished)
      #expect(firstDifference(after.changes, record.changes) == nil)
    }
  }

  @Test("An observer is told which cycle each domain is in, asleep or not")
  func instants() throws {
    for skips in [true, false] {
      var run = toy()
      run.skipsIdleCycles = skips
      var checker = InstantChecker(periods: run.machine.clockDomains.map(\.period))
      #expect(try run.run(observing: &checker) == .finished)
      #expect(checker.instants > 100)
      #expect(checker.failures == [])
    }
  }
}

/// Checks what instants say against the clocks.
private struct InstantChecker: CycleObserver {
  let periods: [ClockPeriod]
  var instants = 0
  var failures: [String] = []

  mutating func observe(_ machine: inout some ObservableMachine, at instant: Instant) throws -> Bool {
    instants += 1
    for (domain, period) in periods.enumerated() {
      let cycle = instant.cycles[domain]
      if cycle != period.firstCycle(notBefore: instant.time) { failures.append("\(instant): domain \(domain)") }
      if instant.edges.contains(domain: domain), period.edge(cycle) != instant.time { failures.append("\(instant)") }
    }
    return true
  }
}
