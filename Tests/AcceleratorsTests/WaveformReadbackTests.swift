import Accelerators
import Foundation
import Mappings
import Memory
import Signals
import Simulation
import Tensors
import TestSupport
import Testing
import WaveFormats
import Workloads

@Suite("The waveform says what the counters say: LeNet-5's conv1, read back through pywellen")
struct WaveformReadbackTests {
  /// Writes what changes into a VCD file.
  private struct VCDRecorder: CycleObserver {
    let writer: VCDWriter
    var probe: Probe

    mutating func observe(_ machine: inout some ObservableMachine, at instant: Instant) throws -> Bool {
      probe.sample(&machine, domains: instant.edges.rawValue)
      try writer.record(at: instant.time, changes: probe.sampler.changes.span, texts: probe.sampler.texts)
      probe.sampler.removeAll()
      return true
    }
  }

  private func conv1() throws -> LayerOperands {
    func file(_ name: String) throws -> AnyTensor {
      let path = Tool.packageDirectory("Examples/lenet5") + "/conv1.\(name).npy"
      return try NumpyFile.read([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))), file: path)
    }
    func bytes(_ name: String) throws -> Tensor<Int8>? {
      if case .int8(let tensor) = try file(name) { tensor } else { nil }
    }
    func psums(_ name: String) throws -> Tensor<Int32>? {
      if case .int32(let tensor) = try file(name) { tensor } else { nil }
    }
    let (ifmap, filter) = (try #require(try bytes("ifmap")), try #require(try bytes("filter")))
    let bias = try #require(try psums("bias"))
    let layer = try ConvolutionLayer(
      name: "conv1", inputChannels: ifmap.shape.dimensions[1], inputHeight: 28, inputWidth: 28,
      filters: filter.shape.dimensions[0], filterHeight: 5, filterWidth: 5, paddingTop: 2, paddingLeft: 2,
      paddingBottom: 2, paddingRight: 2)
    return try LayerOperands(
      layer, ifmap: OperandTensor(ifmap, zeroPoint: -128), filter: OperandTensor(filter), bias: bias.elements)
  }

  /// Adds up, over the rising edges of the clock, what the signals are in the cycle that each begins.
  private static let script = """
    import bisect, pywellen, sys
    call = lambda x: x() if callable(x) else x
    number = lambda value: int(value, 2) if isinstance(value, str) else int(value)
    changes = {call(v.full_name): [(t, number(x)) for t, x in call(v.signal)] for v in call(pywellen.Waveform(sys.argv[1]).all_vars)}
    named = lambda end: next(c for name, c in changes.items() if name.endswith(end))
    edges = [time for time, value in named('.clk') if value == 1]
    def at(signal, time):
        place = bisect.bisect_right(signal, (time, 1 << 70)) - 1
        return signal[place][1] if place >= 0 else 0
    fires = [c for name, c in changes.items() if name.endswith('.mac_fire')]
    def cycles_of_one(signal):
        total = 0
        for place, (time, value) in enumerate(signal):
            if value == 1:
                end = signal[place + 1][0] if place + 1 < len(signal) else edges[-1] + 1
                total += bisect.bisect_left(edges, end) - bisect.bisect_left(edges, time)
        return total
    receive, write, enables = named('request.receive'), named('request.write'), named('request.byte_enables')
    taken = [time for time in edges if at(receive, time) == 1]
    reads = [time for time in taken if at(write, time) == 0]
    useful = lambda times: sum(bin(at(enables, time)).count('1') for time in times)
    print(len(fires), sum(map(cycles_of_one, fires)), len(reads), len(taken) - len(reads), useful(reads),
          useful(taken) - useful(reads), len(edges))
    """

  @Test("MACs are cycles of mac_fire, bytes are transfers over the port", arguments: Dataflow.allCases, [true, false])
  func readBack(dataflow: Dataflow, skipsIdleCycles: Bool) throws {
    var run = try SystolicLayerRun(
      conv1(), on: smallMachine(dataflow, rows: 16, columns: 16, spadBytes: 1 << 17, memoryLatency: 40))
    run.simulator.skipsIdleCycles = skipsIdleCycles
    let machine = run.simulator.machine
    let catalog = SignalCatalog(machine)
    let handles = catalog.handles(matching: ["array.*.mac_fire", "memory_port.request"])
    let numbers = try Tool.withDirectory { directory in
      let path = directory + "/conv1.vcd"
      let probe = Probe(catalog: catalog, selecting: handles)
      let period = machine.spec.clock.period
      let layout = try TraceLayout(
        catalog: catalog, selection: probe.selection,
        clocks: [
          WaveClock(name: "clk", periodNumerator: period.numerator, periodDenominator: period.denominator)
        ], top: "ws_16x16")
      let writer = try VCDWriter(path: path, layout: layout)
      var recorder = VCDRecorder(writer: writer, probe: probe)
      #expect(try run.simulator.run(observing: &recorder) == .finished)
      try writer.finish(at: period.edge(run.simulator.completedCycles(of: 0)))
      try Self.script.write(toFile: directory + "/read.py", atomically: true, encoding: .utf8)
      let said = try Tool.run(["python3", "read.py", "conv1.vcd"], in: directory)
      return said.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    }
    #expect(try run.psums == run.goldenPsums())
    let done = run.simulator.machine
    try #require(numbers.count == 7)
    #expect(numbers[0] == 256)
    #expect(numbers[1] == done.counters.macs && done.counters.macs == 6 * 28 * 28 * 25)
    #expect(numbers[2] == done.memory.counters.readRequests && numbers[3] == done.memory.counters.writeRequests)
    #expect(64 * numbers[2] == done.memory.counters.readBytes && 64 * numbers[3] == done.memory.counters.writtenBytes)
    #expect(numbers[4] == done.transfers.counters.loadedBytes && numbers[5] == done.transfers.counters.storedBytes)
    // The last edge is the end of the last cycle.
    #expect(numbers[6] - done.counters.cycles <= 1 && numbers[6] >= done.counters.cycles)
  }
}
