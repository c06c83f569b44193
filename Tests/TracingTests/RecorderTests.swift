import Foundation
import Signals
import Simulation
import Testing

@testable import Tracing
@testable import WaveFormats

@Suite struct RecorderTests {
  /// Simulator -> file -> reader gives back every value of every cycle in both clock domains, skipped ones included.
  @Test(arguments: ["run.vcd", "run.fst"]) func everyCycleOfBothClocksComesBack(name: String) throws {
    let scratch = try Scratch()
    let path = scratch.file(name)
    try trace(to: path)
    let account = try account()
    let states = try values(path, "producer.state", clock: "clk_core")
    let sends = try values(path, "producer.send", clock: "clk_core")
    let fires = try values(path, "producer.fire", clock: "clk_core")
    let items = try values(path, "producer.item", clock: "clk_core")
    #expect(account.core.count > 30 && states.count >= account.core.count)
    for (cycle, row) in account.core {
      #expect(states[cycle] == .bits(row.state, unknown: 0, width: 2), "cycle \(cycle)")
      #expect(sends[cycle] == .bits(row.sends ? 1 : 0, unknown: 0, width: 1), "cycle \(cycle)")
      #expect(fires[cycle] == .event(row.sends), "cycle \(cycle)")
      #expect(items[cycle] == .text("item \(row.sent)"), "cycle \(cycle)")
    }
    let sums = try (0..<4).map { try values(path, "consumer.pe_r\($0 / 2)_c\($0 % 2).sum", clock: "clk_memory") }
    let actives = try values(path, "consumer.active", clock: "clk_memory")
    let ratios = try values(path, "consumer.ratio", clock: "clk_memory")
    #expect(account.memory.count > 10)
    for (cycle, row) in account.memory {
      for lane in 0..<4 {
        #expect(sums[lane][cycle] == .bits(UInt64(UInt32(bitPattern: row.sums[lane])), unknown: 0, width: 32))
      }
      #expect(actives[cycle] == .bits(row.active, unknown: 0, width: 4), "cycle \(cycle)")
      #expect(ratios[cycle] == .real(row.ratio), "cycle \(cycle)")
    }
    #expect(fires.count { $0 == .event(true) } == 15)
  }

  @Test(arguments: ["run.vcd", "run.fst"]) func skippedCyclesLookAsTickedOnes(name: String) throws {
    let scratch = try Scratch()
    try trace(to: scratch.file("skipped." + name), skips: true)
    try trace(to: scratch.file("ticked." + name), skips: false)
    #expect(try contents(scratch.file("skipped." + name)) == contents(scratch.file("ticked." + name)))
  }

