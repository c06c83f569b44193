import Foundation
import Testing
import WaveFormats

/// What GTKWave itself shows of the committed waveforms: asked through its Tcl interface, on a display that lives in memory.
@Suite("GTKWave shows every row of every view translated, and markers where something begins")
struct GTKWaveTests {
  private static let waveforms = [
    "systolic-4x4/ws", "systolic-4x4/os", "systolic-4x4/is", "row-stationary-3x3/trace", "dram-row-outcomes/trace",
  ]

  /// A row of a save file: GTKWave's name of the signal, and how it is drawn.
  private struct Row {
    let name: String
    let flags: UInt64

    var isTranslated: Bool { flags & 0x2000 != 0 }
    var isPopcount: Bool { flags & 0x2000_0000 != 0 }
    var isSigned: Bool { flags & 0x400 != 0 }
  }

  /// Rows and markers of a save file.
  private struct SaveFile {
    var rows: [Row] = []
    var markers: [(name: String, tick: Int)] = []

    init(_ path: String) throws {
      var (flags, ticks, names): (UInt64, [Int], [String]) = (0, [], [])
      for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
        switch line.first {
        case "@": flags = UInt64(line.dropFirst(), radix: 16) ?? 0
        case "*": ticks = line.split(separator: " ").dropFirst(2).compactMap { Int($0) }
        case "[", "-", "^", "#", nil:
          if line.hasPrefix("[markername]") { names.append(String(line.dropFirst("[markername] A".count))) }
        default:
          let name = line.split(separator: " ").last ?? line
          // A signal that is drawn twice is asked about once.
          if !rows.contains(where: { $0.name == name }) { rows.append(Row(name: String(name), flags: flags)) }
        }
      }
      markers = zip(names, ticks).map { ($0, $1) }
    }
  }

  /// What GTKWave answers: its rows, its markers, and every row's value at every tick.
  private func ask(_ files: [String], _ save: SaveFile, _ ticks: [Int]) throws -> [String] {
    let script = """
      say [llength [lsort -unique [gtkwave::getDisplayedSignals]]]
      foreach letter {\((0..<save.markers.count).map { String(UnicodeScalar(UInt8(65 + $0))) }.joined(separator: " "))} {
        say [gtkwave::getNamedMarker $letter]
      }
      foreach tick {\(ticks.map(String.init).joined(separator: " "))} {
        gtkwave::setMarker $tick
        foreach row {\(save.rows.map(\.name).joined(separator: " "))} {
          say [gtkwave::getTraceValueAtMarkerFromName $row]
        }
      }
      """
    let systole = try Systole()
    try systole.write(script, to: "ask.tcl")
    let paths = (["Tests/gtkwave"] + files).map { "'\(Systole.file($0))'" }
    let said = try systole.run(
      [], prefix: "\(paths[0]) ask.tcl \(paths[1...].joined(separator: " ")) >answers 2>problems; code=$?;",
      suffix: ">.ignored 2>&1; exit $code")
    let problems = try systole.text("problems")
    try #require(said.code == 0, "\(problems)")
    return try systole.text("answers").split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(
      String.init)
  }

  /// The text that a row must show at each tick, as our own reader reads the file.
  private func expected(_ path: String, _ save: SaveFile, _ ticks: [Int]) throws -> [String?] {
    let source = try WaveFile.open(path)
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
      for row in save.rows {
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

  @Test(arguments: waveforms, ["vcd", "fst"]) func rowsAndMarkers(waveform: String, format: String) throws {
    let (file, view) = ("Waveforms/\(waveform).\(format)", "Waveforms/\(waveform).gtkw")
    let save = try SaveFile(Systole.file(view))
    try #require(!save.rows.isEmpty && !save.markers.isEmpty)
    // Where something begins, and a little later.
    let ticks = Set(save.markers.flatMap { [$0.tick, $0.tick + save.markers[0].tick % 7 + 13] }).sorted()
    // The FST file is opened with the view of the VCD file.
    let answers = try ask([file, view], save, ticks)
    let first = 1 + save.markers.count
    try #require(answers.count == first + ticks.count * save.rows.count)
    #expect(answers[0] == "\(save.rows.count)", "rows that GTKWave shows")
    #expect(answers[1..<first].map { Int($0) } == save.markers.map(\.tick))
    let expected = try expected(Systole.file(file), save, ticks)
    var translated = 0
    for (place, (answer, text)) in zip(answers[first...], expected).enumerated() {
      let row = save.rows[place % save.rows.count]
      guard let text else { continue }
      #expect(answer == text, "\(row.name) at tick \(ticks[place / save.rows.count])")
      translated += row.isTranslated ? 1 : 0
    }
    #expect(translated > ticks.count, "states are shown by name")
  }

  /// Markers are named after a new value of a signal of the control, which begins there.
  @Test(arguments: [("systolic-4x4/ws", "control.fold"), ("row-stationary-3x3/trace", "control.pass_of_layer")])
  func markersStandWhereSomethingBegins(waveform: String, signal: String) throws {
    let save = try SaveFile(Systole.file("Waveforms/\(waveform).gtkw"))
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
