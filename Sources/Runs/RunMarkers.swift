internal import Signals
internal import Simulation
internal import Tracing
internal import WaveFormats

/// Markers where signals of the control change, layers, folds or passes: as many as a viewer has letters.
struct RunMarkers {
  /// A signal whose new values are marked: a number with a word before it, a text by itself, of an enumeration the first time
  /// of each label but the first.
  struct Source {
    let signal: String
    var word = ""

    /// The layer that runs.
    static let layer = Source(signal: "control.layer")
    /// The fold whose vectors enter.
    static let fold = Source(signal: "control.fold", word: "fold")
    /// The pass whose ifmap words are on the bus.
    static let pass = Source(signal: "control.pass_of_layer", word: "pass")
    /// The first ACT, RD or WR, and data of each tensor in a DRAM.
    static let firstOfTensors = [
      Source(signal: "memory.*.act_tensor", word: "ACT"), Source(signal: "memory.*.rd_tensor", word: "RD"),
      Source(signal: "memory.*.wr_tensor", word: "WR"), Source(signal: "memory.answer_tensor", word: "data"),
    ]
  }

  /// Markers of GTKWave: A to Z.
  private static let most = 26

  private(set) var markers: [WaveMarker] = []
  private var probe: Probe
  /// The word of each signal that the probe watches; nil for texts.
  private let words: [String?]
  /// The labels of each of them that is an enumeration.
  private let tables: [EnumTable?]
  private var firstNumbered: SimulationTime?

  /// Markers at every new value of some signals; of a run that `goesOn`, what the machine shows now is not new.
  init(_ machine: borrowing some ObservableMachine, _ sources: [Source], goesOn: Bool = false) {
    let catalog = SignalCatalog(machine)
    probe = Probe(catalog: catalog, selecting: catalog.handles(matching: sources.map(\.signal)))
    words = probe.selection.map { handle in
      guard catalog.declaration(of: handle).format != .text else { return nil }
      return sources.first { catalog.handles(matching: [$0.signal]).contains(handle) }?.word
    }
    tables = probe.selection.map { handle in
      guard case .enumeration(let table) = catalog.declaration(of: handle).format else { return nil }
      return table
    }
    guard goesOn else { return }
    var machine = copy machine
    probe.sample(&machine)
    probe.sampler.removeAll()
  }

  /// What a window shows at first: some cycles before the first fold, pass or command, and a hundred in all.
  func opening(_ period: ClockPeriod) -> ClosedRange<SimulationTime>? {
    guard let firstNumbered else { return nil }
    let cycle = max(0, period.firstCycle(notBefore: firstNumbered) - 20)
    return period.edge(cycle)...period.edge(cycle + 100)
  }

  /// Looks at one instant.
  mutating func observe(_ machine: inout some ObservableMachine, at instant: Instant) {
    guard markers.count < Self.most else { return }
    probe.sample(&machine)
    for change in probe.sampler.changes {
      guard let word = words[Int(change.signal)] else {
        mark(probe.sampler.texts[Int(change.text)], instant)
        continue
      }
      if let table = tables[Int(change.signal)] {
        guard change.value > 0 else { continue }
        firstNumbered = firstNumbered ?? instant.time
        markFirst("\(word) \(table.labels[Int(change.value)])", instant)
        continue
      }
      guard Int32(truncatingIfNeeded: change.value) >= 0 else { continue }
      firstNumbered = firstNumbered ?? instant.time
      mark("\(word) \(change.value)", instant)
    }
    probe.sampler.removeAll()
  }

  private mutating func markFirst(_ name: String, _ instant: Instant) {
    if !markers.contains(where: { $0.name == name }) { mark(name, instant) }
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

  mutating func observe(_ machine: inout some ObservableMachine, at instant: Instant) throws -> Bool {
    markers.observe(&machine, at: instant)
    return try recorder.observe(&machine, at: instant)
  }

  /// Closes the trace and says what it holds.
  mutating func finish(opensOn window: ClosedRange<SimulationTime>?) throws -> TraceSummary {
    try recorder.finish(markers: markers.markers, opensOn: window)
  }
}
