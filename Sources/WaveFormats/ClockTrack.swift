import Signals

/// The clocks of a trace while it is written: which edges come next, and which have passed.
struct ClockTrack {
  private struct Entry {
    var cursor: ClockCursor
    let signal: UInt32?
    let display: WaveClock.Display
    var lastCycle: UInt64?
  }

  private var entries: [Entry] = []

  init(_ layout: TraceLayout?) {
    guard let layout else { return }
    for (index, clock) in layout.clocks.enumerated() {
      let signal = layout.clockVariables[index].map { UInt32(layout.hierarchy.variables[$0].signal) }
      entries.append(Entry(cursor: ClockCursor(clock), signal: signal, display: clock.display))
    }
  }

  /// Moves all clocks to the start of the trace and returns their levels there.
  mutating func start(at time: UInt64) -> [WaveChange] {
    var levels: [WaveChange] = []
    for index in entries.indices {
      let isHigh = entries[index].cursor.skip(past: time)
      if let signal = entries[index].signal, entries[index].display == .edges {
        levels.append(WaveChange(signal: signal, value: isHigh ? 1 : 0))
      }
    }
    return levels
  }

  /// The next edge at or before `time`: nil if there is none; the change is nil if the clock is not drawn by its edges.
  mutating func next(through time: UInt64) -> (time: UInt64, change: WaveChange?)? {
    var first: Int?
    for index in entries.indices where entries[index].cursor.time <= time {
      if let known = first, entries[known].cursor.time <= entries[index].cursor.time { continue }
      first = index
    }
    guard let first, entries[first].cursor.time < UInt64.max else { return nil }
    let edge = (time: entries[first].cursor.time, rises: entries[first].cursor.rises)
    if entries[first].display == .edges {
      entries[first].cursor.advance()
    } else {
      // Nothing is drawn for this clock, so that idle time of any length costs one step.
      _ = entries[first].cursor.skip(past: time)
    }
    guard let signal = entries[first].signal, entries[first].display == .edges else { return (edge.time, nil) }
    return (edge.time, WaveChange(signal: signal, value: edge.rises ? 1 : 0))
  }

  /// Cycle numbers that changed, of the clocks shown as counters.
  mutating func cycleNumbers(at time: UInt64) -> [WaveChange] {
    var numbers: [WaveChange] = []
    for index in entries.indices where entries[index].display == .counter {
      let cycle = entries[index].cursor.cycle
      guard let signal = entries[index].signal, entries[index].lastCycle != cycle else { continue }
      entries[index].lastCycle = cycle
      numbers.append(WaveChange(signal: signal, value: cycle))
    }
    return numbers
  }

  /// No more edges.
  mutating func stop() {
    entries.removeAll()
  }
}
