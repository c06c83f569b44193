import Signals

/// Writes a view as a GTKWave save file (`.gtkw`) and one translate filter per enumeration type.
///
/// Source: GTKWave 3.3.118, `savefile.c`. Every name is the one that GTKWave builds for the traced signal; only what is traced
/// is named. Paths are relative, so that the directory can be moved.
public struct GTKWaveLayout {
  /// Name of the trace beside the save file: `run.vcd`.
  public let waveFile: String
  /// Name of the save file: `run.gtkw`.
  public let saveFile: String
  /// Directory of the filters, relative to the save file.
  public let filterDirectory: String

  private let layout: TraceLayout
  private let timescale: Timescale

  /// Layout files for a trace laid out as `layout` with ticks of `timescale`.
  public init(
    layout: TraceLayout, timescale: Timescale? = nil, waveFile: String, saveFile: String,
    filterDirectory: String = "filters"
  ) {
    self.layout = layout
    self.timescale = timescale ?? .fitting(layout.clocks)
    self.waveFile = waveFile
    self.saveFile = saveFile
    self.filterDirectory = filterDirectory
  }

  /// The save file, and the filter files that it refers to.
  public func files(for view: WaveView) -> [WaveSideFile] {
    var text = GTKWaveText(resolver: RowResolver(layout), filterDirectory: filterDirectory)
    for comment in view.comments { text.line("[*] \(GTKWaveText.plain(comment))") }
    text.line("[dumpfile] \"\(waveFile)\"")
    text.line("[savefile] \"\(saveFile)\"")
    text.line("[timestart] \(ticks(view.window?.lowerBound ?? .zero))")
    text.line("[size] \(Self.windowWidth) 900")
    text.line("[pos] -1 -1")
    text.line(markerLine(view))
    for (index, marker) in view.markers.prefix(26).enumerated() {
      text.line("[markername] \(Character(UnicodeScalar(UInt8(65 + index))))\(GTKWaveText.plain(marker.name))")
    }
    text.line("[treeopen] \(layout.top).")
    for scope in view.openScopes { text.line("[treeopen] \(layout.top).\(scope).") }
    text.line("[sst_width] 220\n[signals_width] 300\n[sst_expanded] 1")
    for item in view.items { text.append(item) }
    text.line("[pattern_trace] 1\n[pattern_trace] 0")
    let filters = text.filters.map { table in
      WaveSideFile(
        path: GTKWaveText.filterPath(table, in: filterDirectory), content: filter(table, colours: view.labelColours))
    }
    return [WaveSideFile(path: saveFile, content: text.content)] + filters
  }

  private static let windowWidth = 1500
  /// Pixels of the wave area in a window of that width, beside tree and names.
  private static let waveWidth = 920.0

  private func ticks(_ time: SimulationTime) -> UInt64 { time.femtoseconds / timescale.femtoseconds }

  /// GTKWave's zoom z shows 2^-z ticks in 200 pixels. Without a window, 100 cycles of the fastest clock are shown.
  private func markerLine(_ view: WaveView) -> String {
    let fastest = layout.clocks.map { Double($0.periodNumerator) / Double($0.periodDenominator) }.min() ?? 1e6
    let span = view.window.map { Double($0.upperBound.femtoseconds - $0.lowerBound.femtoseconds) } ?? 100 * fastest
    let shown = max(span / Double(timescale.femtoseconds), 1) * 200 / Self.waveWidth
    let hundredths = Int((-logarithm2(shown) * 100).rounded(.down))
    let zoom =
      "\(hundredths < 0 ? "-" : "")\(abs(hundredths) / 100).\(abs(hundredths) % 100 / 10)\(abs(hundredths) % 10)"
    var times = view.markers.prefix(26).map { "\(ticks($0.time))" }
    times += Array(repeating: "-1", count: 26 - times.count)
    return "*\(zoom) -1 \(times.joined(separator: " "))"
  }

  private func filter(_ table: EnumTable, colours: [String: String]) -> String {
    var text = "# values of \(table.name), keyed by the displayed binary digits\n"
    for (value, label) in table.labels.enumerated() {
      text += "\(binary(UInt64(value), width: table.bitCount)) \(colours[label].map { "?\($0)?" } ?? "")\(label)\n"
    }
    return text
  }

  /// The binary logarithm to two decimals, without the C library, so that every platform writes the same digits.
  private func logarithm2(_ value: Double) -> Double {
    var fraction = 0.0
    var rest = value.significand
    var weight = 0.5
    for _ in 0..<20 {
      rest *= rest
      if rest >= 2 {
        rest /= 2
        fraction += weight
      }
      weight /= 2
    }
    return Double(value.exponent) + fraction
  }
}

/// Finds the variable that a row shows.
struct RowResolver {
  /// What the file declares.
  let layout: TraceLayout
  private var variableOfSignal: [SignalHandle: Int] = [:]
  private var variableOfPath: [String: Int] = [:]

