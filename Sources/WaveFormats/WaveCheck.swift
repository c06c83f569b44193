/// Looks for what is wrong with a waveform file, and for what one of the viewers is known to stumble over.
///
/// Source: trials with GTKWave 3.3.118, wellen (Surfer, VaporView) and the converters of GTKWave.
public struct WaveCheck: Sendable {
  /// Something found.
  public struct Finding: Sendable, Equatable, CustomStringConvertible {
    /// Whether the file is not well-formed; otherwise a viewer shows less than the file says.
    public let isError: Bool
    /// What, and which viewer.
    public let message: String

    /// `error: message` or `trap: message`.
    public var description: String { (isError ? "error: " : "trap: ") + message }
  }

  /// The most findings of one kind that are kept.
  public static let mostOfAKind = 5
  /// What was found, declarations first.
  public private(set) var findings: [Finding] = []
  /// Instants that were read.
  public private(set) var instants = 0
  /// Changes that were read.
  public private(set) var changes = 0

  private var counts: [String: Int] = [:]

  /// Opens a file and reads it to its end; what cannot be read is a finding.
  public init(path: String) {
    do throws(WaveError) {
      let source = try WaveFile.open(path)
      try read(source)
      // What came through a pipe cannot be read again.
      if source is VCDReader, path != "-" { try checkText(path) }
    } catch {
      findings.append(Finding(isError: true, message: "\(error)"))
    }
  }

  private mutating func read(_ start: any WaveSource) throws(WaveError) {
    var source = start
    checkNames(source.hierarchy)
    checkVariables(source.hierarchy)
    var hasValue = Array(repeating: false, count: source.hierarchy.signals.count)
    var step = WaveStep()
    // Our own files end with the edge that ends the last cycle.
    let clock = source.hierarchy.likelyClock.map { source.hierarchy.variables[$0].signal }
    var lastHadChanges = false
    while try source.next(into: &step) {
      instants += 1
      changes += step.changes.count
      if step.time > UInt64(Int64.max) {
        add("late", isError: false, "time \(step.time) is past 2^63, which is the end of time for GTKWave")
      }
      lastHadChanges = step.changes.contains { Int($0.signal) != clock }
      for change in step.changes where Int(change.signal) < hasValue.count {
        hasValue[Int(change.signal)] = true
        check(change, step, source.hierarchy)
      }
    }
    for warning in source.warnings { add("reader", isError: true, "\(warning)") }
    if instants == 0 { add("empty", isError: false, "there is no change of value: viewers show an empty window") }
    if lastHadChanges, instants > 1 {
      add(
        "end", isError: false,
        "the file ends with changes: their values have no width on the screen; a last #time is missing")
    }
    for variable in source.hierarchy.variables.indices where !hasValue[source.hierarchy.variables[variable].signal] {
      if source.hierarchy.signals[source.hierarchy.variables[variable].signal] == .event { continue }
      add("silent", isError: false, "\(source.hierarchy.path(ofVariable: variable)) never has a value")
    }
  }

  private mutating func checkNames(_ hierarchy: WaveHierarchy) {
    var seen: Set<String> = []
    for (variable, path) in hierarchy.variablePaths.enumerated() {
      checkName(hierarchy.variables[variable].name, path)
      if !seen.insert(path).inserted { add("twice", isError: false, "\(path) is declared twice in one scope") }
    }
    for (scope, path) in zip(hierarchy.scopes, hierarchy.scopePaths) where scope.name.hasPrefix("$") {
      add(
        "scope", isError: false, "\(path): GTKWave older than 3.3.118 loses the scope stack at names that begin with $")
    }
  }

  private mutating func checkName(_ name: String, _ path: String) {
    if !name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) {
      add("ascii", isError: true, "\(path): GTKWave ends a name at a blank or a byte that is not ASCII")
    } else if name.contains(":") {
      add("colon", isError: true, "\(path): GTKWave takes the colon for a range, and refuses the file")
    } else if name.contains(".") {
      add("dot", isError: false, "\(path): GTKWave alters names with a dot, which separates scopes")
    } else if name.hasSuffix("]") {
      add("index", isError: false, "\(path): GTKWave takes the index for a range, Surfer for a scope of an array")
    } else if name != WaveName.sanitised(name) {
      add("name", isError: false, "\(path): viewers differ on names with other characters than letters, digits and _")
    }
  }

  private mutating func checkVariables(_ hierarchy: WaveHierarchy) {
    for (index, variable) in hierarchy.variables.enumerated() {
      if variable.type == .port {
        add(
          "port", isError: false,
          "\(hierarchy.path(ofVariable: index)): GTKWave reads ports as extended VCD, Surfer does not read that")
      }
      if variable.scope == nil, !hierarchy.scopes.isEmpty {
        add(
          "root", isError: false,
          "\(variable.name) is in no scope: GTKWave's tree does not show it again once a scope was selected")
      }
    }
  }

  private mutating func checkText(_ path: String) throws(WaveError) {
    let text = try VCDTextCheck(path: path)
    for finding in text.findings { add(finding.kind, isError: finding.isError, finding.message) }
  }

  private mutating func check(_ change: WaveChange, _ step: WaveStep, _ hierarchy: WaveHierarchy) {
    switch hierarchy.signals[Int(change.signal)] {
    case .real where !Double(bitPattern: change.value).isFinite:
      add("real", isError: false, "at \(step.time): a real is not finite, which viewers draw each in their own way")
    case .text: check(step.content(of: change), at: step.time)
    default: break
    }
  }

  private mutating func check(_ text: ArraySlice<UInt8>, at time: UInt64) {
    if text.contains(where: { $0 >= 0x80 || $0 < 0x20 }) {
      add(
        "text", isError: false,
        "at \(time): a text holds bytes outside ASCII, which GTKWave and wellen decode differently")
    } else if text.first == UInt8(ascii: "?"), text.dropFirst().contains(UInt8(ascii: "?")) {
      add("colour", isError: false, "at \(time): GTKWave takes a text that begins with ?colour? for a background")
    }
  }

  private mutating func add(_ kind: String, isError: Bool, _ message: String) {
    counts[kind, default: 0] += 1
    if counts[kind, default: 0] <= Self.mostOfAKind { findings.append(Finding(isError: isError, message: message)) }
  }

  /// Findings of all kinds, those included that are not kept one by one.
  public var findingCount: Int {
    findings.count + counts.values.reduce(0) { $0 + max(0, $1 - Self.mostOfAKind) }
  }
}
