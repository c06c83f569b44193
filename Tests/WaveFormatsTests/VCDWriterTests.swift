import Signals
import Testing

@testable import WaveFormats

/// Records `cycles` cycles of the sample machine.
func record(_ writer: some WaveWriter, _ layout: TraceLayout, cycles: Int) throws {
  var machine = SampleMachine()
  var probe = Probe(catalog: layout.catalog, selecting: layout.selection)
  for cycle in 0..<cycles {
    machine.cycle = cycle
    probe.sample(machine)
    try writer.record(
      at: SimulationTime(femtoseconds: UInt64(cycle) * 1_000_000), changes: probe.sampler.changes.span,
      texts: probe.sampler.texts)
    probe.sampler.removeAll()
  }
  try writer.finish(at: SimulationTime(femtoseconds: UInt64(cycles) * 1_000_000))
}

func sampleLayout(_ patterns: [String] = [], clocks: [WaveClock] = [sampleClock]) throws -> TraceLayout {
  let catalog = SignalCatalog(SampleMachine())
  return try TraceLayout(catalog: catalog, selection: catalog.handles(matching: patterns), clocks: clocks, top: "sample")
}

@Suite struct VCDWriterTests {
  @Test func aSmallFileIsExactlyThis() throws {
    let scratch = try Scratch()
    let layout = try sampleLayout(["control.phase", "control.fold", "control.ratio", "control.label", "control.accepts"])
    let path = scratch.file("small.vcd")
    try record(try VCDWriter(path: path, layout: layout), layout, cycles: 3)
    let text = String(decoding: try contents(path), as: UTF8.self)
    print(text)
    #expect(text.hasSuffix("#3000\n"))
  }
}