  init(_ layout: TraceLayout) {
    self.layout = layout
    for (position, handle) in layout.selection.enumerated() { variableOfSignal[handle] = layout.variables[position] }
    for (index, path) in layout.hierarchy.variablePaths.enumerated() { variableOfPath[path] = index }
  }

  /// The variable of a row and the format of its values; nil if it is not traced.
  func resolve(_ target: WaveRow.Target) -> (variable: Int, format: SignalFormat)? {
    switch target {
    case .signal(let handle):
      return variableOfSignal[handle].map { ($0, layout.catalog.declaration(of: handle).format) }
    case .clock(let domain):
      guard layout.clocks.indices.contains(domain), let variable = layout.clockVariables[domain] else { return nil }
      return (variable, layout.clocks[domain].display == .counter ? .unsigned(bits: 64) : .bit)
    case .path(let path):
      guard let variable = variableOfPath["\(layout.top).\(path)"] else { return nil }
      return (variable, format(ofVariable: variable))
    }
  }

  private func format(ofVariable variable: Int) -> SignalFormat {
    let signal = layout.hierarchy.variables[variable].signal
    let position = layout.variables.firstIndex { layout.hierarchy.variables[$0].signal == signal }
    return position.map(layout.format(ofSelected:)) ?? .bit
  }
}

/// The row section of a save file while it grows.
struct GTKWaveText {
  private(set) var content = ""
  /// Enumerations used so far; their position + 1 is the filter's number.
  private(set) var filters: [EnumTable] = []

  private let resolver: RowResolver
  private let filterDirectory: String
  private var flags: GTKWaveFlags?

  init(resolver: RowResolver, filterDirectory: String) {
    self.resolver = resolver
    self.filterDirectory = filterDirectory
  }

  static func filterPath(_ table: EnumTable, in directory: String) -> String {
    "\(directory)/\(WaveName.sanitised(table.name)).txt"
  }

  /// One line of ASCII.
  static func plain(_ text: String) -> String {
    String(text.unicodeScalars.map { $0.isASCII && $0.value >= 0x20 ? Character($0) : "_" })
  }

  /// A name beside a row: of one with points GTKWave would show what follows the last of them.
  static func alias(_ label: String) -> String {
    String(plain(label).compactMap { $0 == "." ? " " : $0 == "{" || $0 == "}" ? nil : $0 })
  }

  mutating func line(_ text: String) {
    content += text + "\n"
  }

  mutating func append(_ item: WaveItem) {
    switch item {
    case .group(let name, let isOpen, let items):
      appendGroup(Self.plain(name), isOpen: isOpen, items)
    case .section(let name, let items):
      append(.comment(name))
      for item in items { append(item) }
    case .row(let row):
      append(row)
    case .comment(let text):
      set(.blank)
      line("-\(Self.plain(text))")
    case .blank:
      set(.blank)
      line("-")
    }
  }

  private mutating func appendGroup(_ name: String, isOpen: Bool, _ items: [WaveItem]) {
    let closed: GTKWaveFlags = isOpen ? [] : .closed
    set([.blank, .groupBegin, closed])
    line("-\(name)")
    for item in items { append(item) }
    set([.blank, .groupEnd, isOpen ? [] : [.closed, .collapsed]])
    line("-\(name)")
  }

  private mutating func append(_ row: WaveRow) {
    guard let (variable, format) = resolver.resolve(row.target) else { return }
    let rowFlags = GTKWaveFlags(row.style, format)
    set(rowFlags)
    if row.colour != .standard { line("[color] \(row.colour.rawValue)") }
    if case .fixedPoint(_, let fraction) = format, rowFlags.contains(.fixedPointShift) {
      line("[fpshift_count] \(fraction)")
    }
    if case .enumeration(let table) = format, rowFlags.contains(.fileFilter) {
      let number = self.number(of: table)
      line("^\(number) \(Self.filterPath(table, in: filterDirectory))")
    }
    let hierarchy = resolver.layout.hierarchy
    let name = hierarchy.facilityName(ofVariable: variable)
    // The range of bits says less than it takes room.
    let own = hierarchy.variables[variable].range == nil ? nil : hierarchy.variables[variable].name
    line((row.label ?? own).map { "+{\(Self.alias($0))} \(name)" } ?? name)
    guard row.height > 1, rowFlags.contains(.analogStep) else { return }
    set([.analogHeight])
    for _ in 1..<row.height { line("-") }
  }

  private mutating func number(of table: EnumTable) -> Int {
    if let known = filters.firstIndex(of: table) { return known + 1 }
    filters.append(table)
    return filters.count
  }

  private mutating func set(_ new: GTKWaveFlags) {
    if new == flags { return }
    flags = new
    line("@\(String(new.rawValue, radix: 16))")
  }
}
