public import Signals
public import Simulation
public import WaveFormats

/// How large a trace would be: a copy of the simulator runs untraced but for samples, which are written to nowhere.
public struct TraceEstimate: Sendable, CustomStringConvertible {
  /// Cycles of the first clock that were simulated.
  public let cycles: Int
  /// Whether the run ended within the limit; otherwise the trace is larger.
  public let isWholeRun: Bool
  /// Bytes that a trace of these cycles takes.
  public let byteCount: Int

  @usableFromInline
  init(cycles: Int, isWholeRun: Bool, byteCount: Int) {
    self.cycles = cycles
    self.isWholeRun = isWholeRun
    self.byteCount = byteCount
  }

  /// Measures on a copy of a simulator, which runs to its end or for `cycleLimit` cycles of its first clock.
  @inlinable
  public static func measure<Model: Machine & ObservableMachine>(
    _ simulator: Simulator<Model>, options: TraceOptions, cycleLimit: Int = 4_000_000
  ) throws -> TraceEstimate {
    var copy = simulator
    var observer = try SizeObserver(copy.machine, options)
    let first = copy.completedCycles(of: 0)
    let (limit, overflows) = first.addingReportingOverflow(cycleLimit)
    let end = try copy.run(cycleLimit: overflows ? .max : limit, observing: &observer)
    return TraceEstimate(
      cycles: copy.completedCycles(of: 0) - first, isWholeRun: end.isEnd,
      byteCount: try observer.byteCount())
  }

  /// `about 3.41 GB for 1000000 cycles`.
  public var description: String {
    let amount = "\(ByteSize.text(byteCount)) for \(isWholeRun ? "" : "the first ")\(cycles) cycles"
    return "about \(amount)" + (isWholeRun ? "" : ", after which the run goes on")
  }
}

extension RunEnd {
  /// Whether the run would not go on if it were allowed more cycles.
  @usableFromInline var isEnd: Bool {
    if case .cycleLimit = self { return false }
    return true
  }
}

/// Writes stretches of a run to nowhere and counts their bytes.
@usableFromInline
struct SizeObserver: CycleObserver {
  /// Instants in a stretch, and from one stretch's beginning to the next one's.
  @usableFromInline static let stretch = 1024
  @usableFromInline static let distance = 16 * 1024

  @usableFromInline var probe: Probe
  private let writer: any WaveWriter
  private let declarations: Int
  private let period: ClockPeriod
  @usableFromInline let window: Range<SimulationTime>
  @usableFromInline var seen = 0
  private var sampled = 0
  /// Where the samples have come to in their file, and the instant of the last one in the run.
  private var time = SimulationTime.zero
  private var last: SimulationTime?

  @usableFromInline
  init<Model: Machine & ObservableMachine>(_ machine: borrowing Model, _ options: TraceOptions) throws(WaveError) {
    let catalog = SignalCatalog(machine)
    probe = Probe(catalog: catalog, selecting: try options.selection(of: catalog))
    let layout = try TraceLayout(
      catalog: catalog, selection: probe.selection,
      clocks: TraceRecorder.clocks(machine.clockDomains, options.clockDisplay))
    period = machine.clockDomains[0].period
    if case .window(let window) = options.extent {
      self.window = window.range(period)
    } else {
      window = TraceWindow.everything.range(period)
    }
    switch WaveFormat(fileName: options.path) {
    case .fst: writer = try FSTWriter(path: "/dev/null", layout: layout)
    case let format:
      var vcd = VCDOptions()
      vcd.isPacked = format == .vcdGzip
      writer = try VCDWriter(path: "/dev/null", layout: layout, options: vcd)
    }
    declarations = writer.byteCount
  }

  @inlinable
  mutating func observe(_ machine: inout some ObservableMachine, at instant: Instant) throws -> Bool {
    guard window.contains(instant.time) else { return instant.time < window.upperBound }
    let place = seen % Self.distance
    seen += 1
    // The instant before a stretch brings the values up to date and is not counted.
    let isCounted = place < Self.stretch
    guard isCounted || place == Self.distance - 1 else { return true }
    probe.sample(&machine, domains: isCounted ? instant.edges.rawValue : .max)
    try take(instant, isCounted: isCounted)
    return true
  }

  @usableFromInline
  mutating func take(_ instant: Instant, isCounted: Bool) throws {
    if isCounted {
      // Stretches follow each other without a gap, or the clocks would fill it.
      time.femtoseconds += last.map { instant.time.femtoseconds - $0.femtoseconds } ?? 0
      try writer.record(at: time, changes: probe.sampler.changes.span, texts: probe.sampler.texts)
      sampled += 1
    }
    last = instant.time
    probe.sampler.removeAll()
  }

  /// Bytes of the whole, as the samples tell.
  @usableFromInline
  func byteCount() throws -> Int {
    try writer.finish(at: SimulationTime(femtoseconds: time.femtoseconds + period.edge(1).femtoseconds))
    let share = Double(writer.byteCount - declarations) * Double(seen) / Double(max(sampled, 1))
    return declarations + Int(share)
  }
}
