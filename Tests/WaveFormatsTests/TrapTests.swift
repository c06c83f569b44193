import Foundation
import Testing

@testable import WaveFormats

/// What `WaveCheck` says of files with a single fault each.
@Suite struct TrapTests {
  /// A fault: what is put in the place of what in a file without one, and what is said of it.
  struct Trap: Sendable, CustomTestStringConvertible {
    let part: String
    let replacement: String
    let finding: String
    var testDescription: String { replacement.isEmpty ? "no \(part)" : replacement }
  }

  static let sound = """
    $comment by hand $end
    $timescale 1ns $end
    $scope module top $end
    $var wire 8 ! vector [7:0] $end
    $var real 64 " ratio $end
    $var string 1 # word $end
    $upscope $end
    $enddefinitions $end
    #0
    b11 !
    r0.5 "
    sidle #
    #5
    b1 !
    #10

    """

  static let traps = [
    Trap(part: "by hand", replacement: "café", finding: "error: line 1: a byte is not ASCII: GTKWave ends"),
    Trap(part: "sidle", replacement: "scaf\u{e9}", finding: "error: line 12: a byte is not ASCII: GTKWave ends"),
    Trap(part: "$timescale 1ns $end\n", replacement: "", finding: "trap: there is no $timescale"),
    Trap(
      part: "1ns", replacement: "244ns",
      finding: "error: line 2: a tick of 244ns is read as 244 of 1ns; GTKWave takes 1, 10 and 100"),
    Trap(part: "1ns", replacement: "1 jiffy", finding: "error: line 2: timescale '1jiffy' is not a number of s, ms"),
    Trap(
      part: "$timescale", replacement: "$timezero -2 $end\n$timescale",
      finding: "error: line 2: section $timezero is not known to Surfer"),
    Trap(
      part: "$timescale", replacement: "$crash $end\n$timescale", finding: "error: line 2: section $crash is not known"),
    Trap(part: "module", replacement: "room", finding: "error: line 3: scope type room is not known; Surfer rejects"),
    Trap(part: "top", replacement: "$unit", finding: "trap: $unit: GTKWave older than 3.3.118 loses the scope stack"),
    Trap(part: " top", replacement: "", finding: "error: line 3: a scope has no name"),
    Trap(
      part: "wire", replacement: "cable",
      finding: "error: line 4: variable type cable is not known; GTKWave drops such variables, Surfer rejects"),
    Trap(part: "wire", replacement: "inout", finding: "trap: top.vector: GTKWave reads ports as extended VCD"),
    Trap(part: "vector", replacement: "a:b", finding: "error: top.a:b: GTKWave takes the colon for a range"),
    Trap(part: "vector", replacement: "a b", finding: "error: top.a b: GTKWave ends a name at a blank"),
    Trap(part: "vector", replacement: "a.b", finding: "trap: top.a.b: GTKWave alters names with a dot"),
    Trap(
      part: "vector [7:0]", replacement: "mem[3]",
      finding: "trap: top.mem[3]: GTKWave takes the index for a range, Surfer for"),
    Trap(part: "vector", replacement: "a+b", finding: "trap: top.a+b: viewers differ on names with other characters"),
    Trap(
      part: "vector", replacement: "3state", finding: "trap: top.3state: viewers differ on names with other characters"),
    Trap(
      part: "$var real 64 \" ratio", replacement: "$var wire 8 \" vector [7:0]",
      finding: "trap: top.vector[7:0] is declared twice in one scope"),
    Trap(
      part: "$var real 64 \"", replacement: "$var real 64 !",
      finding: "error: line 5: ratio has 64 bits but shares code ! with a variable of 8"),
    Trap(part: "$scope", replacement: "$var wire 1 % outside $end\n$scope", finding: "trap: outside is in no scope"),
    Trap(
      part: "$var wire", replacement: "$attrbegin misc 07 \"\" 9 $end\n$var wire",
      finding: "error: line 4: enumeration table 9 is not declared"),
    Trap(
      part: "$var wire", replacement: "$attrbegin misc 07 t 2 A 0 1 1 $end\n$var wire",
      finding: "error: line 4: enumeration table t does not hold"),
    Trap(
      part: "$var wire", replacement: "$attrbegin array unpacked bounds 1 $end\n$var wire",
      finding: "error: line 4: an attribute 'array unpacked' is not known to Surfer"),
    Trap(part: "$enddefinitions $end\n", replacement: "", finding: "error: line 8: $enddefinitions is missing"),
    Trap(
      part: "b11 !", replacement: "b111111111 !",
      finding: "error: line 10: a vector of 9 digits is longer than its 8 bits"),
    Trap(part: "b11 !", replacement: "b0b11 !", finding: "error: line 10: a vector begins with 0b"),
    Trap(part: "b11 !", replacement: "b11 %", finding: "error: line 10: code '%' is not declared"),
    Trap(
      part: "b11 !", replacement: "sword !", finding: "error: line 10: the value's kind is not that of the variable"),
    Trap(part: "b11 !", replacement: "1 !", finding: "error: line 10: a blank parts a digit from its code"),
    Trap(part: "r0.5", replacement: "rnan", finding: "trap: at 0: a real is not finite"),
    Trap(part: "r0.5", replacement: "rinf", finding: "trap: at 0: a real is not finite"),
    Trap(part: "sidle", replacement: "sa\\xC3\\xA9", finding: "trap: at 0: a text holds bytes outside ASCII"),
    Trap(
      part: "sidle", replacement: "s?red?idle", finding: "trap: at 0: GTKWave takes a text that begins with ?colour?"),
    Trap(
      part: "b1 !", replacement: "$dumpflush\nb1 !", finding: "error: line 14: Surfer rejects files with $dumpflush"),
    Trap(part: "b1 !", replacement: "$dumpall\nb1 !\n$end", finding: "trap: line 14: Surfer takes $dumpall for time 0"),
    Trap(part: "#5", replacement: "#5\n#4", finding: "error: line 14: time 4 comes after 5; times never decrease"),
    Trap(part: "#5", replacement: "#5.5", finding: "error: line 13: time #5.5 is no whole number of ticks"),
    Trap(part: "#10", replacement: "#9223372036854775808", finding: "trap: time 9223372036854775808 is past 2^63"),
    Trap(part: "#10\n", replacement: "", finding: "trap: the file ends with changes: their values have no width"),
    Trap(part: "#10\n", replacement: "#10", finding: "trap: the file does not end with a newline"),
    Trap(part: "sidle #\n", replacement: "", finding: "trap: top.word never has a value"),
    Trap(
      part: "#0\nb11 !\nr0.5 \"\nsidle #\n#5\nb1 !\n#10\n", replacement: "",
      finding: "trap: there is no change of value"),
  ]

