public import Signals

/// Looks at a machine between `evaluate` and `commit`.
public protocol CycleObserver {
  /// Called once an instant, after every due block was evaluated; returns whether the run goes on.
  ///
  /// It changes nothing of the machine, which is `inout` because Swift would copy a large one for a call that borrows it.
  mutating func observe(_ machine: inout some ObservableMachine, at instant: Instant) throws -> Bool
}

/// One instant of a run: its time, and the cycle that each domain stands in.
public struct Instant: Sendable, Equatable {
  /// The time of the edges.
  public var time: SimulationTime
  /// The domains with an edge at this instant.
  public var edges: ClockEdges
  /// The cycle of each domain, of which there are at most eight: the number of its edges before this instant.
  public var cycles: SIMD8<Int>
  /// The domains that sleep from here on: their edge is evaluated only for an observer to see how they fall asleep.
  public var sleeping: ClockEdges

  /// An instant by its parts.
  @inlinable
  public init(time: SimulationTime, edges: ClockEdges, cycles: SIMD8<Int>, sleeping: ClockEdges = []) {
    self.time = time
    self.edges = edges
    self.cycles = cycles
    self.sleeping = sleeping
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
  /// Instants that were evaluated, for speed figures; skipped ones are not counted.
  public var evaluatedEdges = 0

  @usableFromInline var queue: EdgeQueue

  /// A simulator at time zero.
  public init(_ machine: Model) {
    self.machine = machine
    stepOrder = Model.Step.allCases
    queue = EdgeQueue(machine.clockDomains)
  }

  /// Cycles that a domain has completed, ticked or skipped.
  public func completedCycles(of domain: Int) -> Int { queue.entries[domain].passed }

  /// Runs to quiescence, deadlock, or the cycle limit: no edge is evaluated on or behind that edge of domain 0.
  ///
  /// A machine without work does not tick. A run that stopped at its limit goes on when it is called again.
  @inlinable
  public mutating func run(cycleLimit: Int = .max) -> RunEnd {
    if machine.isQuiescent { return .finished }
    placeAll()
    while true {
      guard let edges = queue.earliest else { return .deadlock(machine.waits) }
      if queue.isReached(cycleLimit, by: edges) { return stop(at: cycleLimit) }
      evaluate(edges)
      finish(edges)
      if machine.isQuiescent { return .finished }
    }
  }

  /// Runs with an observer that sees every evaluated instant.
  ///
  /// Before a domain goes to sleep, the observer sees it at one idle edge: wires have fallen, and what is skipped from there
  /// on shows no change. So a run that skips is recorded as a run that ticks is.
  @inlinable
  public mutating func run(cycleLimit: Int = .max, observing observer: inout some CycleObserver) throws -> RunEnd
  where Model: ObservableMachine {
    if machine.isQuiescent { return .finished }
    placeAll()
    // A new observer has seen nothing yet.
    for domain in queue.entries.indices { queue.showAgain(domain) }
    while true {
      guard let edges = queue.earliest else { return .deadlock(machine.waits) }
      if queue.isReached(cycleLimit, by: edges) { return stop(at: cycleLimit) }
      let instant = queue.instant(edges)
      evaluate(edges)
      let goesOn = try observer.observe(&machine, at: instant)
      queue.noteSeen(edges)
      finish(edges)
      for domain in queue.entries.indices { queue.showUnseen(domain) }
      if machine.isQuiescent { return .finished }
      if !goesOn { return .stopped }
    }
  }
}

extension Simulator: Sendable where Model: Sendable {}

// MARK: - One instant

extension Simulator {
  /// First phase, preceded by the credit for edges that were skipped up to here.
  @inlinable
  mutating func evaluate(_ edges: ClockEdges) {
    for domain in queue.entries.indices { credit(queue.skipped(domain, before: edges), of: domain) }
    for step in stepOrder {
      let domain = Model.clockDomain(of: step)
      if edges.contains(domain: domain) { machine.evaluate(step, cycle: queue.entries[domain].next) }
    }
    evaluatedEdges += 1
  }

  /// Second phase, then every domain's next edge.
  @inlinable
  mutating func finish(_ edges: ClockEdges) {
    machine.commit(edges)
    for domain in queue.entries.indices {
      if edges.contains(domain: domain) { queue.pass(1, of: domain) }
      place(domain)
    }
  }

  /// Books edges of a domain that were not ticked.
  @inlinable
  mutating func credit(_ skipped: Int, of domain: Int) {
    guard skipped > 0 else { return }
    machine.credit(skipped: skipped, domain: domain)
    queue.pass(skipped, of: domain)
  }

  /// Asks a domain for its next activity and places its next edge: the first that has not passed, or a later one.
  @inlinable
  mutating func place(_ domain: Int) {
    let activity = machine.activity(of: domain, after: queue.entries[domain].passed - 1)
    queue.place(domain, activity, ticksAll: !skipsIdleCycles)
  }

  /// Places the next edge of every domain anew: the machine may have been handed work since. Edge 0 is always ticked.
  @inlinable
  mutating func placeAll() {
    for domain in queue.entries.indices where queue.entries[domain].passed > 0 { place(domain) }
  }

  /// Ends a run at the limit: edges before it that sleeping domains skipped have passed too.
  @inlinable
  mutating func stop(at cycleLimit: Int) -> RunEnd {
    if queue.hasOneDomain {
      credit(cycleLimit - queue.entries[0].passed, of: 0)
    } else {
      let time = queue.entries[0].period.edge(cycleLimit)
      for domain in queue.entries.indices { credit(queue.skipped(domain, before: time), of: domain) }
    }
    return .cycleLimit(cycleLimit)
  }
}
