/// A source that is stepped by time, in femtoseconds.
struct TimedWave {
  private(set) var state: WaveState
  /// When the next changes come; nil at the end.
  private(set) var time: UInt64?
  private var source: any WaveSource
  private var step = WaveStep()
  /// The last instant that was read.
  private(set) var last: UInt64 = 0
  private let scale: UInt64
  private let isEvent: [Bool]
  private let hasEvents: Bool
  /// The events of the instant that was applied.
  private var occurred: [UInt32] = []

  init(_ source: any WaveSource) throws(WaveError) {
    self.source = source
    state = WaveState(source.hierarchy)
    scale = source.timescale.femtoseconds
    isEvent = source.hierarchy.signals.map { $0 == .event }
    hasEvents = isEvent.contains(true)
    try fetch()
  }

  private mutating func fetch() throws(WaveError) {
    guard try source.next(into: &step) else {
      time = nil
      return
    }
    let (femtoseconds, overflows) = step.time.multipliedReportingOverflow(by: scale)
    time = overflows ? UInt64.max : femtoseconds
    last = time ?? last
  }

  /// Applies the next changes; returns which signals they concern.
  mutating func advance() throws(WaveError) -> [UInt32] {
    state.apply(step)
    var signals = occurred
    signals += step.changes.lazy.map(\.signal)
    if hasEvents { occurred = step.changes.map(\.signal).filter { isEvent[Int($0)] } }
    try fetch()
    return signals
  }

  /// An instant at which only the other file changes: no event occurs here, and those that occurred before end.
  mutating func settle() -> [UInt32] {
    state.apply(WaveStep())
    let events = occurred
    occurred = []
    return events
  }

  /// Reads to the end; returns whether one of the signals still changes its value.
  mutating func end(_ signals: SignalIndex) throws(WaveError) -> Bool {
    var changes = false
    while time != nil {
      if !changes {
        let compared = step.changes.map { Int($0.signal) }.filter { !signals.pairs(of: $0).isEmpty }
        let before = compared.map { state.value(of: $0) }
        state.apply(step)
        changes = before != compared.map { state.value(of: $0) }
      }
      try fetch()
    }
    return changes
  }
}
