public import Signals

/// Looks at a machine between `evaluate` and `commit`.
public protocol CycleObserver {
  /// Called once an instant, after every due block was evaluated; returns whether the run goes on.
  mutating func observe(_ machine: borrowing some ObservableMachine, at instant: Instant) throws -> Bool
}

/// One instant of a run: its time, and the cycle that each domain stands in.
public struct Instant: Sendable, Equatable {
  /// The time of the edges.
  public var time: SimulationTime
  /// The domains with an edge at this instant.
  public var edges: ClockEdges
  /// The cycle of each domain: the number of edges before this one.
  public var cycles: [Int]

  /// An instant by its parts.
  @inlinable
  public init(time: SimulationTime, edges: ClockEdges, cycles: [Int]) {
    self.time = time
    self.edges = edges
    self.cycles = cycles
  }
}

/// How a run ended.
public enum RunEnd: Equatable, Sendable {
  /// Quiescence: no work left anywhere.
  case finished
  /// An observer asked to stop.
  case stopped
  /// The limit of cycles of domain 0 was reached.
  case cycleLimit(Int)
  /// Nothing can ever move again, though work is left.
  case deadlock([Wait])
}

/// Runs a machine: clock edges in time order, all domains due at one instant evaluated together, then committed together.
///
/// The simulator is a value: a copy is a snapshot. Two copies run on to the same states.
public struct Simulator<Model: Machine> {
  /// The machine in its current state.
  public var machine: Model
  /// Whether edges at which nothing would happen are skipped and credited instead of ticked.
  public var skipsIdleCycles = true
  /// The order in which steps are evaluated. It must not matter; a test permutes it.
  public var stepOrder: [Model.Step]
  /// Edges that were evaluated, for speed figures; skipped ones are not counted.
  public var evaluatedEdges = 0

  @usableFromInline let clocks: [ClockDomain]
  /// Next edge of each domain; `Int.max` while it sleeps until another domain acts.
  @usableFromInline var nextCycle: [Int]
  /// The edge after the last one evaluated: where skipping starts to count.
  @usableFromInline var firstUnticked: [Int]

  /// A simulator at time zero.
  public init(_ machine: Model) {
    self.machine = machine
    clocks = machine.clockDomains
    precondition((1...8).contains(clocks.count), "a machine has between 1 and 8 clock domains")
    stepOrder = Model.Step.allCases
    nextCycle = [Int](repeating: 0, count: clocks.count)
    firstUnticked = nextCycle
  }

  /// Cycles that a domain has completed, ticked or skipped.
  public func completedCycles(of domain: Int) -> Int { firstUnticked[domain] }

  /// Runs to quiescence, deadlock, or the cycle limit (of domain 0).
  @inlinable
  public mutating func run(cycleLimit: Int = .max) -> RunEnd {
    while true {
      guard let edges = nextEdges() else { return machine.isQuiescent ? .finished : .deadlock(machine.waits) }
      if nextCycle[0] != .max, nextCycle[0] >= cycleLimit { return .cycleLimit(cycleLimit) }
      evaluate(edges)
      finish(edges)
      if machine.isQuiescent { return .finished }
    }
  }

  /// Runs with an observer that sees every evaluated instant.
  @inlinable
  public mutating func run(cycleLimit: Int = .max, observing observer: inout some CycleObserver) throws -> RunEnd
  where Model: ObservableMachine {
    while true {
      guard let edges = nextEdges() else { return machine.isQuiescent ? .finished : .deadlock(machine.waits) }
      if nextCycle[0] != .max, nextCycle[0] >= cycleLimit { return .cycleLimit(cycleLimit) }
      evaluate(edges)
      let goesOn = try observer.observe(machine, at: instant(edges))
      finish(edges)
      if machine.isQuiescent { return .finished }
      if !goesOn { return .stopped }
    }
  }

  /// The instant of the given edges.
  @inlinable
  func instant(_ edges: ClockEdges) -> Instant {
    let domain = edges.rawValue.trailingZeroBitCount
    return Instant(time: clocks[domain].period.edge(nextCycle[domain]), edges: edges, cycles: nextCycle)
  }

  /// The domains whose next edge is the earliest; nil if every domain waits for another.
  @inlinable
  func nextEdges() -> ClockEdges? {
    if clocks.count == 1 { return nextCycle[0] == .max ? nil : ClockEdges(domain: 0) }
    var edges: ClockEdges = []
    var earliest = SimulationTime(femtoseconds: .max)
    for domain in clocks.indices where nextCycle[domain] != .max {
      let time = clocks[domain].period.edge(nextCycle[domain])
      if time < earliest {
        earliest = time
        edges = ClockEdges(domain: domain)
      } else if time == earliest {
        edges.insert(ClockEdges(domain: domain))
      }
    }
    return edges.isEmpty ? nil : edges
  }

  /// First phase, preceded by the credit for cycles that were skipped up to here.
  @inlinable
  mutating func evaluate(_ edges: ClockEdges) {
    for domain in clocks.indices where edges.contains(domain: domain) {
      let skipped = nextCycle[domain] - firstUnticked[domain]
      if skipped > 0 { machine.credit(skipped: skipped, domain: domain) }
    }
    for step in stepOrder {
      let domain = Model.clockDomain(of: step)
      if edges.contains(domain: domain) { machine.evaluate(step, cycle: nextCycle[domain]) }
    }
    evaluatedEdges += 1
  }

  /// Second phase, then every domain's next edge.
  @inlinable
  mutating func finish(_ edges: ClockEdges) {
    machine.commit(edges)
    let now = edges.rawValue.trailingZeroBitCount
    let time = clocks[now].period.edge(nextCycle[now])
    for domain in clocks.indices {
      if edges.contains(domain: domain) {
        firstUnticked[domain] = nextCycle[domain] + 1
        nextCycle[domain] += 1
      }
      schedule(domain, after: time, ticked: edges.contains(domain: domain))
    }
  }

  /// Asks a domain for its next activity and places its next edge.
  @inlinable
  mutating func schedule(_ domain: Int, after time: SimulationTime, ticked: Bool) {
    // The first edge that this domain can still take: it never lies in the past.
    let earliest = ticked ? firstUnticked[domain] : earliestEdge(of: domain, after: time)
    switch machine.activity(of: domain, after: earliest - 1) {
    case .busy: nextCycle[domain] = earliest
    case .asleep(let until): nextCycle[domain] = skipsIdleCycles ? max(earliest, until) : earliest
    case .waiting: nextCycle[domain] = .max
    }
  }

  @inlinable
  func earliestEdge(of domain: Int, after time: SimulationTime) -> Int {
    let next = SimulationTime(femtoseconds: time.femtoseconds + 1)
    return max(firstUnticked[domain], clocks[domain].period.firstCycle(notBefore: next))
  }
}

extension Simulator: Sendable where Model: Sendable {}
