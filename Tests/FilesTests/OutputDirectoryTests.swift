import Foundation
import Testing

@testable import Files

struct OutputDirectoryTests {
  let root = FileManager.default.temporaryDirectory.appendingPathComponent("systole-\(UUID().uuidString)").path

  func names(_ path: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }

  @Test func nothingIsSeenBeforeCommit() throws {
    defer { try? FileManager.default.removeItem(atPath: root) }
    let directory = try OutputDirectory(root + "/deep/run")
    try directory.write("{}", to: OutputDirectory.marker)
    let file = try OutputFile<OutputError>(path: directory.path(of: "trace.vcd"))
    for _ in 0..<5 { try file.write([UInt8](repeating: 65, count: 700_000)) }
    try file.close()
    #expect(file.count == 3_500_000)
    #expect(!FileManager.default.fileExists(atPath: root + "/deep/run"))
    try directory.commit()
    #expect(names(root + "/deep") == ["run"])
    #expect(names(root + "/deep/run") == ["manifest.json", "trace.vcd"])
    #expect(FileManager.default.contents(atPath: root + "/deep/run/trace.vcd") == Data(repeating: 65, count: 3_500_000))
  }

  @Test func earlierResultsAreReplacedAsAWhole() throws {
    defer { try? FileManager.default.removeItem(atPath: root) }
    for (name, text) in [("old.csv", "1"), ("new.csv", "2")] {
      let directory = try OutputDirectory(root + "/run/")
      try directory.write(text, to: name)
      try directory.write("{}", to: OutputDirectory.marker)
      try directory.commit()
    }
    #expect(names(root) == ["run"] && names(root + "/run") == ["manifest.json", "new.csv"])
  }

  @Test func whatIsDroppedLeavesNothing() throws {
    defer { try? FileManager.default.removeItem(atPath: root) }
    do {
      let directory = try OutputDirectory(root + "/run")
      try directory.write("x", to: "half.csv")
    }
    #expect(names(root) == [])
  }

  @Test func foreignDirectoriesAndFilesAreKept() throws {
    defer { try? FileManager.default.removeItem(atPath: root) }
    try FileManager.default.createDirectory(atPath: root + "/mine", withIntermediateDirectories: true)
    try Data("x".utf8).write(to: URL(fileURLWithPath: root + "/mine/thesis.tex"))
    func message(_ path: String) -> String {
      do {
        _ = try OutputDirectory(path)
        return "accepted"
      } catch {
        return "\(error)".replacingOccurrences(of: root, with: "R")
      }
    }
    #expect(
      message(root + "/mine")
        == "R/mine: the directory holds 1 entry and no manifest.json: these are not the results of an earlier run; choose another --out, or empty it"
    )
    #expect(
      message(root + "/mine/thesis.tex")
        == "R/mine/thesis.tex: a file is where the directory shall be; choose another --out")
    #expect(
      message(root + "/mine/thesis.tex/run").hasPrefix(
        "R/mine/thesis.tex/run: cannot make the directory R/mine/thesis.tex: "))
    #expect(message("/proc/run") == "/proc/run: cannot write into /proc: no such file or directory")
    #expect(message("/") == "/: results need a directory of their own")
    #expect(message("") == "'': results need a directory of their own")
    #expect(names(root + "/mine") == ["thesis.tex"])
  }

  @Test func aDirectoryThatFillsUpMeanwhileIsKept() throws {
    defer { try? FileManager.default.removeItem(atPath: root) }
    let directory = try OutputDirectory(root + "/run")
    try FileManager.default.createDirectory(atPath: root + "/run", withIntermediateDirectories: true)
    try Data("x".utf8).write(to: URL(fileURLWithPath: root + "/run/other"))
    #expect(throws: OutputError.self) { try directory.commit() }
    #expect(names(root + "/run") == ["other"])
  }

  @Test func aFullDiskIsAnError() throws {
    let file = try OutputFile<OutputError>(path: "/dev/full", bufferSize: 8)
    try file.write("x")
    #expect { try file.close() } throws: { error in
      (error as? OutputError)?.kind == .full
        && "\(error)"
          == "/dev/full: cannot be written past byte 0: no space left on device; free some space, or trace fewer signals or a shorter window"
    }
    #expect(throws: OutputError.self) { try OutputFile<OutputError>(path: root + "/none/file") }
  }

  @Test func whatKilledRunsLeftIsCleanedUp() throws {
    defer { try? FileManager.default.removeItem(atPath: root) }
    for name in [".run.partial-1", ".run.partial-99999999", ".other.partial-1"] {
      try FileManager.default.createDirectory(atPath: root + "/" + name, withIntermediateDirectories: true)
      try Data("half".utf8).write(to: URL(fileURLWithPath: root + "/" + name + "/waveform.vcd"))
    }
    let directory = try OutputDirectory(root + "/run")
    #expect(names(root) == [".other.partial-1", ".run.partial-\(getpid())"])
    // A run that is under way keeps its directory.
    #expect(DirectoryLock(directory.workingPath) == nil)
    directory.discard()
    #expect(names(root) == [".other.partial-1"])
  }

  /// Killed between the renames of a commit, a run leaves the old results moved aside.
  @Test func resultsThatWereMovedAsideComeBack() throws {
    defer { try? FileManager.default.removeItem(atPath: root) }
    let aside = root + "/.run.partial-1-old"
    try FileManager.default.createDirectory(atPath: aside, withIntermediateDirectories: true)
    try Data("{}".utf8).write(to: URL(fileURLWithPath: aside + "/" + OutputDirectory.marker))
    let directory = try OutputDirectory(root + "/run")
    directory.discard()
    #expect(names(root) == ["run"] && names(root + "/run") == [OutputDirectory.marker])
  }
}
