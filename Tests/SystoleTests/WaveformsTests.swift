import Foundation
import Testing

/// `Waveforms/regenerate --check`: the committed waveforms are what the built command records.
@Suite struct WaveformsTests {
  private func regenerate(_ arguments: String, in root: String = Systole.root) throws -> Systole.Outcome {
    let systole = try Systole()
    let command = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "systole").path
    return try systole.run(
      [],
      prefix: "SYSTOLE='\(command)' '\(root)/Waveforms/regenerate' \(arguments) >.said 2>&1; code=$?; cat .said >&2;",
      suffix: ">/dev/null 2>&1; exit $code")
  }

  @Test func theCommittedWaveformsAreWhatRunsWrite() throws {
    let outcome = try regenerate("--check")
    #expect(outcome.code == 0, "\(outcome.error)run Waveforms/regenerate if the change is meant")
  }

  /// A check that cannot fail would be none.
  @Test func whatDiffersIsNamed() throws {
    let scratch = try Scratch()
    for name in ["Waveforms", "Examples"] {
      try FileManager.default.copyItem(atPath: Systole.file(name), toPath: scratch.path + "/" + name)
    }
    let folder = scratch.path + "/Waveforms/systolic-4x4/"
    try FileManager.default.removeItem(atPath: folder + "os.sucl")
    try Data("stale".utf8).write(to: URL(filePath: folder + "filters/old_t.txt"))
    try FileManager.default.removeItem(atPath: folder + "ws.fst")
    try FileManager.default.copyItem(atPath: folder + "is.fst", toPath: folder + "ws.fst")
    // The text waves of a page are held, too.
    let page = try String(contentsOfFile: folder + "README.md", encoding: .utf8)
    try Data(page.replacing("│drain ", with: "│stream").utf8).write(to: URL(filePath: folder + "README.md"))
    let view = try String(contentsOfFile: folder + "ws.gtkw", encoding: .utf8)
    try Data((view + "[*] changed\n").utf8).write(to: URL(filePath: folder + "ws.gtkw"))
    let outcome = try regenerate("--check", in: scratch.path)
    #expect(outcome.code == 1)
    for message in [
      "Waveforms/systolic-4x4/os.sucl is not here", "Waveforms/systolic-4x4/ws.fst holds other values",
      "Waveforms/systolic-4x4/ws.gtkw differs from what a run writes",
      "Waveforms/systolic-4x4/README.md draws another wave than what a run writes",
      "Waveforms/systolic-4x4/filters/old_t.txt is not written by a run any more",
    ] {
      #expect(outcome.error.contains(message), "\(outcome.error)")
    }
  }
}
