import Foundation
import Testing

@testable import WaveFormats

/// What other tools write in VCD files, distilled to a few lines each.
@Suite struct DialectTests {
  /// One dialect: a file, what signals show at its end, and a part of the warning that it deserves, if any.
  struct Dialect: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    let values: [String: String]
    var warning: String?
    var testDescription: String { name }
  }

  private static let end = "$upscope $end\n$enddefinitions $end\n"

  /// A header with the given declarations in scope `top`.
  private static func file(_ declarations: String, _ body: String) -> String {
    "$timescale 1ns $end\n$scope module top $end\n\(declarations)\n\(end)\(body)"
  }

  static let dialects = [
    Dialect(
      name: "ranges with and without blanks, and none",
      text: file(
        "$var wire 8 ! a[7:0] $end\n$var wire 8 \" b [ 7 : 0 ] $end\n$var wire 8 # c $end\n$var reg 8 $ mem [5] [7:0] $end",
        "#0\nb1 !\nb10 \"\nb11 #\nb100 $\n#1\n"),
      values: ["top.a": "0x1", "top.b": "0x2", "top.c": "0x3", "top.mem[5]": "0x4"]),
    Dialect(
      name: "ModelSim: a vector bit by bit",
      text: file(
        "$var wire 1 ! n [2] $end\n$var wire 1 \" n [1] $end\n$var wire 1 # n [0] $end", "#0\n1!\n0\"\nx#\n#1\n"),
      values: ["top.n[2]": "1", "top.n[1]": "0", "top.n[0]": "x"]),
    Dialect(
      name: "parts of a vector",
      text: file("$var wire 4 ! n [7:4] $end\n$var wire 4 \" n [3:0] $end", "#0\nb1 !\nb10 \"\n#1\n"),
      values: ["top.n[7:4]": "0x1", "top.n[3:0]": "0x2"]),
    Dialect(
      name: "VHDL: nine states",
      text: file(
        "$var logic 9 ! v $end\n$var logic 1 \" s $end\n$var logic 68 # w $end",
        "#0\nbUX01ZWLH- !\nU\"\nbU #\n#1\nbHL !\n-\"\n#2\n"),
      values: [
        "top.v": "0bhhhhhhhhl", "top.s": "-", "top.w": "0b" + String(repeating: "u", count: 68),
      ]),
    Dialect(
      name: "extension on the left",
      text: file(
        "$var wire 4 ! a $end\n$var wire 4 \" b $end\n$var wire 4 # c $end\n$var wire 4 $ d $end",
        "#0\nb1 !\nbz0 \"\nbx0 #\nb01 $\n#1\n"),
      values: ["top.a": "0x1", "top.b": "0bzzz0", "top.c": "0bxxx0", "top.d": "0x1"]),
    Dialect(
      name: "extended VCD: ports",
      text: file(
        "$var port [7:0] <0 data $end\n$var port 1 <1 bit $end",
        "#0\n$dumpports\npDUdULHlh 66666666 66666666 <0\npN 6 6 <1\n$end\n#1\npZ 0 0 <1\n$vcdclose #2 $end\n"),
      values: ["top.data": "0x55", "top.bit": "z"]),
    Dialect(
      name: "codes of any length",
      text: file(
        "$var wire 1 aaaaaaaaaaaa a $end\n$var wire 1 aaaaaaaaaaab b $end\n$var wire 1 !!!!! c $end",
        "#0\n1aaaaaaaaaaaa\n0aaaaaaaaaaab\n1!!!!!\n#1\n"),
      values: ["top.a": "1", "top.b": "0", "top.c": "1"]),
    Dialect(
      name: "carriage returns and tabs",
      text: file("$var\twire 8 !\ta [7:0] $end", "#0\nb101\t!\n#1\n").replacing("\n", with: "\r\n"),
      values: ["top.a": "0x5"]),
    Dialect(
      name: "comments anywhere",
      text: file(
        "$comment $var wire 1 ! no $end\n$var wire 1 ! a $end\n$comment x $end",
        "#0\n$comment 0! $end\n$dumpvars\n1!\n$end\n#1\n"),
      values: ["top.a": "1"]),
    Dialect(
      name: "GameRoy: a tick of 244 ns",
      text: file("$var wire 1 ! a $end", "#0\n0!\n#2\n1!\n").replacing("1ns", with: "244ns"),
      values: ["top.a": "1"], warning: "244 of 1ns"),
    Dialect(
      name: "a timescale of several words",
      text: file("$var wire 1 ! a $end", "#0\n1!\n").replacing("1ns", with: "\n 100\n ps "), values: ["top.a": "1"]),
    Dialect(
      name: "Migen: times with a fraction", text: file("$var wire 1 ! a $end", "#0\n0!\n#3.2\n1!\n#6.0\n"),
      values: ["top.a": "1"], warning: "its fraction is dropped"),
    Dialect(
      name: "Migen: no end of definitions",
      text: "$var wire 1 ! a $end\n$dumpvars\n$end\n#0\n1!\n", values: ["a": "1"], warning: "$enddefinitions is missing"
    ),
    Dialect(
      name: "a blank between digit and code",
      text: file("$var wire 1 ! a $end\n$var wire 1 \" b $end", "#0\n1 !\n1\"\n#1\n"),
      values: ["top.a": "1", "top.b": "1"], warning: "a blank parts a digit from its code"),
    Dialect(
      name: "PyMTL3: 0b before the digits", text: file("$var wire 8 ! a $end", "#0\nb0b101 !\n#1\n"),
      values: ["top.a": "0x5"], warning: "begins with 0b"),
    Dialect(
      name: "nvc: a vector of no bits",
      text: file("$var logic 0 ! a $end\n$var logic 2 \" b $end", "#0\nb !\nb10 \"\n#1\n"),
      values: ["top.b": "0x2"], warning: "a vector has no digits"),
    Dialect(
      name: "nVidia and MyHDL: texts for reals",
      text: file("$var real 1 ! a $end\n$var wire 1 \" b $end", "#0\nsidle !\n1\"\n#1\n"),
      values: ["top.b": "1"], warning: "the value's kind is not that of the variable"),
    Dialect(
      name: "ends that are missing",
      text:
        "$timescale 1ns\n$scope module top\n$var wire 1 ! a\n$var wire 1 $var b $end\n$upscope\n$enddefinitions $end\n#0\n1!\n1$var\n#1\n",
      values: ["top.a": "1", "top.b": "1"], warning: "$timescale is not ended by $end"),
    Dialect(
      name: "Verilator: a scope without a name",
      text: "$timescale 1ns $end\n$scope module  $end\n\(file("$var wire 1 ! a $end", "#0\n1!\n").dropFirst(20))",
      values: ["top.a": "1"], warning: "a scope has no name"),
    Dialect(
      name: "a scope that is opened twice",
      text: file(
        "$var wire 1 ! a $end\n$upscope $end\n$scope module top $end\n$var wire 1 \" b $end", "#0\n1!\n0\"\n#1\n"),
      values: ["top.a": "1", "top.b": "0"]),
    Dialect(
      name: "escaped names",
      text: file("$var wire 1 ! \\a+b $end\n$var wire 4 \" \\c.d[1] [3:0] $end", "#0\n1!\nb11 \"\n#1\n"),
      values: ["top.\\a+b": "1", "top.\\c.d[1]": "0x3"]),
    Dialect(
      name: "texts with escapes", text: file("$var string 0 ! a $end", "#0\nsa\\x20b\\040c\\n\\\\ !\n#1\n"),
      values: ["top.a": "\"a b c\n\\\""]),
    Dialect(
      name: "times up to 2^64", text: file("$var wire 1 ! a $end", "#0\n0!\n#18446744073709551615\n1!\n"),
      values: ["top.a": "1"]),
    Dialect(
      name: "declarations behind the header", text: file("$var wire 1 ! a $end", "#0\n1!\n$var wire 1 \" b $end\n#1\n"),
      values: ["top.a": "1"], warning: "$var stands behind the header"),
  ]

  @Test(arguments: dialects) func isRead(dialect: Dialect) throws {
    let scratch = try Scratch()
    let path = scratch.file("a.vcd")
    try Data(dialect.text.utf8).write(to: URL(fileURLWithPath: path))
    try expect(dialect, in: path)
    // Both writers keep what was read; the VCD file without its blemishes.
    for name in ["b.vcd", "b.fst"] {
      _ = try WaveFile.convert(try WaveFile.open(path), to: scratch.file(name))
      try expect(dialect, in: scratch.file(name), isOriginal: false)
      let result = try WaveComparison(try WaveFile.open(path), try WaveFile.open(scratch.file(name)))
      #expect(result.isEqual && result.compared >= dialect.values.count, "\(name): \(result.differences)")
    }
  }

  private func expect(_ dialect: Dialect, in path: String, isOriginal: Bool = true) throws {
    var source = try WaveFile.open(path)
    var state = WaveState(source.hierarchy)
    var step = WaveStep()
    while try source.next(into: &step) { state.apply(step) }
    for (name, value) in dialect.values.sorted(by: { $0.key < $1.key }) {
      let variable = try #require(
        source.hierarchy.variablePaths.firstIndex(of: name), "\(path): \(name) in \(source.hierarchy.variablePaths)")
      let shown = state.value(of: source.hierarchy.variables[variable].signal).description
      #expect(shown == value, "\(path): \(name)")
    }
    guard isOriginal else { return }
    let warnings = source.warnings.map(\.description)
    if let warning = dialect.warning {
      #expect(warnings.contains { $0.contains(warning) && $0.hasPrefix("line ") }, "\(warnings)")
    } else {
      #expect(warnings.isEmpty)
    }
  }

  @Test(arguments: [
    ("1fs", UInt64(1), -15), ("100 us", 1, -4), ("244ns", 244, -9), ("0.1ps", 1, -13), ("2.50us", 25, -7),
    ("1000ns", 1, -6),
    ("1000s", 10, 2), ("ns", 1, -9), ("1000as", 1, -15),
  ])
  func ticksOfAnyLengthAreMultiples(text: String, count: UInt64, exponent: Int) throws {
    let multiple = try #require(Timescale.multiple(text))
    #expect(multiple.count == count && multiple.of == Timescale(exponent: exponent))
  }

  @Test(arguments: ["1as", "", "1", "0ns", "1.2.3ns", "ten ns", "99999999999999999999ns", "-1ns"])
  func ticksThatAreNoneAreRefused(text: String) { #expect(Timescale.multiple(text) == nil) }

  @Test(arguments: [
    ("GHDLwave\n\0\u{10}", "this is a GHW file"), ("BZh91AY", "compressed by bzip2"), ("PK\u{3}\u{4}", "a zip archive"),
    ("", "a.vcd:1: the header is not ended by $enddefinitions"),
    ("$var wire $end", "a.vcd:1: a variable is '$var type"),
    ("$scope module\n", "a.vcd:1: section $scope is not ended by $end"),
    (file("$var wire 1 ! a $end", "#0\n1!\n\n?what\n"), "a.vcd:9: '?what' is no value change"),
    (file("$var wire 1 ! a $end", "#18446744073709551616\n"), "a.vcd:6: '#18446744073709551616' is no time"),
    (file("$var real 64 ! a $end", "#0\nrfast !\n"), "a.vcd:7: 'fast' is no real number"),
  ]) func whatIsNoWaveformIsExplained(text: String, message: String) throws {
    let scratch = try Scratch()
    try Data(text.utf8).write(to: URL(fileURLWithPath: scratch.file("a.vcd")))
    let error = #expect(throws: WaveError.self) {
      var source = try WaveFile.open(scratch.file("a.vcd"))
      var step = WaveStep()
      while try source.next(into: &step) {}
    }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "no error")")
  }
}
