import Accelerators
import Compute
import Foundation
import Interconnect
import Memory
import Runs
import Simulation
import Tensors
import TestSupport
import Testing
import WaveFormats

@Suite("Documentation/row-stationary.md says what a run does, and draws what Waveforms/row-stationary-3x3 holds")
struct RowStationaryGuideTests {
  /// One drawing of the page: what is drawn, and when.
  struct Drawing: Sendable, CustomStringConvertible {
    let description: String
    let patterns: [String]
    let cycles: ClosedRange<Int>
    var cellWidth = 3
  }

  static let drawings = [
    Drawing(
      description: "filters", patterns: ["gin_filter.fire", "gin_filter.tag_row", "gin_filter.words"],
      cycles: 93...103, cellWidth: 4),
    Drawing(
      description: "diagonals",
      patterns: ["gin_ifmap.fire", "gin_ifmap.tag_column", "gin_ifmap.destinations", "gin_ifmap.*.pe_fire"],
      cycles: 90...104),
    Drawing(
      description: "one PE",
      patterns: ["array.pe_r0_c0.label", "array.pe_r0_c0.ifmap", "array.pe_r0_c0.weight", "array.pe_r0_c0.psum"],
      cycles: 92...107, cellWidth: 6),
    Drawing(
      description: "column 0",
      patterns: [
        "array.*_c0.label", "array.pe_r0_c0.psum_in", "array.pe_r1_c0.psum_in", "array.*_c0.local_fire", "gon.fire",
      ], cycles: 105...119, cellWidth: 6),
    Drawing(description: "the ofmap", patterns: ["array.*.local_fire", "gon.fire", "gon.chain"], cycles: 109...131),
  ]

  @Test("The page shows the waveform", arguments: drawings)
  func drawing(_ drawing: Drawing) throws {
    var options = TextWaveform.Options()
    options.patterns = drawing.patterns
    options.cycles = drawing.cycles
    options.cellWidth = drawing.cellWidth
    options.radix = .signed
    options.clock = "clk_core"
    let source = try WaveFile.open(RowStationaryGuideRun.folder.appendingPathComponent("trace.vcd").path)
    // Without the head line, which says from when on it is drawn.
    let text = try TextWaveform.render(source, options: options).split(separator: "\n").dropFirst()
      .joined(separator: "\n")
    let page = try String(contentsOf: RowStationaryGuideRun.page, encoding: .utf8)
    #expect(page.contains("```\n\(text)\n```"), "\(drawing):\n\(text)")
  }

  /// A row of a table of the page: what is counted, what the machine counts, and what comes out by hand.
  private func rows(_ run: RowStationaryLayerRun) -> [(name: String, counted: Int, byHand: Int)] {
    let machine = run.simulator.machine
    let (control, array, glb) = (machine.counters, machine.array.counters, machine.glb.counters)
    let words = run.glbWords
    return [
      ("operations issued as MACs", array.macs, 9 * 9),
      ("of them gated", array.labels[.gated], 9),
      ("ifmap spad writes", array.ifmapSpadWrites, 9 * 5),
      ("ifmap spad reads", array.ifmapSpadReads, 81),
      ("filter spad writes", array.filterSpadWrites, 9 * 3),
      ("filter spad reads", array.filterSpadReads, 81 - 9),
      ("psum spad writes", array.psumSpadWrites, 81 - 9),
      ("psum spad reads", array.psumSpadReads, 81 - 9 + 9 * 3),
      ("ifmap words, GLB to array", words.ifmap, 25),
      ("deliveries of them", machine.ifmapNetwork.counters.deliveries, 5 * (1 + 2 + 3 + 2 + 1)),
      ("filter words, filter banks to array", words.filter, 9),
      ("deliveries of them to a row", machine.filterNetwork.counters.deliveries, 9 * 3),
      ("psum flits from PE to PE", array.localFlits, 3 * 2 * 3),
      ("psum words, GLB to array", words.psumReads, 0),
      ("psum words, array to GLB", words.psumWrites, 9),
      ("bytes between GLB and array", run.glbBytes, 2 * (25 + 9 + 9)),
      ("GLB lines written", glb.writes.reduce(0, +), 7 + 9),
      ("GLB lines read", glb.reads.reduce(0, +), 7 + 9),
      ("ifmap bytes off chip", machine.port.counters.ifmapBytes, 2 * 25),
      ("filter bytes off chip", machine.port.counters.filterBytes, 2 * 9),
      ("ofmap bytes off chip", machine.port.counters.ofmapBytes, 2 * 9),
      ("cycles of the pass", control.processCycles, 1 + 24 + 6 + 8 + 3),
    ]
  }

  /// The labels of the pass are worked by hand PE by PE; outside it all PEs wait, for the ifmap or for the ofmap to leave.
  private func labels(_ run: RowStationaryLayerRun) -> [(label: PECycleLabel, byHand: Int)] {
    let control = run.simulator.machine.counters
    let before = control.configureCycles + control.loadCycles
    let after = control.cycles - before - control.processCycles
    return [
      (.mac, 72), (.gated, 9), (.accumulate, 27), (.waitFilter, 6 + 12 + 18), (.waitPsum, 36 + 21 + 0),
      (.waitIfmap, 45 + 42 + 45 + 9 * before), (.drain, 3 + 15 + 27), (.waitOutput, 9 * after), (.idle, 0),
      (.fill, 0), (.skipped, 0),
    ]
  }

  @Test("Every count of the page, worked by hand, is what the machine counts")
  func counts() throws {
    var guide = try RowStationaryGuideRun()
    #expect(guide.run.simulator.run() == .finished)
    let ofmap = try guide.run.ofmap()
    #expect(try ofmap.elements == guide.run.golden().elements)
    #expect(ofmap.elements == [879, 957, 1035, 1428, 1506, 1584, 1977, 2055, 2133])
    let page = try String(contentsOf: RowStationaryGuideRun.page, encoding: .utf8)
    for row in rows(guide.run) {
      #expect(row.counted == row.byHand, "\(row.name)")
      #expect(page.contains("| \(row.name) | \(row.byHand) |"), "\(row.name)")
    }
    let counted = guide.run.simulator.machine.array.counters.labels
    for (label, byHand) in labels(guide.run) {
      #expect(counted[label] == byHand, "\(label)")
      #expect(byHand == 0 || page.contains("| `\(label)` | \(byHand) |"), "\(label)")
    }
    #expect(labels(guide.run).reduce(0) { $0 + $1.byHand } == 9 * guide.run.totalCycles)
    #expect(page.contains("9 x \(guide.run.totalCycles) = \(9 * guide.run.totalCycles)"))
  }
}
