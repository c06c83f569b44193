import Foundation
import Testing

@testable import WaveFormats

/// FST files in the forms that our own writer does not choose.
@Suite struct FSTVariantTests {
  private static let text = """
    $timescale 1ns $end
    $scope module top $end
    $var wire 1 ! clk $end
    $var wire 8 " count [7:0] $end
    $var wire 8 " alias [7:0] $end
    $var logic 4 # bus [3:0] $end
    $var wire 100 $ wide [99:0] $end
    $var real 64 % ratio $end
    $var string 0 & word $end
    $upscope $end
    $enddefinitions $end

    """

  /// A file with changes of all kinds at 200 instants.
  private func write(_ path: String) throws {
    var text = Self.text
    for tick in 0..<200 {
      text += "#\(tick * 5)\n\(tick & 1)!\nb\(String(tick & 255, radix: 2)) \"\n"
      if tick % 3 == 0 { text += "b\(["01xz", "0011", "zzzz", "UWLH"][tick / 3 % 4]) #\n" }
      if tick % 7 == 0 {
        text += "b\(String(repeating: "10", count: tick % 50 + 1)) $\nr\(Double(tick) / 8) %\ns\(tick)w &\n"
      }
    }
    try Data((text + "#1000\n").utf8).write(to: URL(fileURLWithPath: path))
  }

  private func expectEqual(_ first: String, _ second: String, warnings: Int = 0) throws {
    let source = try WaveFile.open(second)
    let result = try WaveComparison(try WaveFile.open(first), source)
    #expect(result.isEqual && result.compared == 7, "\(second): \(result.differences)")
    #expect(source.warnings.count == warnings, "\(source.warnings)")
  }

  /// LZ4, FastLZ, zlib, and the file compressed as a whole.
  @Test(arguments: ["-4", "-F", "-Z", "-c"]) func everyPackingOfGTKWaveIsRead(option: String) throws {
    let scratch = try Scratch()
    try write(scratch.file("a.vcd"))
    try run("vcd2fst", [option, scratch.file("a.vcd"), scratch.file("a.fst")])
    // Of states that Verilog does not have, vcd2fst keeps those of vectors.
    try expectEqual(scratch.file("a.vcd"), scratch.file("a.fst"))
  }

  private func converted(_ scratch: Scratch) throws -> FSTParts {
    try write(scratch.file("a.vcd"))
    _ = try WaveFile.convert(try WaveFile.open(scratch.file("a.vcd")), to: scratch.file("a.fst"))
    return try FSTParts(scratch.file("a.fst"))
  }

  @Test func aHierarchyCompressedByGzipOrTwiceIsRead() throws {
    let scratch = try Scratch()
    let parts = try converted(scratch)
    let (others, entries) = (parts.without(.hierarchyLZ4), parts.entries)
    try Data(entries).write(to: URL(fileURLWithPath: scratch.file("entries")))
    try run("gzip", [scratch.file("entries")])
    let gzip = FSTParts.hierarchy(.hierarchyGzip, size: entries.count, try contents(scratch.file("entries.gz")))
    try FSTParts.write(others + [gzip], to: scratch.file("gzip.fst"))
    try expectEqual(scratch.file("a.vcd"), scratch.file("gzip.fst"))
    var encoder = LZ4Encoder()
    var once: [UInt8] = []
    encoder.compress(entries.span, into: &once)
    var twice: [UInt8] = []
    twice.appendVarint(UInt64(once.count))
    encoder.compress(once.span, into: &twice)
    try FSTParts.write(
      others + [FSTParts.hierarchy(.hierarchyLZ4Twice, size: entries.count, twice)], to: scratch.file("twice.fst"))
    try expectEqual(scratch.file("a.vcd"), scratch.file("twice.fst"))
    // The library of GTKWave reads it so too.
    #expect(try run("fst2vcd", [scratch.file("twice.fst")]).contains("$var wire 8 \" count [7:0] $end"))
  }

  @Test func aHierarchyBesideTheFileIsRead() throws {
    let scratch = try Scratch()
    let parts = try converted(scratch)
    let path = scratch.file("killed.fst")
    try parts.writeKilled(path)
    try expectEqual(scratch.file("a.vcd"), path, warnings: 1)
    try Data(parts.entries.prefix(10)).write(to: URL(fileURLWithPath: path + ".hier"))
    let damaged = #expect(throws: WaveError.self) { try WaveFile.open(path) }
    #expect(damaged?.description.contains("killed.fst.hier: block 0, offset ") == true)
    try FileManager.default.removeItem(atPath: path + ".hier")
    let missing = #expect(throws: WaveError.self) { try WaveFile.open(path) }
    #expect(missing?.description.contains("there is no \(path).hier from its writer") == true)
  }

  /// Rust's fst-writer counts the times of later blocks from the end of the one before: such a block begins after its first time.
  @Test func timesRelativeToTheBlockBeforeAreRead() throws {
    let scratch = try Scratch()
    var blocks = try converted(scratch).blocks
    let values = try #require(blocks.firstIndex { $0.type == FSTFormat.Block.valuesAlias2.rawValue })
    blocks[values].bytes.replaceSubrange(8..<16, with: [0, 0, 0, 0, 0, 0, 0x27, 0x10])
    try FSTParts.write(blocks, to: scratch.file("later.fst"))
    var source = try WaveFile.open(scratch.file("later.fst"))
    var step = WaveStep()
    var times: [UInt64] = []
    while try source.next(into: &step) { times.append(step.time) }
    #expect(times == (0...200).map { 10_000 + 5 * $0 })
  }

  /// States of VHDL survive from one format to the other, in all widths.
  @Test func nineStatesAreKept() throws {
    let scratch = try Scratch()
    let text = """
      $timescale 1fs $end
      $var logic 1 ! s $end
      $var logic 9 " v [8:0] $end
      $var logic 70 # w [69:0] $end
      $enddefinitions $end

      """
    let states = Array("UX01ZWLH-")
    let body = states.indices.map { index -> String in
      let turned = String(states[index...] + states[..<index])
      return "#\(index)\n\(states[index])!\nb\(turned) \"\nb\(turned)\(String(repeating: "0", count: 61)) #\n"
    }.joined()
    try Data((text + body + "#20\n").utf8).write(to: URL(fileURLWithPath: scratch.file("a.vcd")))
    _ = try WaveFile.convert(try WaveFile.open(scratch.file("a.vcd")), to: scratch.file("b.fst"))
    _ = try WaveFile.convert(try WaveFile.open(scratch.file("b.fst")), to: scratch.file("c.vcd"))
    var source = try WaveFile.open(scratch.file("c.vcd"))
    var state = WaveState(source.hierarchy)
    var step = WaveStep()
    var seen: [String] = []
    while try source.next(into: &step) {
      state.apply(step)
      if step.time < 9 { seen += (0..<3).map { String(state.value(of: $0).text(radix: .binary).prefix(9)) } }
    }
    let expected = states.indices.flatMap { index -> [String] in
      let turned = String(states[index...] + states[..<index]).lowercased()
      return [states[index].lowercased(), turned, turned]
    }
    #expect(seen == expected)
    // The standard has four states.
    _ = try WaveFile.convert(
      try WaveFile.open(scratch.file("a.vcd")), to: scratch.file("d.vcd"), vcd: VCDOptions(dialect: .standard))
    let standard = String(decoding: try contents(scratch.file("d.vcd")), as: UTF8.self)
    #expect(standard.contains("bxx01zx01x \"") && !standard.contains("u") == true)
  }
}
