import Signals
import Simulation

/// Writes down which edges it sees.
struct EdgeLog: Machine, Sendable {
  enum Step: CaseIterable, Hashable, Sendable { case zero, one, two }

  let periods: [ClockPeriod]
  let length: Int
  var log: [String] = []
  private var line = ""

  init(periods: [ClockPeriod], length: Int) {
    self.periods = periods
    self.length = length
  }

  var clockDomains: [ClockDomain] { periods.map { ClockDomain(name: "clock", period: $0) } }

  static func clockDomain(of step: Step) -> Int { Step.allCases.firstIndex(of: step)! }

  mutating func evaluate(_ step: Step, cycle: Int) {
    let domain = Self.clockDomain(of: step)
    if line.isEmpty { line = "\(periods[domain].edge(cycle).femtoseconds):" }
    line += " e\(domain).\(cycle)"
  }

  mutating func commit(_ edges: ClockEdges) {
    log.append(line + " c" + (0...2).filter { edges.contains(domain: $0) }.map(String.init).joined())
    line = ""
  }

  func activity(of domain: Int, after cycle: Int) -> Activity { .busy }
  mutating func credit(skipped cycles: Int, domain: Int) {}
  var isQuiescent: Bool { log.count == length }
  var waits: [Wait] { [] }
}

/// Rings at given cycles and sleeps in between.
struct AlarmClock: Machine, Sendable {
  enum Step: CaseIterable, Hashable, Sendable { case clock }

  let wakeUps: [Int]
  var rang: [Int] = []
  var cycles = 0
  private var rings: Int?

  init(wakeUps: [Int]) { self.wakeUps = wakeUps }

  var clockDomains: [ClockDomain] { [ClockDomain(name: "core", period: ClockPeriod(hertz: 1_000_000_000))] }
  static func clockDomain(of step: Step) -> Int { 0 }

  mutating func evaluate(_ step: Step, cycle: Int) {
    cycles += 1
    if cycle == wakeUps[rang.count] { rings = cycle }
  }

  mutating func commit(_ edges: ClockEdges) {
    if let cycle = rings { rang.append(cycle) }
    rings = nil
  }

  func activity(of domain: Int, after cycle: Int) -> Activity {
    rang.count < wakeUps.count ? .asleep(until: wakeUps[rang.count]) : .waiting
  }

  mutating func credit(skipped cycles: Int, domain: Int) { self.cycles += cycles }
  var isQuiescent: Bool { rang.count == wakeUps.count }
  var waits: [Wait] { [] }
}

/// Domain 0 waits for ever; domain 1, twice as fast, never stops.
struct Treadmill: Machine, Sendable {
  enum Step: CaseIterable, Hashable, Sendable { case sleeper, runner }

  var runs = 0

  var clockDomains: [ClockDomain] {
    [
      ClockDomain(name: "sleeper", period: ClockPeriod(hertz: 100_000_000)),
      ClockDomain(name: "runner", period: ClockPeriod(hertz: 200_000_000)),
    ]
  }

  static func clockDomain(of step: Step) -> Int { step == .sleeper ? 0 : 1 }
  mutating func evaluate(_ step: Step, cycle: Int) {}
  mutating func commit(_ edges: ClockEdges) { if edges.contains(domain: 1) { runs += 1 } }
  func activity(of domain: Int, after cycle: Int) -> Activity { domain == 0 ? .waiting : .busy }
  mutating func credit(skipped cycles: Int, domain: Int) {}
  var isQuiescent: Bool { false }
  var waits: [Wait] { [] }
}

/// Two blocks, each of which speaks only when spoken to.
struct Embrace: Machine, Sendable {
  enum Step: CaseIterable, Hashable, Sendable { case left, right }

  var toRight = Link(capacity: 2, filler: 0)
  var toLeft = Link(capacity: 2, filler: 0)

  var clockDomains: [ClockDomain] { [ClockDomain(name: "core", period: ClockPeriod(hertz: 1_000_000_000))] }
  static func clockDomain(of step: Step) -> Int { 0 }

  mutating func evaluate(_ step: Step, cycle: Int) {
    switch step {
    case .left: if toLeft.hasFront, toRight.canSend { toRight.send(toLeft.receive()) }
    case .right: if toRight.hasFront, toLeft.canSend { toLeft.send(toRight.receive()) }
    }
  }

  mutating func commit(_ edges: ClockEdges) {
    toRight.commit()
    toLeft.commit()
  }

  func activity(of domain: Int, after cycle: Int) -> Activity {
    toLeft.hasFront || toRight.hasFront ? .busy : .waiting
  }

  mutating func credit(skipped cycles: Int, domain: Int) {}
  var isQuiescent: Bool { false }

  var waits: [Wait] {
    [Wait(block: "left", cause: "a word from right"), Wait(block: "right", cause: "a word from left")]
  }
}
