import Signals
import Testing

@testable import WaveFormats

/// Records `cycles` cycles of the sample machine.
func record(_ writer: some WaveWriter, _ layout: TraceLayout, cycles: Int) throws {
  var machine = SampleMachine()
  var probe = Probe(catalog: layout.catalog, selecting: layout.selection)
  for cycle in 0..<cycles {
    machine.cycle = cycle
    probe.sample(&machine)
    try writer.record(
      at: SimulationTime(femtoseconds: UInt64(cycle) * 1_000_000), changes: probe.sampler.changes.span,
      texts: probe.sampler.texts)
    probe.sampler.removeAll()
  }
  try writer.finish(at: SimulationTime(femtoseconds: UInt64(cycles) * 1_000_000))
}

func sampleLayout(_ patterns: [String] = [], clocks: [WaveClock] = [sampleClock]) throws -> TraceLayout {
  let catalog = SignalCatalog(SampleMachine())
  return try TraceLayout(
    catalog: catalog, selection: catalog.handles(matching: patterns), clocks: clocks, top: "sample")
}

@Suite struct VCDWriterTests {
  @Test func aSmallFileIsExactlyThis() throws {
    let scratch = try Scratch()
    let layout = try sampleLayout(["control"])
    let path = scratch.file("small.vcd")
    try record(try VCDWriter(path: path, layout: layout), layout, cycles: 3)
    #expect(String(decoding: try contents(path), as: UTF8.self) == smallTrace)
  }

  @Test func theStandardDialectHasNoTextsAndNoTables() throws {
    let scratch = try Scratch()
    let layout = try sampleLayout(["control"])
    let path = scratch.file("standard.vcd")
    try record(try VCDWriter(path: path, layout: layout, options: VCDOptions(dialect: .standard)), layout, cycles: 3)
    let text = String(decoding: try contents(path), as: UTF8.self)
    #expect(!text.contains("$attrbegin") && !text.contains("string") && !text.contains("label"))
    #expect(text.contains("$var reg 3 \" phase [2:0] $end"))
  }

  @Test func identifiersAreDistinctAndCountFromTheLeft() {
    let codes = (0..<100_000).map { String(decoding: VCDIdentifier.bytes(of: $0), as: UTF8.self) }
    #expect(Set(codes).count == codes.count)
    #expect(
      codes[0] == "!" && codes[93] == "~" && codes[94] == "!!" && codes[95] == "\"!" && codes[94 + 94 * 94] == "!!!")
    #expect(codes.indices.allSatisfy { VCDCodes.number(codes[$0].utf8) == $0 })
  }

  @Test(arguments: 1...64) func everyWidthIsWrittenDigitByDigit(width: Int) throws {
    let scratch = try Scratch()
    let declaration = SignalDeclaration(
      name: "value", meaning: "A number.", kind: .register, format: .unsigned(bits: width), extent: .single)
    let catalog = SignalCatalog(blocks: [BlockDeclaration(scope: "", columns: [declaration])])
    let layout = try TraceLayout(catalog: catalog, selection: catalog.handles, clocks: [])
    let writer = try VCDWriter(path: scratch.file("a.vcd"), layout: layout)
    let values = (0..<40).map { UInt64($0 + 1) &* 0x9e37_79b9_7f4a_7c15 }
    for (time, value) in values.enumerated() {
      let change = [SignalChange(signal: 0, value: value)]
      try writer.record(at: SimulationTime(femtoseconds: UInt64(time) * 1_000_000), changes: change.span, texts: [])
    }
    try writer.finish(at: SimulationTime(femtoseconds: 40_000_000))
    let lines = String(decoding: try contents(scratch.file("a.vcd")), as: UTF8.self).split(separator: "\n")
    for value in values {
      let digits = String(value & WaveValue.mask(width), radix: 2)
      #expect(lines.contains(width == 1 ? "\(digits)!" : "b\(digits) !"))
    }
  }

  @Test func aPathThatCannotBeWrittenIsNamed() throws {
    let layout = try sampleLayout()
    for create in [
      { try VCDWriter(path: $0, layout: layout) as any WaveWriter }, { try FSTWriter(path: $0, layout: layout) },
    ] {
      let error = #expect(throws: WaveError.self) { _ = try create("/nowhere/run.vcd") }
      #expect(error?.description == "/nowhere/run.vcd: cannot be created: No such file or directory")
    }
  }

  @Test func aFullDiskIsAnErrorOfTheSystem() throws {
    let layout = try sampleLayout()
    let error = #expect(throws: WaveError.self) {
      try record(try VCDWriter(path: "/dev/full", layout: layout), layout, cycles: 3000)
    }
    #expect(error?.kind == .system && error?.message.contains("No space left on device") == true)
    #expect(throws: WaveError.self) { _ = try FSTWriter(path: "/dev/full", layout: layout) }
  }

  @Test func timeThatRunsBackwardsIsRefused() throws {
    let scratch = try Scratch()
    let layout = try sampleLayout(["control.fold"])
    let writer = try VCDWriter(path: scratch.file("a.vcd"), layout: layout)
    let change = [SignalChange(signal: 0, value: 1)]
    try writer.record(at: SimulationTime(femtoseconds: 5_000_000), changes: change.span, texts: [])
    #expect(throws: WaveError.self) { try writer.record(at: .zero, changes: change.span, texts: []) }
  }

  @Test func clocksOfAnyRatioDoNotDrift() {
    var cursor = ClockCursor(WaveClockFixture.odd)
    for edge in 0..<100_000 {
      #expect(cursor.edge == UInt64(edge))
      // Edge e falls at floor(e x period / 2), the period being 10^9 / 66 fs.
      #expect(cursor.time == UInt64(edge) * 1_000_000_000 / 132)
      cursor.advance()
    }
    for instant: UInt64 in [0, 7_575_757, 7_575_758, 1_000_000_000_000_000, UInt64.max / 2] {
      var skipped = ClockCursor(WaveClockFixture.odd)
      _ = skipped.skip(past: instant)
      #expect(skipped.time > instant && skipped.time - instant <= 7_575_758)
      let (high, low) = skipped.edge.multipliedFullWidth(by: 1_000_000_000)
      #expect(UInt64(132).dividingFullWidth((high, low)).quotient == skipped.time)
    }
  }
}

/// Three cycles of the sample machine's controller, worked by hand from its formulas.
private let smallTrace = """
  $version Systole $end
  $timescale 1ps $end
  $scope module sample $end
  $var wire 1 ! clk $end
  $scope module control $end
  $attrbegin misc 07 phase_t 5 idle load mac drain done 000 001 010 011 100 1 $end
  $attrbegin misc 07 "" 1 $end
  $var reg 3 " phase [2:0] $end
  $var reg 12 # fold [11:0] $end
  $var real 64 $ ratio $end
  $var string 1 % label $end
  $var event 1 & accepts $end
  $upscope $end
  $scope module memory $end
  $scope module channel_0 $end
  $attrbegin misc 07 "" 1 $end
  $var reg 3 " port_phase [2:0] $end
  $upscope $end
  $upscope $end
  $upscope $end
  $enddefinitions $end
  #0
  $dumpvars
  1!
  b0 "
  b11101000011 #
  r0.0 $
  sifmap\\x20c=39\\x5Ch\\x20"\\xC3\\xA9" %
  $end
  #500
  0!
  #1000
  1!
  b10 "
  r0.14285714285714285 $
  1&
  #1500
  0!
  #2000
  1!
  b0 "
  b10100100000 #
  r0.2857142857142857 $
  1&
  #2500
  0!
  #3000

  """
