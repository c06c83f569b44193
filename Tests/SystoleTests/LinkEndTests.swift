import Foundation
import Testing
import WaveFormats

@Suite("A link shows at both its ends, as one signal")
struct LinkEndTests {
  /// A waveform, a signal where it is declared, and what the block at the link's other end calls it.
  static let ends = [
    ("systolic-4x4/ws", "memory_port.request.address", "transfer_engine.request.address"),
    ("systolic-4x4/ws", "memory_port.request.address", "memory.request.address"),
    ("systolic-4x4/ws", "memory_port.response.word_3.read_data", "memory.response.word_3.read_data"),
    ("systolic-4x4/ws", "west.lane_2.edge", "array.pe_r2_c0.ifmap_in"),
    ("systolic-4x4/ws", "array.pe_r2_c0.ifmap", "array.pe_r2_c1.ifmap_in"),
    ("systolic-4x4/ws", "north.lane_3.edge", "array.pe_r0_c3.filter_in"),
    ("systolic-4x4/ws", "array.pe_r0_c3.psum", "array.pe_r1_c3.psum_in"),
    ("systolic-4x4/ws", "array.pe_r3_c1.psum", "accumulator.column_1.psum_in"),
    ("systolic-4x4/os", "array.pe_r2_c1.filter", "array.pe_r3_c1.filter_in"),
    ("systolic-4x4/is", "west.lane_1.edge", "array.pe_r1_c0.filter_in"),
    ("systolic-4x4/is", "north.lane_1.edge", "array.pe_r0_c1.ifmap_in"),
    ("network-bars/ws", "vector.results.send", "vector.unit.results.send"),
    ("network-bars/ws", "vector.stores.address", "transfer_engine.stores.address"),
    ("row-stationary-3x3/trace", "memory_port.request.address", "link.request.address"),
    ("row-stationary-3x3/trace", "gin_ifmap.pe_r1_c2.pe_fire", "array.pe_r1_c2.ifmap_fire"),
    ("row-stationary-3x3/trace", "gin_ifmap.element", "glb.ifmap_word"),
    ("row-stationary-3x3/trace", "gin_filter.fire", "filter_buffer.filter_fire"),
    ("row-stationary-3x3/trace", "array.pe_r2_c1.local_fire", "array.pe_r1_c1.local_arrival"),
    ("row-stationary-3x3/trace", "gon.fire", "glb.ofmap_fire"),
    ("dram-row-outcomes/trace", "channel_0.accept_row", "trace.channel_0.accept_row"),
  ]

  @Test(arguments: ends, ["vcd", "fst"])
  func oneSignal(_ end: (wave: String, declared: String, other: String), format: String) throws {
    let hierarchy = try WaveFile.open(Systole.file("Waveforms/\(end.wave).\(format)")).hierarchy
    let declared = try #require(hierarchy.variable(named: end.declared), "\(end.declared)")
    let other = try #require(hierarchy.variable(named: end.other), "\(end.other)")
    #expect(declared != other && hierarchy.variables[declared].signal == hierarchy.variables[other].signal)
  }

  /// A second name finds its signal; a file of few signals names both ends.
  @Test func aSecondNameSelectsItsSignal() throws {
    let systole = try Systole()
    let outcome = try systole.run(
      "run", "--machine", Systole.file("Examples/machines/ws-16x16.json5"), "--gemm", "4x4x4", "--trace", "t.vcd",
      "--trace-scope", "array.pe_r03_c05.ifmap_in")
    #expect(outcome.code == 0 && outcome.error.contains("t.vcd: 1 signals, "), "\(outcome.error)")
    let hierarchy = try WaveFile.open(systole.scratch.path + "/t.vcd").hierarchy
    #expect(hierarchy.variable(named: "array.pe_r03_c04.ifmap") != nil)
    #expect(hierarchy.variable(named: "array.pe_r03_c05.ifmap_in") != nil)
  }

  /// GTKWave and wellen follow the second names of an FST file: tables of enumerations are numbered as they stand in it.
  @Test(arguments: ["vcd", "fst"]) func gtkwaveShowsBothEnds(format: String) throws {
    let systole = try Systole()
    let wave = Systole.file("Waveforms/network-bars/ws.\(format)")
    let (declared, other) = ("ws_4x4.memory_port.request.address[39:0]", "ws_4x4.memory.request.address[39:0]")
    try systole.write(
      """
      gtkwave::addSignalsFromList {\(declared) \(other)}
      foreach tick {0 6000 12000 16000 370000} {
        gtkwave::setMarker $tick
        say [gtkwave::getTraceValueAtMarkerFromIndex 0]
        say [gtkwave::getTraceValueAtMarkerFromIndex 1]
      }
      """, to: "ends.tcl")
    let said = try systole.run(
      [], prefix: "'\(Systole.file("Tests/gtkwave"))' ends.tcl '\(wave)' >answers 2>problems; code=$?;",
      suffix: ">/dev/null 2>&1; exit $code")
    let problems = try systole.text("problems")
    #expect(said.code == 0, "\(problems)")
    let answers = try systole.text("answers").split(separator: "\n")
    try #require(answers.count == 10)
    for pair in stride(from: 0, to: 10, by: 2) { #expect(answers[pair] == answers[pair + 1]) }
    #expect(Set(answers).count > 2, "addresses change")
  }
}
