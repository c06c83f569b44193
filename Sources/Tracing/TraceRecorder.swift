public import Signals
public import Simulation
public import WaveFormats

/// Records a machine's signals into a file while a simulator runs it.
///
/// ```
/// var recorder = try TraceRecorder(simulator.machine, top: "ws_16x16", options: options)
/// let end = try simulator.run(observing: &recorder)
/// print(try recorder.finish(markers: markers))
/// ```
/// It ends the run if SIGINT or SIGTERM arrive (`Interruption`). A file that cannot be written ends it with an error; what
/// was written before loads. Between instants that the simulator evaluates, time passes in the file as it does in the run.
///
/// The thread that simulates collects changes, nothing else; a `BatchEncoder` makes a file of them.
public struct TraceRecorder: CycleObserver {
  /// What the file declares.
  public let layout: TraceLayout
  /// What is asked for.
  public let options: TraceOptions
  /// What a viewer shows when it opens the file.
  public let view: WaveView

  enum Phase {
    /// Before the window.
    case before
    /// Within the window, until the condition holds.
    case armed
    case recording
    case ended
  }

  let periods: [ClockPeriod]
  let window: Range<SimulationTime>
  var phase = Phase.before
  @usableFromInline var probe: Probe
  /// Instants before this one are recorded without another question: the start of time unless recording is under way.
  @usableFromInline var recordsUntil = SimulationTime.zero
  var watch: TriggerWatch?
  var ring: FlightRecorder?
  let writer: any WaveWriter
  private let encoder: BatchEncoder
  var budget: TraceBudget?
  /// The first and the last instant in the file, where it ends if that was decided, and the last instant seen.
  var firstTime: SimulationTime?
  private var lastTime: SimulationTime?
  private var endOfFile: SimulationTime?
  var lastSeen = SimulationTime.zero
  var stopTime: SimulationTime?
  /// Domains that sleep, and what they showed when they fell asleep: it stands when the window opens.
  var sleeping: ClockEdges = []
  var before = FlightRecorder(formats: [], span: 0)

  /// Creates the file and the views beside it, which are written again at the end, with markers.
  ///
  /// `top` names the scope that holds the machine. Without a `view`, `DefaultView` lays out what is traced.
  public init<Model: Machine & ObservableMachine>(
    _ machine: borrowing Model, top: String, options: TraceOptions, view: WaveView? = nil
  ) throws(WaveError) {
    self.options = options
    let catalog = SignalCatalog(machine)
    periods = machine.clockDomains.map(\.period)
    let selection = try options.selection(of: catalog)
    probe = Probe(catalog: catalog, selecting: selection)
    layout = try TraceLayout(
      catalog: catalog, selection: probe.selection,
      clocks: Self.clocks(machine.clockDomains, options.clockDisplay), top: top)
    let formats = layout.selection.indices.map(layout.format(ofSelected:))
    before = FlightRecorder(formats: formats, span: 0)
    let cycle = periods[0]
    switch options.extent {
    case .window(let window): self.window = window.range(cycle)
    case .last(let cycles):
      window = TraceWindow.everything.range(cycle)
      ring = FlightRecorder(formats: formats, span: Self.span(max(cycles, 1), cycle))
    case .trigger(let trigger, let before, _):
      window = TraceWindow.everything.range(cycle)
      watch = try TriggerWatch(trigger, catalog)
      if before > 0 { ring = FlightRecorder(formats: formats, span: Self.span(before, cycle)) }
    }
    writer = try Self.writer(options, layout)
    encoder = BatchEncoder(writer, usesThread: options.usesThread)
    // Every instant is weighed against a budget.
    if options.budget != nil { probe.sampler.batch = SampleBatch(capacity: 1) }
    budget = try options.budget.map { [layout, writer] limit throws(WaveError) in
      try TraceBudget(limit: limit, layout: layout, writer: writer, path: options.path)
    }
    self.view = view ?? DefaultView(layout).view
    try writeViews(self.view)
  }

  private static func span(_ cycles: Int, _ period: ClockPeriod) -> UInt64 {
    TraceWindow(start: nil, end: .cycle(cycles - 1)).range(period).upperBound.femtoseconds
  }

