import Foundation
import Signals
import Testing

@testable import WaveFormats

/// `.vcd.gz`: written compressed, read back, and read as far as a killed writer got.
@Suite struct CompressedVCDTests {
  @Test(arguments: [true, false]) func gzipUnpacksThePlainFile(usesThread: Bool) throws {
    let scratch = try Scratch()
    let layout = try sampleLayout()
    var options = VCDOptions()
    options.usesThread = usesThread
    for name in ["plain.vcd", "packed.vcd.gz"] {
      try record(try WaveFile.create(scratch.file(name), layout: layout, vcd: options), layout, cycles: 4000)
    }
    let packed = try contents(scratch.file("packed.vcd.gz")).count
    try run("gzip", ["-d", scratch.file("packed.vcd.gz")])
    let plain = try contents(scratch.file("plain.vcd"))
    #expect(try contents(scratch.file("packed.vcd")) == plain)
    #expect(3 * packed < plain.count, "\(packed) bytes against \(plain.count)")
  }

  /// What was flushed is there, whatever becomes of the process: a file cut anywhere behind shows it.
  @Test func aFileThatWasCutShowsWhatWasFlushed() throws {
    let scratch = try Scratch()
    let layout = try sampleLayout()
    let path = scratch.file("a.vcd.gz")
    let writer = try WaveFile.create(path, layout: layout)
    try recordCycles(writer, layout, cycles: 0..<300)
    try writer.flush()
    let flushed = try contents(path).count
    try recordCycles(writer, layout, cycles: 300..<600)
    try writer.finish(at: SimulationTime(femtoseconds: 600_000_000))
    let whole = try contents(path)
    for count in stride(from: flushed, to: whole.count, by: max(1, (whole.count - flushed) / 40)) {
      try Data(whole[..<count]).write(to: URL(fileURLWithPath: path))
      var source = try WaveFile.open(path)
      var step = WaveStep()
      var last: UInt64 = 0
      while try source.next(into: &step) { last = step.time }
      #expect(last >= 299_000)
      #expect(source.warnings.contains { $0.message.contains("end early") })
    }
  }

  private func recordCycles(_ writer: any WaveWriter, _ layout: TraceLayout, cycles: Range<Int>) throws {
    var machine = SampleMachine()
    var probe = Probe(catalog: layout.catalog, selecting: layout.selection)
    for cycle in cycles {
      machine.cycle = cycle
      probe.sample(&machine)
      try writer.record(
        at: SimulationTime(femtoseconds: UInt64(cycle) * 1_000_000), changes: probe.sampler.changes.span,
        texts: probe.sampler.texts)
      probe.sampler.removeAll()
    }
  }
}
