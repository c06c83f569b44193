import Foundation
import Testing

@testable import WaveFormats

/// Files of other tools, made while the tests run: a counter that adds 3 each rising edge, with vectors, unknown and
/// high-impedance bits, reals, texts and events where the tool has them.
@Suite struct ForeignFileTests {
  /// What signals show once all changes up to a tick are applied.
  private typealias Samples = [(tick: UInt64, values: [String: String])]

  private func fixture(_ name: String) throws -> String {
    try #require(Bundle.module.url(forResource: "Fixtures/" + name, withExtension: nil)).path
  }

  /// Reads a file to its end and compares what it shows on the way.
  private func check(_ path: String, timescale: String, end: UInt64, _ samples: Samples) throws {
    var source = try WaveFile.open(path)
    #expect(source.timescale == Timescale(timescale))
    let signals = Dictionary(
      zip(source.hierarchy.variablePaths, source.hierarchy.variables.map(\.signal)),
      uniquingKeysWith: { first, _ in first })
    var state = WaveState(source.hierarchy)
    var step = WaveStep()
    var last: UInt64 = 0
    var remaining = samples[...]
    func compare(_ sample: Samples.Element) throws {
      for (name, value) in sample.values.sorted(by: { $0.key < $1.key }) {
        let signal = try #require(signals[name], "\(path): \(name) is not among \(signals.keys.sorted())")
        #expect(state.value(of: signal).description == value, "\(path): \(name) at \(sample.tick)")
      }
    }
    while try source.next(into: &step) {
      while let sample = remaining.first, sample.tick < step.time {
        try compare(sample)
        remaining.removeFirst()
      }
      state.apply(step)
      last = step.time
    }
    for sample in remaining { try compare(sample) }
    #expect(last == end, "\(path): the last instant")
    #expect(source.warnings.isEmpty, "\(path): \(source.warnings)")
  }

  /// Whether two files hold the same changes of the same signals.
  private func expectEqual(_ first: String, _ second: String, compared: Int) throws {
    let result = try WaveComparison(try WaveFile.open(first), try WaveFile.open(second))
    #expect(result.isEqual && result.compared == compared, "\(second): \(result.compared), \(result)")
  }

  private static func wide(_ ones: Int) -> String {
    "0b" + String(repeating: "0", count: 100 - ones) + String(repeating: "1", count: ones)
  }

  // MARK: - Icarus Verilog

  private static let icarus: Samples = [
    (0, ["top.clk": "0", "top.count": "0bxxxxxxxx", "top.bus": "0bzzzz", "top.ratio": "0.0", "top.wide": wide(0)]),
    (2000, ["top.clk": "0", "top.count": "0x5", "top.next": "0x8"]),
    (
      5000,
      [
        "top.clk": "1", "top.count": "0x8", "top.next": "0xb", "top.bus": "0b1x0z", "top.ratio": "0.25",
        "top.total": "0xffffffff", "top.wide": wide(1), "top.fire": "!",
      ]
    ),
    (10000, ["top.clk": "0", "top.count": "0x8", "top.fire": "-"]),
    (15000, ["top.count": "0xb", "top.bus": "0bzz01", "top.ratio": "0.5", "top.total": "0xfffffffe", "top.fire": "!"]),
    (44999, ["top.count": "0x11", "top.bus": "0bzz01", "top.wide": wide(4)]),
    (52000, ["top.clk": "0", "top.count": "0x14", "top.bus": "0b1x0z", "top.ratio": "1.25", "top.wide": wide(5)]),
  ]

  @Test func icarusFilesAreRead() throws {
    let scratch = try Scratch()
    try run("iverilog", ["-g2012", "-o", "counter.vvp", try fixture("counter.v")], in: scratch.path)
    for format in ["vcd", "fst"] {
      try run("vvp", ["counter.vvp", "-\(format)"], in: scratch.path)
      try run("mv", ["counter.wave", "counter.\(format)"], in: scratch.path)
      try check(scratch.file("counter.\(format)"), timescale: "1ps", end: 52_000, Self.icarus)
    }
    try run("vcd2fst", ["counter.vcd", "converted.fst"], in: scratch.path)
    try check(scratch.file("converted.fst"), timescale: "1ps", end: 52_000, Self.icarus)
    try expectEqual(scratch.file("counter.vcd"), scratch.file("counter.fst"), compared: 8)
    try expectEqual(scratch.file("counter.vcd"), scratch.file("converted.fst"), compared: 8)
  }

  // MARK: - Verilator

  private static let verilator: Samples = [
    (0, ["TOP.clk": "0", "TOP.reset": "1", "TOP.top.phase": "0x0", "TOP.top.ratio": "0.0"]),
    (5, ["TOP.clk": "1", "TOP.count": "0x5", "TOP.top.count": "0x5", "TOP.top.wide": wide(0)]),
    (14, ["TOP.clk": "0", "TOP.reset": "0", "TOP.count": "0x5"]),
    (15, ["TOP.count": "0x8", "TOP.top.phase": "0x1", "TOP.top.ratio": "0.25", "TOP.top.wide": wide(1)]),
    (35, ["TOP.count": "0xe", "TOP.top.phase": "0x0", "TOP.top.ratio": "0.75", "TOP.top.wide": wide(3)]),
    (55, ["TOP.clk": "1", "TOP.count": "0x14", "TOP.top.phase": "0x2", "TOP.top.ratio": "1.25"]),
  ]

