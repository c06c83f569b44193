internal import Signals
internal import Simulation
internal import Tracing
internal import WaveFormats

/// Markers where signals of the control change, layers, folds or passes: as many as a viewer has letters, those of the first
/// source before those of the next.
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

  private var marks: [(source: Int, marker: WaveMarker)] = []
  /// Whether no further mark would be shown: that a layer begins is rare and not waited for.
  private var isFull = false
  private var probe: Probe
  private let sources: [Source]
  /// The source of each signal that the probe watches.
  private let sourceOfSignal: [Int]
  /// Which of them are texts.
  private let isText: [Bool]
  /// The labels of each of them that is an enumeration.
  private let tables: [EnumTable?]
  private var firstNumbered: SimulationTime?

  /// Markers at every new value of some signals; of a run that `goesOn`, what the machine shows now is not new, and what comes
  /// first of its kind is not known.
  init(_ machine: borrowing some ObservableMachine, _ sources: [Source], goesOn: Bool = false) {
    let catalog = SignalCatalog(machine)
    let handles = catalog.handles(matching: sources.map(\.signal))
    func table(_ handle: SignalHandle) -> EnumTable? {
      if case .enumeration(let table) = catalog.declaration(of: handle).format { table } else { nil }
    }
    probe = Probe(catalog: catalog, selecting: handles.filter { !goesOn || table($0) == nil })
    self.sources = sources
    let matches = sources.map { catalog.handles(matching: [$0.signal]) }
    sourceOfSignal = probe.selection.map { handle in matches.firstIndex { $0.contains(handle) } ?? 0 }
    isText = probe.selection.map { catalog.declaration(of: $0).format == .text }
    tables = probe.selection.map(table)
    guard goesOn else { return }
    var machine = copy machine
    probe.sample(&machine)
    probe.sampler.removeAll()
  }

  /// The markers in the order of time.
  var markers: [WaveMarker] {
    let ranked = sources.indices.flatMap { source in marks.indices.filter { marks[$0].source == source } }
    return ranked.prefix(Self.most).sorted().map { marks[$0].marker }
  }

  /// What a window shows at first: some cycles before the first fold, pass or command, and a hundred in all.
  func opening(_ period: ClockPeriod) -> ClosedRange<SimulationTime>? {
    guard let firstNumbered else { return nil }
    let cycle = max(0, period.firstCycle(notBefore: firstNumbered) - 20)
    return period.edge(cycle)...period.edge(cycle + 100)
  }

  /// Looks at one instant.
  mutating func observe(_ machine: inout some ObservableMachine, at instant: Instant) {
    guard !isFull else { return }
    probe.sample(&machine)
    for change in probe.sampler.changes {
      let source = sourceOfSignal[Int(change.signal)]
      if isText[Int(change.signal)] {
        mark(probe.sampler.texts[Int(change.text)], source, instant)
        continue
      }
      if let table = tables[Int(change.signal)] {
        guard change.value > 0 else { continue }
        firstNumbered = firstNumbered ?? instant.time
        markFirst("\(sources[source].word) \(table.labels[Int(change.value)])", source, instant)
        continue
      }
      guard Int32(truncatingIfNeeded: change.value) >= 0 else { continue }
      firstNumbered = firstNumbered ?? instant.time
      mark("\(sources[source].word) \(change.value)", source, instant)
    }
    probe.sampler.removeAll()
  }

  private mutating func markFirst(_ name: String, _ source: Int, _ instant: Instant) {
    if !marks.contains(where: { $0.marker.name == name }) { mark(name, source, instant) }
  }

  private mutating func mark(_ name: String, _ source: Int, _ instant: Instant) {
    let last = marks.last { $0.source == source }?.marker.name
    guard last != name, count(of: source) < Self.most else { return }
    marks.append((source, WaveMarker(time: instant.time, name: name)))
    isFull = sources.indices.suffix(max(1, sources.count - 1)).allSatisfy { count(of: $0) == Self.most }
  }

  private func count(of source: Int) -> Int {
    marks.count { $0.source == source }
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
