import Foundation
import Signals
import Testing

@testable import WaveFormats

/// What a reader must return for a signal of the sample machine in a cycle.
func expected(_ machine: SampleMachine, _ handle: SignalHandle, _ format: SignalFormat) -> WaveValue {
  let value = machine.value(handle.block, handle.column, handle.element)
  switch format {
  case .bit: return .bits(value & 1, unknown: 0, width: 1)
  case .event: return .event(machine.fires)
  case .real: return .real(Double(machine.cycle) / 7)
  case .text: return .text(machine.text)
  case .enumeration: return .bits(value % 5, unknown: 0, width: 3)
  case .bfloat16: return .bits((value & 0xffff) << 16, unknown: 0, width: 32)
  case .mask(let bits), .unsigned(let bits), .signed(let bits), .fixedPoint(let bits, _):
    return .bits(value & WaveValue.mask(bits), unknown: 0, width: bits)
  case .float32: return .bits(value & 0xffff_ffff, unknown: 0, width: 32)
  }
}

/// Compares every signal of every cycle with the machine's own statement; returns the number of values compared.
func compareWithMachine(_ source: any WaveSource, _ layout: TraceLayout, cycles: Int) throws -> Int {
  let clock = try #require(source.hierarchy.likelyClock)
  var wave = ClockedWave(source, sampling: .afterRisingEdge(signal: source.hierarchy.variables[clock].signal))
  let signals = try layout.selection.map { handle in
    let name = layout.catalog.name(of: handle)
    return source.hierarchy.variables[try #require(source.hierarchy.variable(named: name), "\(name)")].signal
  }
  let formats = layout.selection.indices.map(layout.format(ofSelected:))
  var machine = SampleMachine()
  var compared = 0
  while try wave.next() {
    machine.cycle = wave.cycle
    for (position, handle) in layout.selection.enumerated() {
      let found = wave.state.value(of: signals[position])
      let right = expected(machine, handle, formats[position])
      if found != right {
        Issue.record("cycle \(wave.cycle) \(layout.catalog.name(of: handle)): \(found), not \(right)")
      }
      compared += 1
    }
  }
  // The clock rises once more where the trace ends.
  #expect(wave.cycle == cycles)
  return compared
}

@Suite struct RoundTripTests {
  @Test(arguments: ["run.vcd", "run.vcd.gz", "run.fst"]) func everyValueOfEveryCycleComesBack(name: String) throws {
    let scratch = try Scratch()
    let layout = try sampleLayout()
    let path = scratch.file(name)
    let fst = FSTOptions(blockSize: 1 << 14)
    try recordUntilEdge(try WaveFile.create(path, layout: layout, fst: fst), layout, cycles: 500)
    let source = try WaveFile.open(path)
    #expect(try compareWithMachine(source, layout, cycles: 499) == 500 * layout.selection.count)
    #expect(source.warnings.isEmpty)
    #expect(source.timescale == .picosecond)
  }

  @Test(arguments: ["a.vcd", "a.vcd.gz", "a.fst"]) func twoRunsWriteTheSameBytes(name: String) throws {
    let scratch = try Scratch()
    let layout = try sampleLayout(clocks: [sampleClock, WaveClockFixture.odd])
    for path in [scratch.file(name), scratch.file("second" + name)] {
      try record(try WaveFile.create(path, layout: layout), layout, cycles: 200)
    }
    #expect(try contents(scratch.file(name)) == contents(scratch.file("second" + name)))
  }

  @Test func fstSaysWhatVCDSays() throws {
    let scratch = try Scratch()
    let layout = try sampleLayout()
    try record(try VCDWriter(path: scratch.file("a.vcd"), layout: layout), layout, cycles: 300)
    let options = FSTOptions(blockSize: 1 << 13)
    try record(try FSTWriter(path: scratch.file("a.fst"), layout: layout, options: options), layout, cycles: 300)
    // GTKWave's own converter takes our FST back to VCD, and its VCD to an FST of its own.
    let back = try run("fst2vcd", [scratch.file("a.fst")])
    try WaveSideFile(path: "back.vcd", content: back).write(to: scratch.path)
    try run("vcd2fst", [scratch.file("a.vcd"), scratch.file("foreign.fst")])
    let reference = try changes(try WaveFile.open(scratch.file("a.vcd")))
    #expect(reference.count > 10_000)
    for name in ["a.fst", "foreign.fst"] {
      #expect(try changes(try WaveFile.open(scratch.file(name))) == reference, "\(name)")
    }
    // fst2vcd prints reals with 16 digits, one fewer than a binary64 number needs.
    let isExact = { (line: String) in !line.contains(" sample.control.ratio ") }
    let returned = try changes(try WaveFile.open(scratch.file("back.vcd")))
    #expect(returned.filter(isExact) == reference.filter(isExact))
    #expect(returned.count == reference.count)
  }

  /// Traces for which our FST is compared in size: a signal of every format, noise in every register, and committed runs. In
  /// smaller ones the tables of enumerations, which `vcd2fst` drops, weigh more than the changes.
  static let sizeCases = [
    "sample", "noise", "systolic-4x4/ws.vcd", "systolic-4x4/os.vcd", "systolic-4x4/is.vcd",
    "row-stationary-3x3/trace.vcd",
  ]

  @Test(arguments: sizeCases) func fstIsNearlyAsSmallAsGTKWaves(name: String) throws {
    let scratch = try Scratch()
    var vcd = scratch.file("a.vcd")
    switch name {
    case "sample": try record(try VCDWriter(path: vcd, layout: try sampleLayout()), try sampleLayout(), cycles: 5000)
    case "noise":
      let noise = try NoiseTrace(rows: 8, columns: 8)
      try noise.write(try VCDWriter(path: vcd, layout: noise.layout), cycles: 3000)
    default: vcd = URL(filePath: #filePath + "/../../../Waveforms/\(name)").standardized.path
    }
    _ = try WaveFile.convert(try WaveFile.open(vcd), to: scratch.file("a.fst"))
    try run("vcd2fst", [vcd, scratch.file("foreign.fst")])
    let (ours, theirs) = (try contents(scratch.file("a.fst")).count, try contents(scratch.file("foreign.fst")).count)
    #expect(Double(ours) <= 1.15 * Double(theirs), "\(ours) bytes against \(theirs)")
  }

  @Test(arguments: ["a.vcd", "a.fst"]) func wellenAgreesWithOurReader(name: String) throws {
    let scratch = try Scratch()
    let layout = try sampleLayout()
    try record(try WaveFile.create(scratch.file(name), layout: layout), layout, cycles: 100)
    let script = """
      import pywellen, sys
      call = lambda x: x() if callable(x) else x
      wave = pywellen.Waveform(sys.argv[1])
      for variable in call(wave.all_vars):
          signal = call(variable.signal)
          for time, value in signal:
              print(call(variable.full_name), time, value, sep='\\t')
          table = call(variable.enum_type)
          if table: print('enum', call(variable.full_name), table[0], ' '.join(label for _, label in table[1]), sep='\\t')
      """
    let printed = try run("python3", ["-c", script, scratch.file(name)])
    let lines = Set(printed.split(separator: "\n").map(String.init))
    #expect(lines.contains("enum\tsample.control.phase\tphase_t\tidle load mac drain done"))
    var source = try WaveFile.open(scratch.file(name))
    let paths = source.hierarchy.variablePaths
    var step = WaveStep()
    var compared = 0
    while try source.next(into: &step) {
      for change in step.changes {
        guard case .bits(let bits) = source.hierarchy.signals[Int(change.signal)], bits <= 64 else { continue }
        let variable = try #require(source.hierarchy.variables.firstIndex { $0.signal == Int(change.signal) })
        #expect(lines.contains("\(paths[variable])\t\(step.time)\t\(change.value)"))
        compared += 1
      }
    }
    #expect(compared > 5000)
  }

  /// All changes of value that a file shows, by variable name, as text: repeated values are not changes.
  private func changes(_ source: any WaveSource) throws -> [String] {
    var source = source
    var state = WaveState(source.hierarchy)
    let paths = source.hierarchy.variablePaths
    var last = source.hierarchy.variables.map { state.value(of: $0.signal) }
    var step = WaveStep()
    var lines: [String] = []
    while try source.next(into: &step) {
      state.apply(step)
      for (index, variable) in source.hierarchy.variables.enumerated() {
        let value = state.value(of: variable.signal)
        if value != last[index] || value == .event(true) { lines.append("\(step.time) \(paths[index]) \(value)") }
        last[index] = value
      }
    }
    return lines
  }
}

/// Records cycles and ends the trace just before the next clock edge.
func recordUntilEdge(_ writer: any WaveWriter, _ layout: TraceLayout, cycles: Int) throws {
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
  try writer.finish(at: SimulationTime(femtoseconds: UInt64(cycles) * 1_000_000 - 100_000))
}
