public import Signals

/// The clock edges to come: one entry a clock domain, taken in the order of (time, domain).
///
/// At most eight entries: a scan finds the earliest faster than a heap would. All domains that are due at one instant come out
/// together. With one domain alone no time is ever computed.
@usableFromInline
struct EdgeQueue: Sendable {
  /// Where one clock domain stands.
  @usableFromInline
  struct Entry: Sendable {
    @usableFromInline let period: ClockPeriod
    /// The period as whole femtoseconds and what is left over, in parts of 1 / denominator of the period each.
    @usableFromInline let step: UInt64
    @usableFromInline let stepFraction: UInt64
    /// Edges that have passed, ticked or credited; so also the number of the first edge still to come, and its time.
    @usableFromInline var passed = 0
    @usableFromInline var passedTime = SimulationTime.zero
    /// What the floor in that time leaves over, in the same parts.
    @usableFromInline var passedFraction: UInt64 = 0
    /// The next edge to be evaluated, `Int.max` while the domain sleeps until another one acts.
    @usableFromInline var next = 0
    @usableFromInline var nextTime = SimulationTime.zero
    /// The domain waits for another one, whether its edges are ticked meanwhile or not.
    @usableFromInline var isWaiting = false
    /// The next edge is evaluated for an observer only: nothing happens at it.
    @usableFromInline var isForShow = false
    /// Something happened, anywhere, since the domain was last seen at an edge.
    @usableFromInline var isUnseen = false

    @usableFromInline
    init(period: ClockPeriod) {
      self.period = period
      (step, stepFraction) = period.numerator.quotientAndRemainder(dividingBy: period.denominator)
    }

    /// Passes one edge: the period is added, which takes no division.
    @inlinable
    mutating func passOne() {
      passed += 1
      passedFraction += stepFraction
      let carries = passedFraction >= period.denominator
      if carries { passedFraction -= period.denominator }
      let (sum, isBeyondEnd) = passedTime.femtoseconds.addingReportingOverflow(
        step + (carries ? 1 : 0))
      passedTime = isBeyondEnd ? .end : SimulationTime(femtoseconds: sum)
    }

    /// Passes edges, few of them one by one.
    @inlinable
    mutating func pass(_ edges: Int) {
      guard edges > Self.few else {
        for _ in 0..<edges { passOne() }
        return
      }
      passed += edges
      passedTime = period.edge(passed)
      passedFraction = period.fraction(of: passed)
    }

    /// Edges that have not passed and fall before `time`.
    @inlinable
    func edges(before time: SimulationTime) -> Int {
      var next = self
      for count in 0...Self.few {
        if next.passedTime >= time { return count }
        next.passOne()
      }
      return period.firstCycle(notBefore: time) - passed
    }

    /// As many edges as are cheaper to pass one by one than by divisions.
    @usableFromInline static var few: Int { 4 }
  }

  @usableFromInline var entries: [Entry]

  /// A queue at the start of time: every domain has its edge 0 there.
  @usableFromInline
  init(_ clocks: [ClockDomain]) {
    precondition((1...8).contains(clocks.count), "a machine has between 1 and 8 clock domains")
    entries = clocks.map { Entry(period: $0.period) }
  }

  @inlinable
  var hasOneDomain: Bool { entries.count == 1 }

  /// The domains whose next edge is the earliest; nil if every domain waits for another one.
  @inlinable
  var earliest: ClockEdges? {
    if hasOneDomain { return entries[0].isWaiting ? nil : ClockEdges(domain: 0) }
    var edges: ClockEdges = []
    var earliest = SimulationTime.end
    var allWait = true
    for domain in entries.indices {
      if !entries[domain].isWaiting { allWait = false }
      if entries[domain].nextTime < earliest {
        earliest = entries[domain].nextTime
        edges = ClockEdges(domain: domain)
      } else if entries[domain].nextTime == earliest, earliest < .end {
        edges.insert(ClockEdges(domain: domain))
      }
    }
    return allWait || edges.isEmpty ? nil : edges
  }

  /// Whether the given edges fall on or behind edge `limit` of domain 0.
  @inlinable
  func isReached(_ limit: Int, by edges: ClockEdges) -> Bool {
    if hasOneDomain { return entries[0].next >= limit }
    return limit != .max && entries[edges.firstDomain].nextTime >= entries[0].period.edge(limit)
  }

  /// The time of the given edges.
  @inlinable
  func time(of edges: ClockEdges) -> SimulationTime {
    let first = entries[edges.firstDomain]
    return first.period.edge(first.next)
  }

