import Signals

/// The clocks of a trace while it is written: which edges come next, and which have passed.
struct ClockTrack {
  /// An edge of a clock that is drawn by its edges.
  struct Edge {
    /// When, in femtoseconds.
    let time: UInt64
    /// The clock's signal.
    let signal: Int
    /// 1 behind a rising edge, 0 behind a falling one.
    let level: UInt64
  }

  private struct Entry {
    var cursor: ClockCursor
    let signal: Int
    var lastCycle: UInt64?
  }

  /// Clocks drawn by their edges.
  private var drawn: [Entry] = []
  /// Clocks shown by the numbers of their cycles.
  private var counters: [Entry] = []
  /// The next edge of a drawn clock.
  private var earliest = UInt64.max

  init(_ layout: TraceLayout?) {
    guard let layout else { return }
    for (clock, variable) in zip(layout.clocks, layout.clockVariables) {
      guard let variable else { continue }
      let entry = Entry(cursor: ClockCursor(clock), signal: layout.hierarchy.variables[variable].signal)
      if clock.display == .counter { counters.append(entry) } else { drawn.append(entry) }
    }
    findEarliest()
  }

  /// Whether a clock is shown by the numbers of its cycles.
  var hasCounters: Bool { !counters.isEmpty }

  /// Moves all clocks to the start of the trace and returns the levels of those drawn by their edges.
  mutating func start(at time: UInt64) -> [WaveChange] {
    let levels = drawn.indices.map { index in
      let isHigh = drawn[index].cursor.skip(past: time)
      return WaveChange(signal: UInt32(drawn[index].signal), value: isHigh ? 1 : 0)
    }
    findEarliest()
    return levels
  }

  private mutating func findEarliest() {
    earliest = drawn.reduce(UInt64.max) { min($0, $1.cursor.time) }
  }

  /// The next edge at or before `time`; nil if there is none. Edges at one instant come in the order of the clocks.
  @inline(__always)
  mutating func next(through time: UInt64) -> Edge? {
    if earliest > time || earliest == UInt64.max { return nil }
    return nextEdge()
  }

  private mutating func nextEdge() -> Edge? {
    for index in drawn.indices where drawn[index].cursor.time == earliest {
      let edge = Edge(time: earliest, signal: drawn[index].signal, level: drawn[index].cursor.rises ? 1 : 0)
      drawn[index].cursor.advance()
      if drawn.count == 1 { earliest = drawn[0].cursor.time } else { findEarliest() }
      return edge
    }
    return nil
  }

  /// Cycle numbers that changed, of the clocks shown as counters.
  mutating func cycleNumbers(at time: UInt64) -> [WaveChange] {
    var numbers: [WaveChange] = []
    for index in counters.indices {
      // Edges up to here are passed in one step, so that idle time of any length costs no more.
      if counters[index].cursor.time <= time { _ = counters[index].cursor.skip(past: time) }
      let cycle = counters[index].cursor.cycle
      guard counters[index].lastCycle != cycle else { continue }
      counters[index].lastCycle = cycle
      numbers.append(WaveChange(signal: UInt32(counters[index].signal), value: cycle))
    }
    return numbers
  }

  /// No more edges.
  mutating func stop() {
    drawn.removeAll()
    counters.removeAll()
    earliest = UInt64.max
  }
}
