import Foundation
import Testing

/// The page of the 4 x 4 arrays shows the committed waveforms.
@Suite struct SystolicWaveformTests {
  private static let folder = Systole.file("Waveforms/systolic-4x4")

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