  /// The instant of the given edges: how many edges of each domain lie before it.
  @inlinable
  @inline(__always)
  func instant(_ edges: ClockEdges) -> Instant {
    let time = time(of: edges)
    var cycles = SIMD8<Int>(repeating: 0)
    if hasOneDomain {
      cycles[0] = entries[0].next
      return Instant(time: time, edges: edges, cycles: cycles, sleeping: entries[0].isForShow ? edges : [])
    }
    for domain in entries.indices {
      cycles[domain] = entries[domain].passed + skipped(domain, before: time)
    }
    return Instant(time: time, edges: edges, cycles: cycles, sleeping: sleeping(edges))
  }

  /// Edges of a domain that nobody ticked, up to the instant of `edges`: to be credited before it is evaluated.
  @inlinable
  func skipped(_ domain: Int, before edges: ClockEdges) -> Int {
    if edges.contains(domain: domain) { return entries[domain].next - entries[domain].passed }
    let now = entries[edges.firstDomain].nextTime
    // At this very instant the domain's edge would have found nothing to do either.
    return skipped(domain, before: SimulationTime(femtoseconds: now.femtoseconds + 1))
  }

  /// Edges of a domain that nobody ticked and that fall before `time`.
  @inlinable
  func skipped(_ domain: Int, before time: SimulationTime) -> Int {
    entries[domain].edges(before: time)
  }

  /// Passes edges of a domain.
  @inlinable
  mutating func pass(_ edges: Int, of domain: Int) {
    if hasOneDomain {
      entries[domain].passed += edges
    } else {
      entries[domain].pass(edges)
    }
  }

  /// Places a domain's next edge by what it is going to do. `ticksAll`: idle edges are evaluated too.
  @inlinable
  mutating func place(_ domain: Int, _ activity: Activity, ticksAll: Bool) {
    let passed = entries[domain].passed
    entries[domain].isWaiting = activity == .waiting || activity == .asleep(until: .max)
    entries[domain].isForShow = false
    switch activity {
    case .asleep(let wakeUp) where !ticksAll && wakeUp > passed:
      guard wakeUp != entries[domain].next else { return }
      entries[domain].next = wakeUp
      if !hasOneDomain { entries[domain].nextTime = entries[domain].period.edge(wakeUp) }
    case .waiting where !ticksAll:
      entries[domain].next = .max
      entries[domain].nextTime = .end
    case .busy, .asleep, .waiting:
      entries[domain].next = passed
      entries[domain].nextTime = entries[domain].passedTime
    }
  }

  /// Notes which domains an observer has seen, and that all must be seen again if something happened at these edges.
  @inlinable
  mutating func noteSeen(_ edges: ClockEdges) {
    // With one clock, which mostly ticks, all stays as it is.
    if hasOneDomain, entries[0].isUnseen, !entries[0].isForShow { return }
    var happened = false
    for domain in entries.indices where edges.contains(domain: domain) && !entries[domain].isForShow { happened = true }
    for domain in entries.indices {
      let isUnseen = happened || entries[domain].isUnseen && !edges.contains(domain: domain)
      if entries[domain].isUnseen != isUnseen { entries[domain].isUnseen = isUnseen }
    }
  }

  /// Those of the given domains whose edge is evaluated for an observer only.
  @inlinable
  func sleeping(_ edges: ClockEdges) -> ClockEdges {
    var sleeping: ClockEdges = []
    for domain in entries.indices where entries[domain].isForShow && edges.contains(domain: domain) {
      sleeping.insert(ClockEdges(domain: domain))
    }
    return sleeping
  }

  /// Forgets that an observer has seen the domain.
  @inlinable
  mutating func showAgain(_ domain: Int) {
    entries[domain].isUnseen = true
    showUnseen(domain)
  }

  /// Brings a sleeping domain's next edge forward if an observer has yet to see how it fell asleep.
  @inlinable
  mutating func showUnseen(_ domain: Int) {
    let passed = entries[domain].passed
    guard entries[domain].isUnseen, entries[domain].next > passed else { return }
    entries[domain].isForShow = true
    entries[domain].next = passed
    entries[domain].nextTime = entries[domain].passedTime
  }
}

extension SimulationTime {
  /// Later than every edge.
  @inlinable
  static var end: SimulationTime { SimulationTime(femtoseconds: .max) }
}

extension ClockEdges {
  /// The domain of least number with an edge.
  @inlinable
  var firstDomain: Int { rawValue.trailingZeroBitCount }
}
