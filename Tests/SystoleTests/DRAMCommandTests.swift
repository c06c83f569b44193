import Foundation
import Testing

/// `systole dram` as a user runs it: every kind of bad input gets a message with numbers and exit code 2.
@Suite struct DRAMCommandTests {
  let systole: Systole

  init() throws {
    systole = try Systole()
    try systole.write("0 0x0 READ\n", to: "one.trace")
  }

  private func expect(
    _ code: Int32, _ message: String, _ arguments: String..., location: SourceLocation = #_sourceLocation
  ) throws {
    let outcome = try systole.run(["dram"] + arguments)
    #expect(outcome.code == code, sourceLocation: location)
    #expect(outcome.error == "systole: \(message)\n", sourceLocation: location)
    #expect(outcome.output.isEmpty, sourceLocation: location)
  }

  @Test func unknownDevicesAndMappings() throws {
    try expect(
      2,
      "--device: unknown device \"ddr4-2401\"; did you mean ddr4-2400? Known: ddr3-1600, ddr3-1600-x16, ddr3-1600-x8, "
        + "ddr4-2400, ddr4-2400-x8, hbm2, hbm2-2000, lpddr4-3200, lpddr4-3200-x16", "one.trace", "--device", "ddr4-2401"
    )
    try expect(
      2, "--mapping: \"RoBaXx\" has \"Xx\" where a field is due; fields are Ro Co Ba Bg Ra Pc Ch", "one.trace",
      "--device", "ddr4-2400", "--mapping", "RoBaXx")
    try expect(
      2, "--mapping: \"RoBaBg\" does not cover the address: 7 bits of Co are left out", "one.trace", "--device",
      "ddr4-2400", "--mapping", "RoBaBg")
    try expect(
      2, "--mapping: \"RoBaBgCo9\" gives Co 2 bits too many: 7 in all", "one.trace", "--device", "ddr4-2400",
      "--mapping",
      "RoBaBgCo9")
    try expect(
      2, "--mapping: \"RoBaBgCo\" does not cover the address: 1 bits of Ch are left out", "one.trace", "--device",
      "ddr4-2400", "--channels", "2", "--mapping", "RoBaBgCo")
    try expect(
      2, "organisation.channels: 3 is not a power of two from 1 to 64; nearest legal value 2", "one.trace", "--device",
      "ddr4-2400", "--channels", "3")
  }

  /// Each line's fault, in a plain trace and in a packed one.
  @Test(arguments: [
    ("0 0x0 READ\n5 zz READ\n", "line 2: no hexadecimal address after cycle 5"),
    ("0 0x0 READ\nfive 0x40 READ\n", "line 2: no cycle number where one is due"),
    ("0 0x0 READ\n5 0x40 FETCH\n", "line 2: \"FETCH\" is neither READ nor WRITE"),
    ("0 0x0 READ\n5 0x40\n", "line 2: neither READ nor WRITE after the address"),
    ("# c\n\n5 0x40 READ 7\n", "line 3: text after the request"),
    (
      "0 0x0 READ\n5 0x200000040 WRITE\n",
      "line 2: address 0x200000040 is beyond the memory's 8589934592 bytes by 65; highest 0x1ffffffff"
    ),
    ("7 0x0 READ\n5 0x40 READ\n", "line 2: cycle 5 is 2 before the last one, 7: time goes back"),
    ("300000000000000 0x0 READ\n", "line 1: cycle 300000000000000 is not below 2^48"),
  ])
  func traceLines(text: String, message: String) throws {
    try systole.write(text, to: "bad.trace")
    try expect(2, "bad.trace: \(message)", "bad.trace", "--device", "ddr4-2400")
    let gzip = Process()
    gzip.executableURL = URL(filePath: "/bin/bash")
    gzip.arguments = ["-c", "gzip -k '\(systole.scratch.path)/bad.trace'"]
    try gzip.run()
    gzip.waitUntilExit()
    try #require(gzip.terminationStatus == 0)
    try expect(2, "bad.trace.gz: \(message)", "bad.trace.gz", "--device", "ddr4-2400", "--check", "--json")
  }

