import Foundation
import Testing

/// Runs that are saved, left and taken up again by the command, on every machine.
struct SavedRunTests {
  let systole: Systole
  init() throws { systole = try Systole() }

  /// A run of each machine, and a cycle in the middle of its work.
  struct Case: CustomTestStringConvertible {
    let testDescription: String
    let arguments: [String]
    let cycle: Int
  }

  static let cases = [
    Case(
      testDescription: "systolic layer in DRAM",
      arguments: [Systole.file("Examples/lenet5-conv2-ws.json5"), "--memory", "ddr4-2400"], cycle: 1000),
    Case(
      testDescription: "systolic network",
      arguments: [Systole.file("Examples/lenet5-ws.json5"), "--set", "workload.count=1"], cycle: 9000),
    Case(
      testDescription: "row-stationary layer",
      arguments: ["--machine", Systole.file("Examples/machines/eyeriss.json5"), "--gemm", "40x30x20"], cycle: 1500),
    Case(
      testDescription: "row-stationary network in DRAM",
      arguments: [
        Systole.file("Examples/lenet5-eyeriss.json5"), "--set", "workload.count=1", "--memory", "lpddr4-3200",
      ], cycle: 40_000),
  ]

  @Test("A run equals save, resume: every report and counter, byte for byte", arguments: cases)
  func resumes(machine: Case) throws {
    let traced = ["--trace-scope", "**", "--trace-window", "\(machine.cycle)..\(machine.cycle + 300)", "--trace"]
    let whole = try systole.run(["run"] + machine.arguments + ["--out", "whole"] + traced + ["whole.vcd"])
    #expect(whole.code == 0, "\(whole.error)")
    let saving = try systole.run(
      ["run"] + machine.arguments + ["--save-to", "half.run", "--save-at", "\(machine.cycle)", "--out", "saving"]
        + traced + ["saving.vcd"])
    #expect(saving.code == 0 && saving.output == whole.output, "\(saving.error)")
    #expect(saving.error.contains("systole: half.run: saved at cycle \(machine.cycle)\n"))
    try expectSameFiles("saving", "whole")
    let resumed = try systole.run(
      ["run"] + machine.arguments + ["--resume", "half.run", "--out", "resumed"] + traced + ["resumed.vcd"])
    #expect(resumed.code == 0 && resumed.output == whole.output, "\(resumed.error)")
    #expect(resumed.error.contains("systole: half.run: the run goes on from cycle \(machine.cycle)\n"))
    try expectSameFiles("resumed", "whole")
    // The waveform goes on as that of the whole run does.
    let difference = try systole.run("wave", "diff", "whole.vcd", "resumed.vcd")
    #expect(
      difference.code == 0 && difference.output.hasSuffix(" signals compared, 0 differ\n"), "\(difference.output)")
  }

  private func expectSameFiles(_ one: String, _ other: String) throws {
    #expect(try systole.names(one) == systole.names(other))
    for name in try systole.names(one) {
      #expect(try systole.text("\(one)/\(name)") == systole.text("\(other)/\(name)"), "\(name) of \(one)")
    }
  }
}

extension SavedRunTests {
  private static let conv1 = Systole.file("Examples/lenet5-conv1-ws.json5")

  private func save() throws {
    let outcome = try systole.run("run", Self.conv1, "--save-to", "half.run", "--save-at", "1000")
    #expect(outcome.code == 0, "\(outcome.error)")
  }