  private func findings(_ text: String, _ scratch: Scratch, isLatin: Bool = false) throws -> [String] {
    let data = try #require(text.data(using: isLatin ? .isoLatin1 : .utf8))
    try data.write(to: URL(fileURLWithPath: scratch.file("a.vcd")))
    return WaveCheck(path: scratch.file("a.vcd")).findings.map(\.description)
  }

  @Test func aSoundFileHasNone() throws { #expect(try findings(Self.sound, try Scratch()) == []) }

  @Test(arguments: traps) func isFound(trap: Trap) throws {
    let scratch = try Scratch()
    let range = try #require(Self.sound.range(of: trap.part))
    let text = Self.sound.replacingCharacters(in: range, with: trap.replacement)
    for isLatin in [false, true] {
      let findings = try findings(text, scratch, isLatin: isLatin)
      #expect(findings.contains { $0.hasPrefix(trap.finding) }, "\(findings)")
    }
  }

  @Test func blemishesOfFSTFilesAreFound() throws {
    let scratch = try Scratch()
    _ = try findings(Self.sound, scratch)
    _ = try WaveFile.convert(try WaveFile.open(scratch.file("a.vcd")), to: scratch.file("a.fst"))
    #expect(WaveCheck(path: scratch.file("a.fst")).findings.isEmpty)
    let whole = try contents(scratch.file("a.fst"))
    // A writer that was killed leaves the mark of a block to come.
    try Data(whole + [255] + Array(repeating: 0, count: 8)).write(to: URL(fileURLWithPath: scratch.file("b.fst")))
    let killed = WaveCheck(path: scratch.file("b.fst"))
    #expect(killed.findings.map(\.message).contains { $0.contains("the file was not completed by its writer") })
    #expect(killed.instants == 3)
    try Data(whole + [42] + Array(repeating: 0, count: 7) + [8]).write(to: URL(fileURLWithPath: scratch.file("c.fst")))
    #expect(WaveCheck(path: scratch.file("c.fst")).findings.map(\.message).contains { $0.contains("block type 42") })
  }
}
