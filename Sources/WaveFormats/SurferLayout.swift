import Signals

/// Writes a view as a Surfer command file (`.sucl`) and one mapping file per enumeration type.
///
/// Open with `surfer --command-file run.sucl run.vcd` from the trace's directory; mappings are found in `.surfer/mappings`.
public struct SurferLayout {
  /// Name of the command file: `run.sucl`.
  public let commandFile: String

  private let layout: TraceLayout
  private let timescale: Timescale

  /// Layout files for a trace laid out as `layout` with ticks of `timescale`.
  public init(layout: TraceLayout, timescale: Timescale? = nil, commandFile: String) {
    self.layout = layout
    self.timescale = timescale ?? .fitting(layout.clocks)
    self.commandFile = commandFile
  }

  /// The command file, and the mapping files.
  public func files(for view: WaveView) -> [WaveSideFile] {
    var text = SurferText(resolver: RowResolver(layout))
    for comment in view.comments { text.line("# \(GTKWaveText.plain(comment))") }
    for item in view.items { text.append(item, depth: 0) }
    for marker in view.markers.prefix(26) {
      text.line("marker_set_at \(instant(marker.time)) \(WaveName.sanitised(marker.name))")
    }
    text.line(view.window.map { "zoom_to \(instant($0.lowerBound)) \(instant($0.upperBound))" } ?? "zoom_fit")
    return [WaveSideFile(path: commandFile, content: text.content)] + text.mappings.map(mapping)
  }

  /// An instant on the grid of ticks, in s, ms, us, ns, ps or fs: Surfer knows no unit of 10 or 100.
  private func instant(_ time: SimulationTime) -> String {
    let unit = String(timescale.description.drop { $0.isNumber })
    let base = Timescale("1\(unit)") ?? .femtosecond
    return "\(time.femtoseconds / timescale.femtoseconds * (timescale.femtoseconds / base.femtoseconds))\(unit)"
  }

  private func mapping(_ table: EnumTable) -> WaveSideFile {
    var text = "Name = \(WaveName.sanitised(table.name))\nBits = \(table.bitCount)\n"
    for (value, label) in table.labels.enumerated() { text += "\(value) \(label)\n" }
    return WaveSideFile(path: ".surfer/mappings/\(WaveName.sanitised(table.name)).map", content: text)
  }
}

/// The commands of a Surfer layout while they grow.
struct SurferText {
  private(set) var content = ""
  /// Enumerations used so far.
  private(set) var mappings: [EnumTable] = []
  private let resolver: RowResolver
  private var count = 0

  init(resolver: RowResolver) {
    self.resolver = resolver
  }

  mutating func line(_ text: String) {
    content += text + "\n"
  }

  mutating func append(_ item: WaveItem, depth: Int) {
    switch item {
    case .group(let name, _, let items), .section(let name, let items):
      addDivider(String(repeating: "__", count: depth) + name)
      for item in items { append(item, depth: depth + 1) }
    case .row(let row):
      append(row)
    case .comment(let text):
      addDivider(text)
    case .blank:
      addDivider("")
    }
  }

  /// Surfer takes one word of letters, digits and `_` (`fzcmd.rs`); a command that it refuses would shift the codes of all rows.
  private mutating func addDivider(_ name: String) {
    let words = name.split { !($0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_")) }
    line("divider_add \(words.joined(separator: "_"))")
    count += 1
  }

  private mutating func append(_ row: WaveRow) {
    guard let (variable, format) = resolver.resolve(row.target) else { return }
    line("variable_add \(resolver.layout.hierarchy.path(ofVariable: variable))")
    line("item_focus \(Self.code(count))")
    count += 1
    if let name = formatName(row.style, format) { line("item_set_format \(name)") }
    if row.colour != .standard { line("item_set_color \(Self.colourName(row.colour))") }
    if row.style == .analog {
      line("item_set_analog step")
      if row.height > 1 { line("item_set_height \(row.height)") }
    }
    if let label = row.label { line("item_rename \(Self.plain(label))") }
    line("item_unfocus")
  }

  private mutating func formatName(_ style: WaveStyle, _ format: SignalFormat) -> String? {
    switch style {
    case .hexadecimal: return "Hexadecimal"
    case .binary: return "Binary"
    case .unsigned: return "Unsigned"
    case .signed: return "Signed"
    case .popcount: return "Number of ones"
    case .automatic, .analog: break
    }
    switch format {
    case .bit, .event, .real, .text: return nil
    case .unsigned: return "Unsigned"
    case .signed: return "Signed"
    case .fixedPoint: return "Signed"
    case .mask: return "Number of ones"
    case .bfloat16, .float32: return "FP: 32-bit IEEE 754"
    case .enumeration(let table):
      if !mappings.contains(table) { mappings.append(table) }
      return WaveName.sanitised(table.name)
    }
  }

  /// One line of ASCII without what separates commands and begins comments.
  private static func plain(_ text: String) -> String {
    String(GTKWaveText.plain(text).map { $0 == ";" || $0 == "#" ? "_" : $0 })
  }

  /// Surfer's code of a row: hexadecimal-like base 16 over the letters a to p, as its command prompt shows it.
  private static func code(_ row: Int) -> String {
    var rest = row
    var letters: [Character] = []
    repeat {
      letters.append(Character(UnicodeScalar(UInt8(97 + rest % 16))))
      rest /= 16
    } while rest > 0
    return String(letters.reversed())
  }

  private static func colourName(_ colour: WaveColour) -> String {
    switch colour {
    case .standard: "Green"
    case .red: "Red"
    case .orange: "Orange"
    case .yellow: "Yellow"
    case .green: "Green"
    case .blue: "Blue"
    case .indigo, .violet: "Violet"
    }
  }
}