  @Test func theWaveInText() throws {
    let scratch = try Scratch()
    let machine = ToyMachine(bursts: 1, burstLength: 3, sleepCycles: 4)
    let summary = try trace(machine, to: scratch.file("run.vcd"))
    var options = TextWaveform.Options()
    options.patterns = ["producer.state", "producer.sent", "producer.send", "producer.fire"]
    options.clock = "clk_core"
    options.cycles = 2...9
    options.cellWidth = 6
    let drawing = try TextWaveform.render(try WaveFile.open(scratch.file("run.vcd")), options: options)
    #expect(
      drawing == """
        15 variables, 1ps a tick, from time 4000
        cycle 2     3     4     5     6     7     8     9
              ──────────────────┬─────────────────┬───────────
        state  sleep            │burst            │done
              ──────────────────┴─────────────────┴───────────
              ────────────────────────┬─────┬─────┬───────────
        sent   000                    │001  │002  │003
              ────────────────────────┴─────┴─────┴───────────
                                ┌─────────────────┐
        send  ──────────────────┘                 └───────────
        fire                    ↑     ↑     ↑

        """, "\(drawing)")
    #expect(summary.description.contains("12 signals"), "\(summary)")
  }

  @Test func aWindowInCyclesRecordsTheseCycles() throws {
    let scratch = try Scratch()
    try trace(to: scratch.file("whole.vcd"))
    let summary = try trace(to: scratch.file("part.vcd")) { options in
      options.extent = .window(try TraceWindow("21..27"))
    }
    #expect(summary.cycles == 21..<28)
    #expect(summary.omissions.count == 2, "\(summary)")
    let whole = try values(scratch.file("whole.vcd"), "producer.sent", clock: "clk_core")
    let part = try values(scratch.file("part.vcd"), "producer.sent", clock: "clk_core")
    #expect(Array(part.prefix(7)) == Array(whole[21...27]), "\(part) \(whole[21...28])")
  }

  @Test func aWindowThatOpensWhileNothingMovesShowsWhatStands() throws {
    let scratch = try Scratch()
    let summary = try trace(ToyMachine(bursts: 2, sleepCycles: 200), to: scratch.file("part.vcd")) { options in
      options.extent = .window(try TraceWindow("300..310"))
    }
    #expect(summary.cycles == 300..<311)
    let sent = try values(scratch.file("part.vcd"), "producer.sent", clock: "clk_core")
    #expect(sent.count >= 10)
    for value in sent { #expect(value == .bits(5, unknown: 0, width: 12)) }
  }

  @Test func aWindowInTimeIsTheSameAsInCycles() throws {
    let scratch = try Scratch()
    try trace(to: scratch.file("a.vcd")) { $0.extent = .window(try TraceWindow("21..27")) }
    try trace(to: scratch.file("b.vcd")) { $0.extent = .window(try TraceWindow("42ns..0.056us")) }
    #expect(try contents(scratch.file("a.vcd")) == contents(scratch.file("b.vcd")))
  }

  @Test(arguments: [0, 3]) func aTriggerRecordsAroundIt(before: Int) throws {
    let scratch = try Scratch()
    let account = try account()
    let first = try #require(account.core.filter { $0.value.sent == 7 }.keys.min())
    let summary = try trace(to: scratch.file("run.vcd")) { options in
      options.extent = .trigger(
        try TraceTrigger("producer.sent == 7 && producer.state == burst"), before: before, after: 5)
    }
    #expect(summary.cycles == (first - before)..<(first + 6), "\(summary)")
    let whole = scratch.file("whole.vcd")
    try trace(to: whole)
    let expected = try values(whole, "producer.sent", clock: "clk_core")
    let found = try values(scratch.file("run.vcd"), "producer.sent", clock: "clk_core")
    let start = first - before
    #expect(Array(found.prefix(before + 6)) == Array(expected[start..<start + before + 6]))
  }

  @Test func theFlightRecorderKeepsTheLastCycles() throws {
    let scratch = try Scratch()
    let whole = scratch.file("whole.fst")
    let all = try trace(to: whole)
    let summary = try trace(to: scratch.file("last.fst")) { $0.extent = .last(cycles: 12) }
    let end = try #require(all.cycles).upperBound
    #expect(summary.cycles?.upperBound == end)
    #expect(try #require(summary.cycles).lowerBound <= end - 12)
    for name in ["producer.sent", "producer.item", "consumer.ratio", "consumer.pe_r0_c1.sum"] {
      let expected = try values(whole, name, clock: "clk_core")
      let found = try values(scratch.file("last.fst"), name, clock: "clk_core")
      #expect(found.count >= 11)
      #expect(Array(found.suffix(10)) == Array(expected.suffix(10)), "\(name)")
    }
  }

  @Test func aTriggerThatNeverComesLeavesAFileThatLoads() throws {
    let scratch = try Scratch()
    for name in ["run.vcd", "run.fst"] {
      let summary = try trace(to: scratch.file(name)) { options in
        options.extent = .trigger(try TraceTrigger("producer.sent > 4000"), before: 10, after: nil)
      }
      #expect(summary.cycles == nil)
      #expect(summary.description.contains("never held"), "\(summary)")
      var source = try WaveFile.open(scratch.file(name))
      var step = WaveStep()
      while try source.next(into: &step) { #expect(step.changes.isEmpty) }
    }
  }

  @Test func scopesAndDepthChoose() throws {
    let scratch = try Scratch()
    let summary = try trace(to: scratch.file("run.vcd")) { options in
      options.scopes = ["consumer.**"]
      options.depth = 1
    }
    #expect(summary.signalCount == 3)
    #expect(summary.omissions == ["9 of 12 signals were not selected"])
    let source = try WaveFile.open(scratch.file("run.vcd"))
    #expect(
      source.hierarchy.variablePaths == [
        "toy.clk_core", "toy.clk_memory", "toy.consumer.ratio", "toy.consumer.active", "toy.consumer.valid",
      ])
  }

  @Test func twoRunsGiveTheSameBytes() throws {
    let scratch = try Scratch()
    for run in ["one", "two"] {
      try FileManager.default.createDirectory(atPath: scratch.file(run), withIntermediateDirectories: true)
    }
    for name in ["a.vcd", "a.fst"] {
      let markers = [WaveMarker(time: SimulationTime(femtoseconds: 40_000_000), name: "burst 0")]
      try trace(to: scratch.file("one/" + name), markers: markers)
      try trace(to: scratch.file("two/" + name), markers: markers)
      for file in [name, "a.gtkw", "a.sucl", "filters/state_t.txt", ".surfer/mappings/state_t.map"] {
        #expect(try contents(scratch.file("one/" + file)) == contents(scratch.file("two/" + file)), "\(file)")
      }
    }
    #expect(try text(scratch.file("one/a.gtkw")).contains("[markername] Aburst 0"))
  }
}