  static func clocks(_ domains: [ClockDomain], _ display: WaveClock.Display) -> [WaveClock] {
    domains.map {
      WaveClock(
        name: domains.count == 1 ? "clk" : "clk_\($0.name)", periodNumerator: $0.period.numerator,
        periodDenominator: $0.period.denominator, display: display)
    }
  }

  private static func writer(_ options: TraceOptions, _ layout: TraceLayout) throws(WaveError) -> any WaveWriter {
    // Blocks are a small part of a budget, so that it is used well.
    let block = options.budget.map { min(max($0 / 8, 1 << 16), 1 << 24) } ?? 1 << 24
    var fst = FSTOptions(blockSize: block)
    var vcd = VCDOptions(dialect: options.dialect, comments: options.comments)
    // What a block takes must be known before the next instant may be written.
    fst.usesThread = options.usesThread && options.budget == nil
    vcd.usesThread = fst.usesThread
    return try WaveFile.create(options.path, layout: layout, vcd: vcd, fst: fst)
  }
}

// MARK: - Observing

extension TraceRecorder {
  /// Records what the selected signals show at this instant, if it is asked for.
  @inlinable
  public mutating func observe(_ machine: inout some ObservableMachine, at instant: Instant) throws -> Bool {
    guard instant.time < recordsUntil else { return try decide(&machine, instant) }
    probe.sample(&machine, domains: instant.edges.rawValue)
    probe.sampler.batch.close(at: instant.time)
    return probe.sampler.batch.isFull ? try handOver() : true
  }

  /// Whether to record from this instant on, or no longer.
  @usableFromInline
  mutating func decide(_ machine: inout some ObservableMachine, _ instant: Instant) throws -> Bool {
    if phase == .before { try approach(&machine, instant) }
    switch phase {
    case .before, .ended: break
    case .armed: try arm(&machine, instant)
    case .recording: try record(&machine, instant)
    }
    lastSeen = instant.time
    return Interruption.signal == nil
  }

  /// Before the window: only domains that fall asleep are sampled, because they may sleep on when it opens.
  private mutating func approach(_ machine: inout some ObservableMachine, _ instant: Instant) throws {
    if instant.time >= window.lowerBound { return try open(instant) }
    sleeping.subtract(instant.edges)
    sleeping.formUnion(instant.sleeping)
    guard !instant.sleeping.isEmpty else { return }
    probe.sample(&machine, domains: instant.sleeping.rawValue)
    before.append(instant.time, probe.sampler.changes, probe.sampler.texts)
    probe.sampler.removeAll()
  }

  private mutating func open(_ instant: Instant) throws {
    phase = watch == nil && ring == nil ? .recording : .armed
    // A domain with an edge at the very beginning shows itself.
    let asleep = instant.time > window.lowerBound ? sleeping : sleeping.subtracting(instant.edges)
    let (changes, texts) = before.values { [layout] in
      asleep.contains(domain: layout.catalog.blocks[layout.selection[$0].block].clockDomain)
    }
    if phase == .recording, !changes.isEmpty { try write(window.lowerBound, changes.span, texts) }
    // Domains that woke up since they were sampled are not in the file yet.
    probe.sampler.forget()
  }

  private mutating func arm(_ machine: inout some ObservableMachine, _ instant: Instant) throws {
    let fires = watch?.holds(in: &machine, domains: instant.edges.rawValue) ?? false
    if ring != nil {
      probe.sample(&machine, domains: instant.edges.rawValue)
      ring?.append(instant.time, probe.sampler.changes, probe.sampler.texts)
      probe.sampler.removeAll()
    }
    if fires { try trigger(&machine, instant) }
  }

  /// The first instant that is recorded by sampling, or the first behind the last one.
  private mutating func record(_ machine: inout some ObservableMachine, _ instant: Instant) throws {
    let end = stopTime ?? window.upperBound
    guard instant.time < end else { return try stop(at: end) }
    recordsUntil = end
    _ = try observe(&machine, at: instant)
  }

  /// The condition holds: what was kept is written, and recording goes on.
  private mutating func trigger(_ machine: inout some ObservableMachine, _ instant: Instant) throws {
    phase = .recording
    if case .trigger(_, _, let after?) = options.extent {
      let cycle = periods[0].firstCycle(notBefore: instant.time)
      stopTime = periods[0].edge(cycle + after + 1)
    }
    if ring == nil { try record(&machine, instant) } else { try writeRing() }
  }
}

