import Foundation
import Testing
import WaveFormats

/// What GTKWave itself shows of the committed waveforms: asked through its Tcl interface, on a display that lives in memory.
@Suite("GTKWave shows every row of every view translated, and markers where something begins")
struct GTKWaveTests {
  /// An overview and a view of the details for each recording.
  private static let views = [
    "systolic-4x4/ws", "systolic-4x4/os", "systolic-4x4/is", "row-stationary-3x3/trace", "network-bars/ws",
    "network-bars/rs", "dram-row-outcomes/trace",
  ].flatMap { [$0, $0 + ".detail"] }

  /// A row of a save file: GTKWave's name of the signal, what stands beside it, and how it is drawn.
  private struct Row {
    let name: String
    let label: String?
    let flags: UInt64

    var isTranslated: Bool { flags & 0x2000 != 0 }
    var isPopcount: Bool { flags & 0x2000_0000 != 0 }
    var isSigned: Bool { flags & 0x400 != 0 }

    init(_ line: Substring, _ flags: UInt64) {
      let parts = line.hasPrefix("+{") ? line.dropFirst(2).split(separator: "} ") : [line]
      (name, label) = (String(parts[parts.count - 1]), parts.count > 1 ? String(parts[0]) : nil)
      self.flags = flags
    }
  }

  /// Rows and markers of a save file, in a copy of its directory, with every group opened: GTKWave values no hidden row.
  private struct SaveFile {
    let systole: Systole
    let name: String
    /// The waveform's name without its extension.
    let wave: String
    /// Every line of the view; nil for headings and blanks.
    var rows: [Row?] = []
    var markers: [(name: String, tick: Int)] = []

    init(_ waveform: String) throws {
      systole = try Systole()
      let parts = waveform.split(separator: "/")
      name = String(parts[1])
      wave = name.replacingOccurrences(of: ".detail", with: "")
      let directory = systole.scratch.path + "/moved"
      try FileManager.default.copyItem(atPath: Systole.file("Waveforms/\(parts[0])"), toPath: directory)
      let text = try systole.text("moved/\(name).gtkw")
      let opened = text.replacingOccurrences(of: "@c00200\n", with: "@800200\n").replacingOccurrences(
        of: "@1401200\n", with: "@1000200\n")
      try systole.write(opened, to: "moved/\(name).gtkw")
      var (flags, ticks, names): (UInt64, [Int], [String]) = (0, [], [])
      for line in opened.split(separator: "\n") {
        switch line.first {
        case "@": flags = UInt64(line.dropFirst(), radix: 16) ?? 0
        case "*": ticks = line.split(separator: " ").dropFirst(2).compactMap { Int($0) }
        case "[":
          if line.hasPrefix("[markername] ") { names.append(String(line.dropFirst("[markername] A".count))) }
        case "^": break
        case "-": rows.append(nil)
        default: rows.append(Row(line, flags))
        }
      }
      markers = zip(names, ticks).map { ($0, $1) }
    }

    /// What GTKWave answers: how many lines it shows, its markers, every line's name, and its value at every tick.
    func ask(_ format: String, _ ticks: [Int]) throws -> [String] {
      let letters = (0..<markers.count).map { String(UnicodeScalar(UInt8(65 + $0))) }.joined(separator: " ")
      let script = """
        set lines [gtkwave::getTotalNumTraces]
        say $lines
        foreach letter {\(letters)} { say [gtkwave::getNamedMarker $letter] }
        for {set line 0} {$line < $lines} {incr line} { say [gtkwave::getTraceNameFromIndex $line] }
        foreach tick {\(ticks.map(String.init).joined(separator: " "))} {
          gtkwave::setMarker $tick
          for {set line 0} {$line < $lines} {incr line} { say [gtkwave::getTraceValueAtMarkerFromIndex $line] }
        }
        """
      try systole.write(script, to: "ask.tcl")
      // The FST file is opened with the view of the VCD file.
      let said = try systole.run(
        [],
        prefix:
          "'\(Systole.file("Tests/gtkwave"))' ask.tcl moved/\(wave).\(format) moved/\(name).gtkw >answers 2>problems; "
          + "code=$?;", suffix: ">/dev/null 2>&1; exit $code")
      let problems = try systole.text("problems")
      try #require(said.code == 0, "\(problems)")
      return try systole.text("answers").split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        .map(String.init)
    }

