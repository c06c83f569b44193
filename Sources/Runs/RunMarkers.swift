internal import Signals
internal import Simulation
internal import Tracing
internal import WaveFormats

/// Markers where a signal of the control changes, folds or layers: as many as a viewer has letters.
struct RunMarkers {
  /// Markers of GTKWave: A to Z.
  private static let most = 26

  private(set) var markers: [WaveMarker] = []
  private var probe: Probe
  private let word: String

  /// Markers at every new value of a signal, called `word` and the value; of a text, the text itself.
  init(_ machine: borrowing some ObservableMachine, signal: String, word: String = "") {
    let catalog = SignalCatalog(machine)
    probe = Probe(catalog: catalog, selecting: catalog.handles(matching: [signal]))
    self.word = word
  }

  /// What a window shows at first: some cycles before the first marker, and a hundred in all.
  func opening(_ period: ClockPeriod) -> ClosedRange<SimulationTime>? {
    guard let first = markers.first else { return nil }
    let cycle = max(0, period.firstCycle(notBefore: first.time) - 20)
    return period.edge(cycle)...period.edge(cycle + 100)
  }

  /// Looks at one instant.
  mutating func observe(_ machine: borrowing some ObservableMachine, at instant: Instant) {
    guard markers.count < Self.most else { return }
    probe.sample(machine)
    for change in probe.sampler.changes {
      if word.isEmpty {
        mark(probe.sampler.texts[Int(change.text)], instant)
      } else if Int32(truncatingIfNeeded: change.value) >= 0 {
        mark("\(word) \(change.value)", instant)
      }
    }
    probe.sampler.removeAll()
  }

  private mutating func mark(_ name: String, _ instant: Instant) {
    if markers.last?.name != name { markers.append(WaveMarker(time: instant.time, name: name)) }
  }
}

/// A recorder that notes where folds or layers begin, for the markers of its view.
struct MarkedRecorder: CycleObserver {
  var recorder: TraceRecorder
  var markers: RunMarkers

  mutating func observe(_ machine: borrowing some ObservableMachine, at instant: Instant) throws -> Bool {
    markers.observe(machine, at: instant)
    return try recorder.observe(machine, at: instant)
  }

  /// Closes the trace and says what it holds.
  mutating func finish(opensOn window: ClosedRange<SimulationTime>?) throws -> TraceSummary {
    try recorder.finish(markers: markers.markers, opensOn: window)
  }
}
