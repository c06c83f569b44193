import Foundation
import Signals
import Testing

@testable import WaveFormats

/// Converting, checking, measuring and comparing files, ours and those of other tools.
@Suite struct WaveToolTests {
  private func source(_ text: String, _ scratch: Scratch, _ name: String = "a.vcd") throws -> any WaveSource {
    try WaveSideFile(path: name, content: text).write(to: scratch.path)
    return try WaveFile.open(scratch.file(name))
  }

  private static let header = """
    $timescale 1ns $end
    $scope module top $end
    $var wire 1 ! clk $end
    $var wire 4 " count [3:0] $end
    $var event 1 # fire $end
    $upscope $end
    $enddefinitions $end

    """

  @Test func activityIsCounted() throws {
    let scratch = try Scratch()
    let text = Self.header + "#0\n0!\nb0 \"\n#5\n1!\nb11 \"\n1#\n#10\n0!\n1#\n#15\n1!\nb1 \"\n#20\n"
    let statistics = try WaveStatistics(try source(text, scratch))
    #expect(statistics.extent == 0...20)
    #expect(statistics.activities[0].changes == 3 && statistics.activities[0].activeTicks == 10)
    #expect(statistics.duty(of: 0) == 0.5)
    // 0 -> 3 toggles two bits, 3 -> 1 one; not zero from 5 on.
    #expect(statistics.activities[1].changes == 2 && statistics.activities[1].bitToggles == 3)
    #expect(statistics.duty(of: 1) == 0.75)
    #expect(statistics.activities[2].changes == 2)
  }

