import Foundation
import Testing
import WaveFormats

/// Traces of real runs, made by the command: what the file holds, and what becomes of it however the process ends.
struct TraceTests {
  let systole: Systole
  let conv1 = Systole.file("Examples/lenet5-conv1-ws.json5")

  init() throws { systole = try Systole() }

  private func open(_ name: String) throws -> any WaveSource { try WaveFile.open(systole.scratch.path + "/" + name) }

  /// The number of samples on the clock, and the sum of a signal over them.
  private func sum(_ name: String, of signal: String) throws -> (cycles: Int, sum: UInt64) {
    let source = try open(name)
    let clock = source.hierarchy.variables[try #require(source.hierarchy.likelyClock)].signal
    let variable = try #require(source.hierarchy.variable(named: signal))
    var wave = ClockedWave(source, sampling: .afterRisingEdge(signal: clock))
    var sum: UInt64 = 0
    while try wave.next() {
      if case .bits(let value, 0, _) = wave.state.value(of: source.hierarchy.variables[variable].signal) {
        sum += value
      }
    }
    return (wave.cycle + 1, sum)
  }

  @Test(arguments: ["run.vcd", "run.fst"]) func macsOfTheWaveformAreThoseOfTheReport(name: String) throws {
    let outcome = try systole.run("run", conv1, "--trace", name, "--trace-scope", "control")
    #expect(outcome.code == 0)
    #expect(outcome.error.hasPrefix("systole: \(name): 12 signals, cycles 0 to 2924, "), "\(outcome.error)")
    let (cycles, macs) = try sum(name, of: "control.macs")
    // As many rising edges as cycles: none at the end of the last.
    #expect(cycles == 2925 && macs == 117_600)
    #expect(try systole.names().contains("run.gtkw") && systole.names().contains("run.sucl"))
  }

  @Test func severalRunsHaveAFileEach() throws {
    let outcome = try systole.run(
      "run", conv1, "--dataflow", "all", "--trace", "c.fst", "--trace-window", "10..20", "--trace-depth", "1")
    #expect(outcome.code == 0)
    for dataflow in ["ws", "os", "is"] {
      let source = try open("c-conv1-\(dataflow).fst")
      #expect(source.hierarchy.scopes.first?.name == "\(dataflow)_16x16")
    }
  }

  @Test func signalsAreListed() throws {
    let outcome = try systole.run("run", conv1, "--trace-signals", "--trace-scope", "array.pe[3][*].psum")
    #expect(outcome.code == 0)
    #expect(
      outcome.output.contains("array.pe_r*_c*.psum       32  signed  register     16  "), "\(outcome.output)")
    #expect(
      outcome.output.contains("array.pe_r*_c*.psum_in        alias                16  The other end of array.pe_r"))
    #expect(outcome.output.hasSuffix("16 signals\n"))
  }

  @Test func mistakesAreExplained() throws {
    for (arguments, message) in [
      (["--trace", "run.wav"], "systole: run.wav: traces are written as .vcd, .vcd.gz or .fst\n"),
      (["--trace-last", "5"], "systole: --trace-last needs --trace FILE, which says where to record\n"),
      (
        ["--trace", "run.fst", "--trace-trigger", "control.phase == melt"],
        "systole: --trace-trigger 'control.phase == melt': control.phase is never 'melt'; it is one of idle, latency, "
          + "load, stream, loadAndStream, drain, frozen\n"
      ),
      (
        ["--trace", "run.fst", "--trace-budget", "10kB"],
        nil
      ),
    ] as [([String], String?)] {
      let outcome = try systole.run(["run", conv1] + arguments)
      #expect(outcome.code == 2)
      if let message { #expect(outcome.error == message) } else { #expect(outcome.error.contains("take")) }
    }
  }

  @Test(arguments: ["run.vcd", "run.fst"]) func aFullDiskIsSaidSo(name: String) throws {
    let outcome = try systole.run(["run", conv1, "--trace", name], prefix: "ln -s /dev/full \(name);")
    #expect(outcome.code == 2)
    #expect(outcome.error == "systole: \(name): cannot be written past byte 0: No space left on device\n")
  }

  /// A limit on the size of files stands for a disk that fills up while the run goes on.
  @Test(arguments: ["run.vcd", "run.fst"]) func aDiskThatFillsUpLeavesAFileThatLoads(name: String) throws {
    try systole.write("Layer, M, N, K\na, 5000, 16, 64\n", to: "net.csv")
    let outcome = try systole.run(
      ["run", "--topology", "net.csv", "--trace", name], prefix: "trap '' XFSZ; ulimit -f 30000;")
    #expect(outcome.code == 2)
    #expect(outcome.error.contains("systole: \(name): cannot be written past byte "), "\(outcome.error)")
    #expect(outcome.error.hasSuffix("File too large\n"))
    let (cycles, macs) = try sum(name, of: "control.macs")
    #expect(cycles > 1000 && macs > 10_000)
  }

  @Test(arguments: ["run.vcd", "run.fst"], ["INT", "TERM"])
  func aSignalClosesTheFile(name: String, signal: String) throws {
    try systole.write("Layer, M, N, K\na, 40000, 64, 64\n", to: "net.csv")
    // Job control keeps the shell from ignoring SIGINT for its child.
    let outcome = try systole.run(
      ["run", "--topology", "net.csv", "--trace", name, "--trace-budget", "300MB"],
      prefix: "set -m;",
      suffix: "& for i in 1 2 3 4 5 6 7 8 9; do [ -s \(name) ] || sleep 0.2; done; sleep 0.3; "
        + "kill -\(signal) $!; wait $!; exit $?")
    #expect(outcome.code == 130, "\(outcome.error)")
    #expect(outcome.error.contains("systole: interrupted while layer a ran\n"))
    #expect(try sum(name, of: "control.macs").cycles > 100)
  }

  /// Nothing can be done on SIGKILL: what was flushed before must load, in the converters of GTKWave too.
  @Test(arguments: ["run.vcd", "run.fst"]) func aKilledRunLeavesAFileThatLoads(name: String) throws {
    try systole.write("Layer, M, N, K\na, 40000, 64, 64\n", to: "net.csv")
    let outcome = try systole.run(
      ["run", "--topology", "net.csv", "--trace", name, "--trace-budget", "4MB"],
      prefix: "set -m;",
      suffix: "& for i in $(seq 100); do [ $(stat -c %s \(name) 2>/dev/null || echo 0) -gt 1000000 ] "
        + "&& break; sleep 0.1; done; kill -9 $!; wait $!; exit $?")
    #expect(outcome.code == 137)
    #expect(try sum(name, of: "control.macs").cycles > 10)
    let tool = name.hasSuffix("fst") ? "fst2vcd \(name)" : "vcd2fst \(name) back.fst && fst2vcd back.fst"
    let converted = try systole.run([], prefix: "\(tool) | grep -c '^#';", suffix: ">/dev/null 2>&1; exit 0")
    #expect(Int(converted.output.split(separator: "\n").last ?? "") ?? 0 > 10, "\(converted.output)")
  }
}