  private func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: systole.scratch.path + "/" + name)))
  }

  @Test("A file that is damaged, cut short, foreign, older or missing is refused") func files() throws {
    try save()
    let file = try bytes("half.run")
    func flipped(_ place: Int) -> [UInt8] {
      var copy = file
      copy[place] ^= 0x10
      return copy
    }
    var older = file
    older[12] = 1
    for (bytes, message) in [
      (flipped(file.count / 2), "byte 28: the state is damaged: its CRC-32 differs"),
      (flipped(0), "byte 0: this is no saved run"),
      (Array(file[..<100]), "byte 28: \(file.count - 28) bytes of state were saved, 72 are there"),
      (Array(file[..<15]), "byte 15: the state ends within a value"),
      ([], "byte 0: this is no saved run"),
      (Array("$timescale 1fs $end\n".utf8), "byte 0: this is no saved run"),
      (older, "byte 12: saved runs of version 1 are not read, only of 2"),
    ] {
      try systole.write(bytes, to: "bad.run")
      let outcome = try systole.run("run", Self.conv1, "--resume", "bad.run")
      #expect(outcome.code == 2)
      #expect(outcome.error == "systole: bad.run: \(message)\n")
    }
    let missing = try systole.run("run", Self.conv1, "--resume", "none.run")
    #expect(missing.code == 2)
    #expect(missing.error == "systole: none.run: no such file or directory\n")
  }

  @Test("A run of another machine, mapping, layer or tensor is named") func mismatches() throws {
    try save()
    for (arguments, message) in [
      (
        [Self.conv1, "--set", "machine.array.rows=8"],
        "half.run: it was saved with machine.array.rows = 16, this run has 8; go on with what it was saved with"
      ),
      (
        [Self.conv1, "--lowering", "toeplitz"],
        "half.run: it was saved with mapping.lowering = \"direct\", this run has \"toeplitz\"; go on with what it was "
          + "saved with"
      ),
      (
        [Self.conv1, "--dataflow", "os"],
        "half.run: it was saved with dataflow = ws, this run has os; go on with what it was saved with"
      ),
      (
        [Self.conv1, "--memory", "hbm2"],
        "half.run: it was saved with memory = ideal, this run has hbm2; go on with what it was saved with"
      ),
      (
        [Systole.file("Examples/lenet5-conv2-ws.json5")],
        "half.run: it was saved with layer = conv1, this run has conv2; go on with what it was saved with"
      ),
    ] {
      let outcome = try systole.run(["run"] + arguments + ["--resume", "half.run"])
      #expect(outcome.code == 2)
      #expect(outcome.error == "systole: \(message)\n")
    }
    // Only the tensors differ.
    let gemm = ["run", "--gemm", "40x40x40", "--seed"]
    #expect(try systole.run(gemm + ["1", "--save-to", "gemm.run", "--save-at", "300"]).code == 0)
    let other = try systole.run(gemm + ["2", "--resume", "gemm.run"])
    #expect(other.code == 2)
    #expect(
      other.error.hasPrefix("systole: gemm.run: it was saved with SHA-256 of tensors and schedule = "), "\(other.error)"
    )
    // Another machine altogether.
    let network = try systole.run("run", Systole.file("Examples/lenet5-ws.json5"), "--resume", "half.run")
    #expect(network.code == 2)
    #expect(
      network.error
        == "systole: half.run: byte 28: a Simulator<SystolicMachine> was saved, not a NetworkSimulation<SystolicSpec>\n"
    )
  }

  @Test("A run that the cycle limit cuts short goes on with a higher limit") func limits() throws {
    let whole = try systole.run("run", Self.conv1)
    let short = try systole.run("run", Self.conv1, "--cycle-limit", "700", "--save-to", "short.run")
    #expect(short.code == 4)
    #expect(short.error.hasPrefix("systole: short.run: saved at cycle 700\n"), "\(short.error)")
    let resumed = try systole.run("run", Self.conv1, "--resume", "short.run")
    #expect(resumed.code == 0 && resumed.output == whole.output)
    let still = try systole.run("run", Self.conv1, "--resume", "short.run", "--cycle-limit", "600")
    #expect(still.code == 4 && still.error.contains("the limit of 600 cycles was reached"))
  }

  @Test("A signal saves the run") func signals() throws {
    // A single PE: many cycles of little work.
    let run = ["run", "--gemm", "1500x40x40", "--set", "machine.array.rows=1", "--set", "machine.array.columns=1"]
    let whole = try systole.run(run)
    for signal in ["INT", "TERM"] {
      let outcome = try systole.run(
        run + ["--save-to", "stopped.run"], prefix: "set -m;",
        suffix: "& sleep 0.3; kill -\(signal) $!; wait $!; exit $?")
      #expect(outcome.code == 130, "\(outcome.error)")
      #expect(outcome.error.contains("systole: stopped.run: saved at cycle "))
      #expect(outcome.error.contains("systole: interrupted while layer gemm ran\n"))
      let resumed = try systole.run(run + ["--resume", "stopped.run"])
      #expect(resumed.code == 0 && resumed.output == whole.output)
    }
    #expect(try systole.names() == ["stopped.run"], "no part of a file is left behind")
  }

  @Test("Several runs have a file each; those that were over start anew") func several() throws {
    let run = ["run", Self.conv1, "--dataflow", "all"]
    let saving = try systole.run(run + ["--save-to", "half.run", "--save-at", "2800"])
    #expect(saving.code == 0)
    #expect(try systole.names() == ["half-conv1-is.run", "half-conv1-os.run", "half-conv1-ws.run"], "\(saving.error)")
    try FileManager.default.removeItem(atPath: systole.scratch.path + "/half-conv1-os.run")
    let resumed = try systole.run(run + ["--resume", "half.run"])
    #expect(resumed.code == 0 && resumed.output == saving.output)
    #expect(resumed.error.contains("systole: half-conv1-os.run is not there: this run starts at cycle 0\n"))
    let one = try systole.run("run", Self.conv1, "--resume", "half-conv1-ws.run")
    #expect(one.code == 0, "\(one.error)")
  }

  @Test("What goes wrong with the options is explained") func mistakes() throws {
    try save()
    for (arguments, code, message) in [
      (["--save-at", "10"], 2, "--save-at needs --save-to FILE, which says where to save"),
      (
        ["--resume", "half.run", "--save-to", "b.run", "--save-at", "900"], 2,
        "b.run: the run cannot be saved at cycle 900: it goes on from cycle 1000; the nearest is 1001"
      ),
      (
        ["--save-to", "late.run", "--save-at", "9000"], 0,
        "late.run: nothing was saved: the run ended at cycle 2925, before cycle 9000"
      ),
      (
        ["--save-to", "none/half.run", "--save-at", "10"], 2,
        "none/half.run: cannot create the file: no such file or directory"
      ),
    ] {
      let outcome = try systole.run(["run", Self.conv1] + arguments)
      #expect(Int(outcome.code) == code)
      #expect(outcome.error.hasSuffix("systole: \(message)\n"), "\(outcome.error)")
    }
  }
}