  @Test func ourFilesHaveNoFindings() throws {
    let scratch = try Scratch()
    let layout = try sampleLayout()
    for name in ["a.vcd", "a.fst"] {
      try record(try WaveFile.create(scratch.file(name), layout: layout), layout, cycles: 50)
      let check = WaveCheck(path: scratch.file(name))
      // The sample machine's text has an e with an accent in it, which VCD escapes; nothing else is remarkable.
      #expect(
        check.findings.allSatisfy { $0.message.contains("a text holds bytes outside ASCII") }, "\(check.findings)")
      #expect(check.instants > 50)
    }
  }

  @Test func viewersTrapsAreFound() throws {
    let scratch = try Scratch()
    let text = """
      $timescale 1ns $end
      $scope module $root $end
      $var wire 1 ! a.b $end
      $var wire 1 " silent $end
      $var real 64 # ratio $end
      $upscope $end
      $enddefinitions $end
      #0
      0!
      rnan #
      #5
      1!
      """
    _ = try source(text, scratch)
    let check = WaveCheck(path: scratch.file("a.vcd"))
    let messages = check.findings.map(\.message).joined(separator: "\n")
    for part in [
      "$root.a.b: GTKWave alters", "$root: GTKWave older than 3.3.118 loses the scope stack", "a real is not finite",
      "silent never has a value", "a last #time is missing",
    ] {
      #expect(messages.contains(part), "\(messages)")
    }
    try WaveSideFile(path: "bad.vcd", content: "no waveform at all").write(to: scratch.path)
    #expect(WaveCheck(path: scratch.file("bad.vcd")).findings.map(\.isError) == [true])
  }

  @Test func conversionsKeepEveryChange() throws {
    let scratch = try Scratch()
    let layout = try sampleLayout()
    try record(try VCDWriter(path: scratch.file("a.vcd"), layout: layout), layout, cycles: 200)
    let changes = try WaveFile.convert(try WaveFile.open(scratch.file("a.vcd")), to: scratch.file("b.fst"))
    #expect(changes > 5000)
    _ = try WaveFile.convert(try WaveFile.open(scratch.file("b.fst")), to: scratch.file("c.vcd"))
    for name in ["b.fst", "c.vcd"] {
      let result = try WaveComparison(
        try WaveFile.open(scratch.file("a.vcd")), try WaveFile.open(scratch.file(name)))
      #expect(result.isEqual && result.compared > 100, "\(name): \(result.differences.prefix(3))")
    }
  }

  @Test func theFirstDifferenceOfASignalIsNamed() throws {
    let scratch = try Scratch()
    let first = Self.header + "#0\n0!\nb0 \"\n#5\n1!\nb11 \"\n#10\n0!\n#15\n1!\nb1 \"\n#20\n"
    let second = Self.header + "#0\n0!\nbxx00 \"\n#5\n1!\nb10 \"\n#10\n0!\n#15\n1!\nb1 \"\n1#\n#20\n"
    let byTime = try WaveComparison(try source(first, scratch), try source(second, scratch, "b.vcd"))
    #expect(byTime.compared == 3 && !byTime.isEqual)
    #expect(byTime.differences.map(\.name) == ["top.count", "top.fire"])
    #expect(
      byTime.differences[0].time == 0 && byTime.differences[0].second == "0bxx00" && byTime.differences[0].count == 2)
    #expect(byTime.differences[1].time == 15_000_000 && byTime.differences[1].cycle == nil)
    var options = WaveComparison.Options()
    options.ignoresUnknown = true
    options.clock = "top.clk"
    options.patterns = ["top.count"]
    let byCycle = try WaveComparison(
      try source(first, scratch), try source(second, scratch, "b.vcd"), options: options)
    #expect(byCycle.differences.map(\.name) == ["top.count"])
    let difference = try #require(byCycle.differences.first)
    #expect(difference.cycle == 0 && difference.time == 5_000_000 && difference.count == 1)
    #expect(difference.first == "0x3" && difference.second == "0x2")
    #expect(byCycle.ends == (2, 2))
  }

  @Test func differentTimescalesAndNamesAreCompared() throws {
    let scratch = try Scratch()
    let first = Self.header + "#0\n0!\nb0 \"\n#5\n1!\nb11 \"\n#20\n"
    let second = first.replacing("1ns", with: "1ps").replacing("#5", with: "#5000").replacing("#20", with: "#20000")
      .replacing("count", with: "counter")
    var options = WaveComparison.Options()
    options.names = try WaveComparison.Options.names("# model rtl\ncount counter\n", file: "map")
    let result = try WaveComparison(
      try source(first, scratch), try source(second, scratch, "b.vcd"), options: options)
    #expect(result.isEqual && result.compared == 3)
    #expect(throws: WaveError.self) { try WaveComparison.Options.names("one two three\n", file: "map") }
    let lost = try WaveComparison(try source(first, scratch), try source(second, scratch, "b.vcd"))
    #expect(lost.onlyInFirst == ["top.count"] && lost.onlyInSecond == ["top.counter"])
  }

  /// A writer that is killed leaves its last block marked as one to skip, cut wherever the kill came.
  @Test func aFileWhoseLastBlockWasNotFinishedLoads() throws {
    let scratch = try Scratch()
    let layout = try sampleLayout()
    try record(
      try FSTWriter(path: scratch.file("a.fst"), layout: layout, options: FSTOptions(blockSize: 1 << 14)), layout,
      cycles: 400)
    let whole = try contents(scratch.file("a.fst"))
    var offsets: [Int] = []
    var offset = 0
    while offset < whole.count {
      offsets.append(offset)
      offset += 1 + whole[(offset + 1)..<(offset + 9)].reduce(0) { $0 << 8 | Int($1) }
    }
    let last = try #require(offsets.last)
    #expect(offsets.count > 5)
    for kept in [9, 10, 100, (whole.count - last) / 2, whole.count - last - 1] {
      var cut = Array(whole[..<(last + kept)])
      cut[last] = 255
      try Data(cut).write(to: URL(fileURLWithPath: scratch.file("cut.fst")))
      let printed = try run("fst2vcd", [scratch.file("cut.fst")])
      #expect(printed.split(separator: "\n").count { $0.hasPrefix("#") } > 300, "\(kept)")
      let script =
        "import pywellen, sys; w = pywellen.Waveform(sys.argv[1]); print(len([v for v in w.all_vars]) if not callable(w.all_vars) else len(list(w.all_vars())))"
      #expect(
        Int(try run("python3", ["-c", script, scratch.file("cut.fst")]).split(separator: "\n").last ?? "") ?? 0 > 100)
      var source = try WaveFile.open(scratch.file("cut.fst"))
      var step = WaveStep()
      var instants = 0
      while try source.next(into: &step) { instants += 1 }
      #expect(instants > 300)
    }
  }
}
