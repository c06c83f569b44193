import Foundation
import Testing

/// The committed waveforms of the 4 x 4 arrays are what a run writes; `SYSTOLE_RECORD=1` writes them anew.
@Suite struct SystolicWaveformTests {
  private static let folder = Systole.file("Waveforms/systolic-4x4")

  @Test(arguments: ["ws", "os", "is"]) func theCommittedWaveformIsWhatARunWrites(dataflow: String) throws {
    let systole = try Systole()
    let outcome = try systole.run(
      "run", "--machine", Systole.file("Examples/machines/ws-16x16.json5"), "--dataflow", dataflow, "--gemm", "6x7x5",
      "--seed", "7", "--set", "machine.array.rows=4", "--set", "machine.array.columns=4", "--trace", "\(dataflow).vcd")
    #expect(outcome.code == 0, "\(outcome.error)")
    for file in ["\(dataflow).vcd", "\(dataflow).gtkw", "\(dataflow).sucl", "filters/pe_cycle_label_t.txt"] {
      let written = try systole.text(file)
      let place = URL(filePath: Self.folder + "/" + file)
      if ProcessInfo.processInfo.environment["SYSTOLE_RECORD"] != nil {
        try FileManager.default.createDirectory(
          at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(written.utf8).write(to: place)
      }
      let committed = (try? String(contentsOf: place, encoding: .utf8)) ?? ""
      #expect(written == committed, "\(file) differs; SYSTOLE_RECORD=1 writes it anew if the change is meant")
    }
    let filters = try systole.names("filters")
    if ProcessInfo.processInfo.environment["SYSTOLE_RECORD"] != nil {
      for filter in filters {
        try Data(try systole.text("filters/" + filter).utf8).write(
          to: URL(filePath: Self.folder + "/filters/" + filter))
      }
    }
    for filter in filters {
      let committed = try? String(contentsOfFile: Self.folder + "/filters/" + filter, encoding: .utf8)
      #expect(committed == (try systole.text("filters/" + filter)), "\(filter)")
    }
  }

  @Test(arguments: ["ws", "os", "is"]) func theReadmeShowsTheWave(dataflow: String) throws {
    let systole = try Systole()
    let readme = try String(contentsOfFile: Self.folder + "/README.md", encoding: .utf8)
    let shown = try systole.run(
      "wave", "show", Self.folder + "/\(dataflow).vcd", "--scope", "control.phase", "--scope", "control.macs",
      "--scope",
      "array.pe_r0_c0.label", "--scope", "array.pe_r0_c0.mac_fire", "--scope", "array.pe_r0_c0.psum", "--window",
      "43..58")
    #expect(shown.code == 0, "\(shown.error)")
    let drawing = shown.output.split(separator: "\n").dropFirst().joined(separator: "\n")
    if ProcessInfo.processInfo.environment["SYSTOLE_RECORD"] != nil { print(shown.output) }
    #expect(!drawing.isEmpty && readme.contains(drawing), "\(shown.output)")
  }
}
