public import Signals
public import WaveFormats

/// What a trace records, and how much of it.
public struct TraceOptions: Sendable {
  /// When a trace records.
  public enum Extent: Sendable {
    /// From a cycle or instant on, to another.
    case window(TraceWindow)
    /// Around the first cycle in which a condition holds, counted in cycles of the first clock.
    case trigger(TraceTrigger, before: Int, after: Int?)
    /// The last cycles before the end, kept in memory until then: a flight recorder.
    case last(cycles: Int)
  }

  /// The file; its extension `.vcd`, `.vcd.gz` or `.fst` says the format.
  public var path: String
  /// Patterns over signal names (`*`, `**`, `?`); empty for all that is traced by default, which leaves out most annotations.
  public var scopes: [String] = []
  /// How many scopes deep a signal may lie: 1 for a block's own signals, 2 for those of its PEs.
  public var depth: Int?
  /// When to record.
  public var extent = Extent.window(.everything)
  /// The most bytes that the file may have.
  public var budget: Int?
  /// How clocks are drawn.
  public var clockDisplay = WaveClock.Display.edges
  /// Constructs that a VCD file may hold.
  public var dialect = VCDOptions.Dialect.extended
  /// Lines for the head of the file and of its views, such as the command that made them.
  public var comments: [String] = []
  /// Whether a thread of its own packs and writes what was recorded. With a budget there is none: its size must be known.
  public var usesThread = true

  /// A trace of everything into a file.
  public init(path: String) {
    self.path = path
  }

  /// The selected signals of a machine, in the order of its catalog.
  ///
  /// Throws for a pattern that matches nothing.
  public func selection(of catalog: SignalCatalog) throws(WaveError) -> [SignalHandle] {
    let names = SignalNames(catalog)
    var handles = scopes.isEmpty ? catalog.handlesTracedByDefault : []
    if !scopes.isEmpty { handles = try names.handles(matching: scopes) }
    guard let depth else { return handles }
    let shallow = handles.filter { handle in
      let scope = catalog.scope(of: handle)
      return scope.isEmpty ? depth >= 0 : scope.split(separator: ".").count <= depth
    }
    guard !shallow.isEmpty else {
      throw WaveError(
        file: "--trace-depth \(depth)", kind: .usage,
        "no selected signal lies so high; the highest lies \(names.leastDepth(of: handles)) scopes deep")
    }
    return shallow
  }
}

extension TraceOptions {
  /// The path with a word before its extension, for one of several traces: `run.fst` with `ws` is `run-ws.fst`.
  public static func path(_ path: String, with word: String) -> String {
    guard let format = WaveFormat(fileName: path) else { return "\(path)-\(word)" }
    let base = path.dropLast(format.rawValue.count + 1)
    return "\(base)-\(word)" + path.dropFirst(base.count)
  }
}

extension TraceOptions.Extent {
  /// What a command line asks for; throws where two of its options exclude each other.
  public init(window: String?, trigger: String?, before: Int?, after: Int?, last: Int?) throws(WaveError) {
    let given = [("window", window != nil), ("trigger", trigger != nil), ("last", last != nil)].filter(\.1).map(\.0)
    guard given.count <= 1 else {
      throw WaveError(
        file: "--trace-\(given[1])", kind: .usage, "it cannot be combined with --trace-\(given[0]): choose one")
    }
    guard trigger != nil || before == nil && after == nil else {
      throw WaveError(
        file: "--trace-\(before != nil ? "before" : "after")", kind: .usage, "it needs --trace-trigger CONDITION")
    }
    if let trigger {
      self = .trigger(try TraceTrigger(trigger), before: before ?? 0, after: after)
    } else if let last {
      self = .last(cycles: last)
    } else {
      self = .window(try window.map { text throws(WaveError) in try TraceWindow(text) } ?? .everything)
    }
  }
}
