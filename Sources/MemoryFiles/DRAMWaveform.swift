public import Memory
import Signals
import Simulation
public import WaveFormats

/// Records a trace run into a waveform file, with the views that open it.
///
/// Markers stand at the first hit, miss and conflict, and at the first refresh.
public struct DRAMWaveform {
  private let layout: TraceLayout
  private let writer: any WaveWriter
  private let path: String
  private let view: WaveView
  private let window: Range<Int>
  private let specification: DRAMSpecification
  private var probe: Probe
  private var markers: [WaveMarker] = []
  private var marked: Set<String> = []
  private var last = 0

  /// Creates the file; only the cycles of `window` are recorded.
  public init(
    _ runner: borrowing DRAMTraceRunner, path: String, window: Range<Int> = 0..<Int.max, comments: [String] = []
  ) throws(WaveError) {
    self.path = path
    self.window = window
    specification = runner.specification
    let catalog = SignalCatalog(runner)
    probe = Probe(catalog: catalog, selecting: catalog.handles)
    let clock = specification.clock
    layout = try TraceLayout(
      catalog: catalog, selection: probe.selection,
      clocks: [
        WaveClock(name: "clk", periodNumerator: clock.numerator, periodDenominator: clock.denominator)
      ], top: WaveName.sanitised(specification.name))
    writer = try WaveFile.create(path, layout: layout, vcd: VCDOptions(comments: comments))
    var view = DRAMView(catalog: catalog, channels: runner.channels.count).view
    view.comments = comments
    self.view = view
  }

  /// Records a cycle between `evaluate` and `commit`; false once nothing more is wanted.
  public mutating func observe(_ runner: inout DRAMTraceRunner, at cycle: Int) throws -> Bool {
    guard cycle < window.upperBound else { return false }
    guard cycle >= window.lowerBound else { return true }
    last = cycle
    probe.sample(&runner)
    try writer.record(at: time(cycle), changes: probe.sampler.changes.span, texts: probe.sampler.texts)
    probe.sampler.removeAll()
    for channel in runner.channels.indices { mark(runner.channels[channel], at: cycle) }
    return true
  }

  private func time(_ cycle: Int) -> SimulationTime { specification.clock.edge(cycle) }

  private mutating func mark(_ channel: borrowing DRAMChannel, at cycle: Int) {
    for command in channel.decided(at: cycle) {
      let name: String
      switch command.kind {
      case .read, .write: name = "first \(channel.outcome)"
      case .refresh, .refreshBank: name = "first \(command.kind.mnemonic)"
      default: continue
      }
      if marked.insert(name).inserted { markers.append(WaveMarker(time: time(cycle), name: name)) }
    }
  }

  /// Cycles that a window shows at first, where there are more.
  private static let openedCycles = 200

  /// Ends the file after `cycle` and writes the layouts for GTKWave and Surfer beside it; returns the paths of the former.
  public mutating func finish(at cycle: Int) throws -> [String] {
    let end = min(max(cycle, last) + 1, window.upperBound)
    try writer.finish(at: time(end))
    var view = view
    view.markers = markers
    view.window = time(window.lowerBound)...time(min(end, window.lowerBound + Self.openedCycles))
    return try ViewFiles(wavePath: path).write(view, layout: layout, timescale: writer.timescale)
  }
}

/// What a viewer shows of a DRAM: the request, the command, the data, the queues, and a row for each bank.
struct DRAMView {
  let catalog: SignalCatalog
  let channels: Int

  var view: WaveView {
    WaveView(
      items: head + overview,
      detail: head + (0..<channels).flatMap { groups("channel_\($0)", isOpen: $0 == 0) },
      labelColours: [
        "ACT": "dark blue", "RD": "dark green", "WR": "sienna", "PRE": "dark red", "PREA": "dark red", "REF": "purple",
        "REFpb": "purple", "open": "dark green", "activating": "dark blue", "precharging": "dark red",
        "refreshing": "purple", "hit": "dark green", "miss": "dark blue", "conflict": "dark red", "read": "dark green",
        "write": "sienna",
      ], openScopes: ["channel_0"])
  }

  private var head: [WaveItem] {
    [
      .row(WaveRow(target: .clock(0))),
      .section("Trace", rows("trace", ["request", "taken", "is_write", "address"])),
    ]
  }

  /// The first channel.
  private var overview: [WaveItem] {
    [
      .section("Commands", rows("channel_0", ["command", "bank", "row", "column", "outcome"])),
      .section("Row commands", all("channel_0.row_bus", ["command", "bank", "row"])),
      .section(
        "Data bus", rows("channel_0", ["data", "data_bank"]) + all("channel_0.pseudo_channel", ["data"])),
      .section("Queues", rows("channel_0", ["read_queue", "write_queue", "served", "refresh_owed"])),
      .section("Banks", all("channel_0.bank", ["state"])),
    ]
  }

  /// A channel with the rows that its banks hold.
  private func groups(_ scope: String, isOpen: Bool) -> [WaveItem] {
    [
      .group("\(scope) commands", isOpen: isOpen, rows(scope, ["command", "bank", "row", "column", "outcome"])),
      .group("\(scope) row commands", isOpen: isOpen, all(scope + ".row_bus", ["command", "bank", "row"])),
      .group(
        "\(scope) data bus", isOpen: isOpen,
        rows(scope, ["data", "data_bank"]) + all(scope + ".pseudo_channel", ["data"])),
      .group(
        "\(scope) queues", isOpen: isOpen, rows(scope, ["read_queue", "write_queue", "served", "refresh_owed"])),
      .group("\(scope) banks", isOpen: isOpen, all(scope + ".bank", ["state"])),
      .group("\(scope) open rows", isOpen: false, all(scope + ".bank", ["open_row", "waiting"])),
    ]
  }

  /// The named signals of a scope that exist.
  private func rows(_ scope: String, _ names: [String]) -> [WaveItem] {
    names.compactMap { name in
      catalog.handles.first { catalog.name(of: $0) == "\(scope).\(name)" }.map { .row(WaveRow($0)) }
    }
  }

  /// The named signals of every element whose scope begins like `prefix`, labelled by element.
  private func all(_ prefix: String, _ names: [String]) -> [WaveItem] {
    catalog.handles.compactMap { handle in
      let scope = catalog.scope(of: handle)
      let name = catalog.declaration(of: handle).name
      guard scope.hasPrefix(prefix + "_"), names.contains(name) else { return nil }
      let element = scope.split(separator: ".").last.map(String.init) ?? scope
      return .row(WaveRow(handle, label: name == "state" ? element : "\(element) \(name)"))
    }
  }
}