  @Test func timingFilesThatContradictThemselves() throws {
    let whole = """
      { "mine": { "standard": "DDR3", "timing": { "tCK": 1.25, "CL": 11, "CWL": 8, "RCD": 11, "RP": 11, "RAS": 28, "RC": 39,
        "CCD_L": 4, "CCD_S": 4, "RRD_L": 5, "RRD_S": 5, "WTR_L": 6, "WTR_S": 6, "FAW": 24, "WR": 12, "RTP": 6, "RFC": 208,
        "REFI": 6240, "BLc": 4 } } }
      """
    try systole.write(whole, to: "whole.json")
    // 1 + tRCD + CL + BLc, of the user's numbers.
    #expect(try latency("whole.json") == 27)
    try systole.write(whole.replacingOccurrences(of: "\"RCD\": 11", with: "\"RCD\": 14"), to: "slow.json")
    #expect(try latency("slow.json") == 30)
    let faults = [
      ("\"RC\": 39", "\"RC\": 30", "timing.RC: tRC = 30 < tRAS + tRP = 39: 9 cycles short; nearest legal value 39"),
      ("\"RAS\": 28", "\"RAS\": 10", "timing.RAS: tRAS = 10 < tRCD = 11: 1 cycles short; nearest legal value 11"),
      ("\"FAW\": 24", "\"FAW\": 3", "timing.FAW: tFAW = 3 < tRRD_S = 5: 2 cycles short; nearest legal value 5"),
      (
        "\"REFI\": 6240", "\"REFI\": 200",
        "timing.REFI: tREFI = 200 < tRFC + tRP + tRC = 258: 58 cycles short; nearest legal value 258"
      ),
      ("\"CL\": 11", "\"CL\": 0", "timing.CL: 0 cycles are outside 1 to 16777216; nearest legal value 1"),
      (
        "\"RTP\": 6", "\"RTP\": 6, \"RTW\": 2",
        "timing.RTW: RTW = 2 < CL + BLc - CWL = 7: write data would meet read data, 5 cycles short"
      ),
    ]
    for (from, to, message) in faults {
      try systole.write(whole.replacingOccurrences(of: from, with: to), to: "mine.json")
      try expect(2, "mine.json:1:11: mine: \(message)", "one.trace", "--timing", "mine.json")
    }
  }

  /// Cycles that a first read takes on a user's device.
  private func latency(_ timing: String) throws -> Int {
    let outcome = try systole.run("dram", "one.trace", "--timing", timing, "--json", "--check")
    #expect(outcome.code == 0 && outcome.error.isEmpty, "\(outcome.error)")
    let report = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
    return try #require(report?["read_latency_cycles"] as? NSNumber).intValue
  }

  /// Every bank of every channel is listed, and the commands file has a line a command.
  @Test func banksAndCommandsAreListed() throws {
    try systole.write("0 0x0 READ\n0 0x40 WRITE\n9 0x80 READ\n", to: "three.trace")
    let outcome = try systole.run(
      "dram", "three.trace", "--device", "ddr4-2400", "--channels", "2", "--banks", "--json", "--commands", "c.txt")
    #expect(outcome.code == 0, "\(outcome.error)")
    let report = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    let banks = try #require(report["banks"] as? [[String: Int]])
    #expect(banks.count == 2 * 16)
    #expect(banks[0]["reads"] == 2 && banks[0]["row_hits"] == 1 && banks[0]["row_misses"] == 1)
    #expect(banks[16]["channel"] == 1 && banks[16]["writes"] == 1)
    let lines = try systole.text("c.txt").split(separator: "\n")
    #expect(lines == ["1 ACT 0 0 -1 0", "2 ACT 0 0 -1 1", "18 RD 0 0 0 0", "19 WR 0 0 0 1", "24 RD 0 0 1 0"])
  }

  @Test func filesAndOptions() throws {
    try expect(2, "none.trace: no such file or directory", "none.trace", "--device", "ddr4-2400")
    try systole.write(Array([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0x33]), to: "cut.gz")
    try expect(2, "cut.gz: byte 11: the compressed stream is cut short", "cut.gz", "--device", "ddr4-2400")
    try expect(
      2, "--write-high: high watermark 0 is outside 1 to 32; nearest legal value 1", "one.trace", "--device",
      "ddr4-2400",
      "--write-high", "0")
    try expect(
      2,
      "--refresh: ddr3-1600-x8 cannot refresh single banks: DDR3 has no such command or timing.RFCpb is missing",
      "one.trace", "--device", "ddr3-1600", "--refresh", "per-bank")
    try systole.write("1 ACT 0 5 -1\n2 JUMP 0 5 -1\n", to: "commands.txt")
    let unknown = try systole.run("dram", "--check-commands", "commands.txt", "--device", "ddr3-1600")
    #expect(unknown.code == 2)
    #expect(unknown.error.hasPrefix("systole: commands.txt: line 2: \"JUMP\" is no command; known: "))
  }

  /// A user's command file that breaks a rule is no bad input: the check ran, and differs.
  @Test func violationsGiveExitCodeOne() throws {
    try systole.write("1 ACT 0 5 -1\n11 RD 0 5 3\n", to: "early.txt")
    let early = try systole.run("dram", "--check-commands", "early.txt", "--device", "ddr3-1600", "--no-refresh")
    #expect(early.code == 1)
    #expect(early.output == "channel 0: cycle 11 RD bank 0: tRCD needs 11 cycles since 1, got 10: 1 short\n")
  }
}