    /// The text that a line must show at each tick, as our own reader reads the file.
    func expected(_ format: String, _ ticks: [Int]) throws -> [String?] {
      let source = try WaveFile.open(systole.scratch.path + "/moved/\(wave).\(format)")
      let hierarchy = source.hierarchy
      let variables = Dictionary(
        hierarchy.variables.indices.map { (hierarchy.facilityName(ofVariable: $0), $0) },
        uniquingKeysWith: { one, _ in one })
      var wave = ClockedWave(source, sampling: .everyChange)
      var texts: [String?] = []
      var isMore = try wave.next()
      var state = wave.state
      for tick in ticks {
        while isMore, wave.time <= UInt64(tick) {
          state = wave.state
          isMore = try wave.next()
        }
        for row in rows {
          guard let row else {
            texts.append(nil)
            continue
          }
          let variable = try #require(variables[row.name], "\(row.name) is in the view, not in the file")
          texts.append(text(row, state.value(of: hierarchy.variables[variable].signal), hierarchy, variable))
        }
      }
      return texts
    }

    /// nil for events, which stand for an instant only.
    private func text(_ row: Row, _ value: WaveValue, _ hierarchy: WaveHierarchy, _ variable: Int) -> String? {
      switch value {
      case .text(let text): text
      case .bits(let bits, unknown: 0, let width):
        if row.isTranslated {
          hierarchy.variables[variable].enumeration.flatMap { hierarchy.enumerations[$0].label(of: bits) }
        } else if row.isPopcount {
          "\(bits.nonzeroBitCount)"
        } else if row.isSigned {
          "\(Int64(bitPattern: bits << UInt64(64 - width)) >> Int64(64 - width))"
        } else {
          "\(bits)"
        }
      default: nil
      }
    }
  }

  @Test(arguments: views, ["vcd", "fst"]) func rowsAndMarkers(waveform: String, format: String) throws {
    let save = try SaveFile(waveform)
    try #require(!save.rows.isEmpty && !save.markers.isEmpty)
    // Where something begins, and a little later.
    let ticks = Set(save.markers.flatMap { [$0.tick, $0.tick + save.markers[0].tick % 7 + 13] }).sorted()
    let answers = try save.ask(format, ticks)
    let (lines, first) = (save.rows.count, 1 + save.markers.count)
    try #require(answers.count == first + lines + ticks.count * lines && answers[0] == "\(lines)", "a row is missing")
    #expect(answers[1..<first].map { Int($0) } == save.markers.map(\.tick))
    for (row, name) in zip(save.rows, answers[first..<first + lines]) {
      if let label = row?.label { #expect(name == label) }
    }
    let expected = try save.expected(format, ticks)
    var translated = 0
    for (place, (answer, text)) in zip(answers[(first + lines)...], expected).enumerated() {
      guard let row = save.rows[place % lines], let text else { continue }
      #expect(answer == text, "\(row.name) at tick \(ticks[place / lines])")
      translated += row.isTranslated ? 1 : 0
    }
    #expect(translated > ticks.count, "states are shown by name")
  }

  /// Markers are named after a new value of a signal of the control, which begins there.
  @Test(arguments: [("systolic-4x4/ws", "control.fold"), ("row-stationary-3x3/trace", "control.pass_of_layer")])
  func markersStandWhereSomethingBegins(waveform: String, signal: String) throws {
    let save = try SaveFile(waveform)
    let source = try WaveFile.open(Systole.file("Waveforms/\(waveform).vcd"))
    let variable = try #require(source.hierarchy.variable(named: signal))
    var wave = ClockedWave(source, sampling: .everyChange)
    var begins: [String: Int] = [:]
    while try wave.next() {
      guard case .bits(let value, 0, _) = wave.state.value(of: source.hierarchy.variables[variable].signal) else {
        continue
      }
      let name = "\(value)"
      begins[name] = begins[name] ?? Int(wave.time)
    }
    let numbered = save.markers.filter { $0.name.contains(" ") }
    #expect(!numbered.isEmpty)
    for marker in numbered { #expect(begins[String(marker.name.split(separator: " ")[1])] == marker.tick) }
  }
}