// MARK: - Handing over

extension TraceRecorder {
  /// Whatever was collected goes to the encoder; with a budget it is one instant, and what it takes must be known at once.
  @usableFromInline
  mutating func handOver() throws -> Bool {
    guard let extent = probe.sampler.batch.extent else { return true }
    lastSeen = extent.upperBound
    if budget == nil {
      note(extent)
      try encoder.take(&probe.sampler.batch)
    } else {
      try write(extent.lowerBound, probe.sampler.changes.span, probe.sampler.texts)
      probe.sampler.removeAll()
    }
    return Interruption.signal == nil
  }

  mutating func writeRing() throws {
    guard var kept = ring else { return }
    ring = nil
    try kept.replay { time, changes, texts in
      if phase == .recording { try write(time, changes.span, texts) }
    }
  }

  /// Writes one instant, unless the budget is used up by it.
  private mutating func write(_ time: SimulationTime, _ changes: Span<SignalChange>, _ texts: [String]) throws {
    if let budget {
      let start = firstTime == nil ? nil : endTime
      var isTooMuch = budget.isExceeded(by: changes, texts, at: time, after: start, in: writer)
      if isTooMuch, try budget.makesRoom(in: writer) {
        isTooMuch = budget.isExceeded(by: changes, texts, at: time, after: start, in: writer)
      }
      if isTooMuch { return try suspend(at: start ?? time) }
    }
    note(time...time)
    try writer.record(at: time, changes: changes, texts: texts)
  }

  private mutating func note(_ extent: ClosedRange<SimulationTime>) {
    firstTime = firstTime ?? extent.lowerBound
    lastTime = extent.upperBound
  }

  /// Where the file ends: with the cycle of its last instant, unless recording ended at another.
  var endTime: SimulationTime { endOfFile ?? lastTime.map(nextEdge(after:)) ?? .zero }

  /// Where the cycle of the first clock that runs at `time` ends.
  private func nextEdge(after time: SimulationTime) -> SimulationTime {
    periods[0].edge(periods[0].firstCycle(notBefore: SimulationTime(femtoseconds: time.femtoseconds + 1)))
  }

  /// The budget is used up.
  private mutating func suspend(at time: SimulationTime) throws {
    budget?.isExhausted = true
    try writer.suspend(at: time, reason: "nothing is recorded from here on: the budget is used up")
    endOfFile = time
    // That nothing is known from here on is seen for a cycle.
    try end(at: nextEdge(after: time))
  }

  /// Nothing more is recorded.
  private mutating func stop(at time: SimulationTime) throws {
    _ = try handOver()
    endOfFile = time
    try end(at: time)
  }

  /// The file is complete.
  private mutating func end(at time: SimulationTime) throws {
    phase = .ended
    recordsUntil = .zero
    try encoder.wait()
    try writer.finish(at: time)
  }
}

// MARK: - The end

extension TraceRecorder {
  /// Writes what a flight recorder holds, closes the file, writes the views with markers, and says what the file holds.
  ///
  /// To be called however the run ended, by an error of the run too.
  public mutating func finish(
    markers: [WaveMarker] = [], opensOn window: ClosedRange<SimulationTime>? = nil
  ) throws -> TraceSummary {
    try close()
    let shown = markers.filter { marker in firstTime.map { $0 <= marker.time && marker.time <= endTime } ?? false }
    var view = view
    if let window, let firstTime, window.lowerBound < endTime, window.upperBound > firstTime {
      view.window = max(window.lowerBound, firstTime)...min(window.upperBound, endTime)
    }
    view.markers += shown
    return TraceSummary(self, views: try writeViews(view), markers: view.markers)
  }

  /// Writes the layouts beside the file; returns the paths of those for GTKWave.
  @discardableResult
  private func writeViews(_ view: WaveView) throws(WaveError) -> [String] {
    var view = view
    view.comments = options.comments + view.comments
    return try ViewFiles(wavePath: options.path).write(view, layout: layout, timescale: writer.timescale)
  }

  /// Writes what a flight recorder holds and closes the file; `finish` does it where it was not done.
  public mutating func close() throws {
    if phase == .armed, watch == nil {
      phase = .recording
      try writeRing()
    }
    guard phase != .ended else { return }
    _ = try handOver()
    try end(at: endTime)
  }
}
