internal import Signals
internal import Simulation
internal import Tracing
internal import WaveFormats

/// Markers where signals of the control change, layers, folds or passes: as many as a viewer has letters.
struct RunMarkers {
  /// A signal whose new values are marked: a number with a word before it, a text by itself.
  struct Source {
    let signal: String
    var word = ""

    /// The layer that runs.
    static let layer = Source(signal: "control.layer")
    /// The fold whose vectors enter.
    static let fold = Source(signal: "control.fold", word: "fold")
    /// The pass whose ifmap words are on the bus.
    static let pass = Source(signal: "control.pass_of_layer", word: "pass")
  }

  /// Markers of GTKWave: A to Z.
  private static let most = 26

  private(set) var markers: [WaveMarker] = []
  private var probe: Probe
  /// The word of each signal that the probe watches; nil for texts.
  private let words: [String?]
  private var firstNumbered: SimulationTime?

  /// Markers at every new value of some signals.
  init(_ machine: borrowing some ObservableMachine, _ sources: [Source]) {
    let catalog = SignalCatalog(machine)
    probe = Probe(catalog: catalog, selecting: catalog.handles(matching: sources.map(\.signal)))
    words = probe.selection.map { handle in
      guard catalog.declaration(of: handle).format != .text else { return nil }
      return sources.first { $0.signal == catalog.name(of: handle) }?.word
    }
  }

  /// What a window shows at first: some cycles before the first fold or pass, and a hundred in all.
  func opening(_ period: ClockPeriod) -> ClosedRange<SimulationTime>? {
    guard let firstNumbered else { return nil }
    let cycle = max(0, period.firstCycle(notBefore: firstNumbered) - 20)
    return period.edge(cycle)...period.edge(cycle + 100)
  }

  /// Looks at one instant.
  mutating func observe(_ machine: borrowing some ObservableMachine, at instant: Instant) {
    guard markers.count < Self.most else { return }
    probe.sample(machine)
    for change in probe.sampler.changes {
      guard let word = words[Int(change.signal)] else {
        mark(probe.sampler.texts[Int(change.text)], instant)
        continue
      }
      guard Int32(truncatingIfNeeded: change.value) >= 0 else { continue }
      firstNumbered = firstNumbered ?? instant.time
      mark("\(word) \(change.value)", instant)
    }
    probe.sampler.removeAll()
  }

  private mutating func mark(_ name: String, _ instant: Instant) {
    if markers.last?.name != name, markers.count < Self.most {
      markers.append(WaveMarker(time: instant.time, name: name))
    }
  }
}

/// A recorder that notes where layers, folds or passes begin, for the markers of its view.
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