  /// Verilator has no unknown bits and traces no texts; its model is compiled for one format of trace.
  @Test(arguments: ["vcd", "fst"]) func verilatorFilesAreRead(format: String) throws {
    let scratch = try Scratch()
    try run(
      "verilator",
      [
        "--cc", "--exe", "--build", "-O0", "-CFLAGS", "-O0" + (format == "fst" ? " -DTRACE_FST" : ""), "--top-module",
        "top", "--Mdir", "model", format == "fst" ? "--trace-fst" : "--trace", try fixture("counter.sv"),
        try fixture("counter.cpp"),
      ], in: scratch.path)
    try run("model/Vtop", ["counter.\(format)"], in: scratch.path)
    try check(scratch.file("counter.\(format)"), timescale: "1ps", end: 55, Self.verilator)
  }

  // MARK: - GHDL

  private static let ghdl: Samples = [
    (0, ["clk": "0", "count": "0buuuuuuuu", "lanes": "0bzzzz", "ratio": "0.0"]),
    (5_000_000, ["clk": "1", "count": "0x5", "lanes": "0bzzzz", "ratio": "0.25"]),
    (14_999_999, ["clk": "0", "count": "0x5"]),
    (15_000_000, ["clk": "1", "count": "0x8", "lanes": "0b1x0z", "ratio": "0.5"]),
    // W, L, H and - of VHDL's nine states.
    (25_000_000, ["count": "0xb", "lanes": "0bwlh-", "ratio": "0.75"]),
    (45_000_000, ["clk": "1", "count": "0x11", "ratio": "1.25"]),
    (52_000_000, ["clk": "0", "count": "0x11"]),
  ]

  @Test func ghdlFilesAreRead() throws {
    let scratch = try Scratch()
    try run("ghdl", ["-a", try fixture("counter.vhd")], in: scratch.path)
    try run("ghdl", ["-e", "top"], in: scratch.path)
    try run("ghdl", ["-r", "top", "--vcd=counter.vcd", "--fst=counter.fst"], in: scratch.path)
    let scoped = Self.ghdl.map { sample in
      (sample.tick, Dictionary(uniqueKeysWithValues: sample.values.map { ("top." + $0.key, $0.value) }))
    }
    try check(scratch.file("counter.vcd"), timescale: "1fs", end: 52_000_000, scoped)
    try check(
      scratch.file("counter.vcd"), timescale: "1fs", end: 52_000_000, [(45_000_000, ["top.total": "0xfffffffb"])])
    // GHDL compresses its FST files as a whole, declares no scopes in them, writes no value of a real (fst2vcd has none
    // either), and has enumerations only there, as texts.
    #expect(try contents(scratch.file("counter.fst")).first == FSTFormat.Block.wrapper.rawValue)
    try check(
      scratch.file("counter.fst"), timescale: "1fs", end: 52_000_000,
      Self.ghdl.map { sample in (sample.tick, sample.values.filter { $0.key != "ratio" }) })
    try check(
      scratch.file("counter.fst"), timescale: "1fs", end: 52_000_000,
      [(0, ["phase": "\"idle\""]), (5_000_000, ["phase": "\"load\""]), (52_000_000, ["phase": "\"mac\""])])
    try run("vcd2fst", ["counter.vcd", "converted.fst"], in: scratch.path)
    try check(scratch.file("converted.fst"), timescale: "1fs", end: 52_000_000, scoped)
    try expectEqual(scratch.file("counter.vcd"), scratch.file("converted.fst"), compared: 5)
  }

  // MARK: - pyvcd

  private static let pyvcd: Samples = [
    (0, ["top.clk": "x", "top.adder.count": "0bxxxxxxxx", "top.adder.bus": "0bzzzz", "top.word": "\"idle\""]),
    (
      10,
      [
        "top.clk": "1", "top.adder.count": "0x5", "top.adder.split": "0bzzzzzzzz10001", "top.ratio": "0.25",
        "top.word": "\"MAC 1\"", "top.total": "0xffffffff", "top.fire": "!",
      ]
    ),
    (19, ["top.clk": "0", "top.adder.count": "0x5", "top.fire": "-"]),
    (20, ["top.adder.bus": "0b1x0z", "top.adder.wide": wide(40), "top.word": "\"\""]),
    // $dumpoff takes every variable to x, $dumpon brings the values back.
    (32, ["top.clk": "x", "top.adder.count": "0bxxxxxxxx", "top.adder.bus": "0bxxxx"]),
    (33, ["top.clk": "1", "top.adder.count": "0xb", "top.adder.wide": wide(60), "top.word": "\"MAC 3\""]),
    (50, ["top.adder.count": "0x11", "top.adder.wide": wide(100), "top.ratio": "1.25", "top.total": "0xfffffffb"]),
    (70, ["top.clk": "0", "top.adder.count": "0x11"]),
  ]

  @Test func pyvcdFilesAreRead() throws {
    let scratch = try Scratch()
    try run("python3", [try fixture("counter.py"), "counter.vcd"], in: scratch.path)
    try check(scratch.file("counter.vcd"), timescale: "10ns", end: 70, Self.pyvcd)
    try run("vcd2fst", ["counter.vcd", "converted.fst"], in: scratch.path)
    try check(scratch.file("converted.fst"), timescale: "10ns", end: 70, Self.pyvcd)
    try expectEqual(scratch.file("counter.vcd"), scratch.file("converted.fst"), compared: 9)
    try run("gzip", ["counter.vcd"], in: scratch.path)
    try check(scratch.file("counter.vcd.gz"), timescale: "10ns", end: 70, Self.pyvcd)
  }
}
