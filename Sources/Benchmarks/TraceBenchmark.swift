import Accelerators
import Foundation
import Mappings
import Simulation
import Tracing
import Workloads

/// What tracing costs: the same layer detached, with ten signals, with the array's registers, and with everything, as VCD and
/// as FST; and what Verilator takes to simulate and trace the same array.
struct TraceBenchmark {
  private let size: Int
  private let layer: ConvolutionLayer
  private let run: SystolicLayerRun
  private let directory: String
  private let rounds: Int

  static func measure(isQuick: Bool) throws -> [Measurement] {
    let directory = NSTemporaryDirectory() + "systole-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let benchmark = try TraceBenchmark(isQuick: isQuick, directory: directory)
    return try benchmark.recordings() + benchmark.comparison()
  }

  private init(isQuick: Bool, directory: String) throws {
    self.directory = directory
    size = isQuick ? 8 : 16
    rounds = isQuick ? 1 : 3
    layer = try ConvolutionLayer(
      name: "conv", inputChannels: 8, inputHeight: isQuick ? 12 : 48, inputWidth: isQuick ? 12 : 48, filters: 32,
      filterHeight: 3, filterWidth: 3, paddingTop: 1, paddingLeft: 1, paddingBottom: 1, paddingRight: 1)
    run = try SystolicLayerRun(
      try SystolicBenchmark.operands(of: layer), on: SystolicBenchmark.machine(.weightStationary, size))
  }

  private static let tenSignals = [
    "control.phase", "control.hold", "control.fold", "control.vector", "control.macs", "memory_port.request.receive",
    "memory_port.request.address", "memory_port.response.receive", "prefetcher.state", "accumulator.completed_tiles",
  ]

  /// The signals that the RTL of the array has, too: registers of PEs and edges, and the wires that say which MACs fire.
  private static let arraySignals =
    ["ifmap", "ifmap_valid", "filter", "filter_valid", "filter_shifted", "psum", "mac_fire"].map { "array.*.\($0)" }
    + ["west.*.register", "north.*.register"]

  /// One way of recording the run.
  private struct Recording {
    let name: String
    let file: String
    var scopes: [String] = []
    var usesThread = true
  }

  // MARK: Systole

  private func recordings() throws -> [Measurement] {
    let detached = try time(nil)
    var measurements = [
      Measurement(
        "\(title), detached", speed(detached), "M PE-cycles/s", "\(detached.cycles) cycles, \(layer.macs) MACs")
    ]
    for recording in [
      Recording(name: "VCD, ten signals", file: "ten.vcd", scopes: Self.tenSignals),
      Recording(name: "FST, ten signals", file: "ten.fst", scopes: Self.tenSignals),
      Recording(name: "VCD, all registers and wires", file: "all.vcd"),
      Recording(name: "FST, all registers and wires", file: "all.fst"),
    ] {
      let traced = try time(recording)
      measurements += [
        Measurement("\(title), \(recording.name)", speed(traced), "M PE-cycles/s", "\(traced.byteCount) bytes"),
        Measurement("  slow-down", traced.seconds / detached.seconds, "x", "against detached, same run"),
      ]
    }
    return measurements
  }

  // MARK: Against Verilator

  private func comparison() throws -> [Measurement] {
    guard let version = VerilatorRun.version else {
      return [Measurement("Verilator", 0, "", "not installed: apt-get install verilator g++ make zlib1g-dev")]
    }
    var simulator = run.simulator
    simulator.skipsIdleCycles = false
    var stimuli = ArrayStimuli(simulator.machine, size: size)
    try require(try simulator.run(observing: &stimuli) == .finished, "the layer ends")
    try stimuli.write(to: directory + "/stimuli.bin", latency: 1)
    return try ["vcd", "fst"].flatMap { format in
      let verilator = try VerilatorRun(size: size, format: format, in: directory)
      var (theirs, ours, alone): (Double, Double, Double) = (.infinity, .infinity, .infinity)
      var wall = Double.infinity
      var bytes = (theirs: 0, ours: 0)
      for _ in 0..<rounds {
        let result = try verilator.trace(directory + "/stimuli.bin", cycles: stimuli.count)
        try require(result.checksum == stimuli.checksum, "Verilator's psums are the model's")
        let recording = Recording(name: "", file: "array.\(format)", scopes: Self.arraySignals)
        let threaded = try time(recording, skipsIdleCycles: false)
        var single = recording
        single.usesThread = false
        let plain = try time(single, skipsIdleCycles: false)
        try require(plain.cycles == result.cycles, "as many cycles on both sides")
        theirs = min(theirs, result.seconds)
        ours = min(ours, threaded.seconds)
        wall = min(wall, threaded.wall)
        alone = min(alone, plain.seconds)
        bytes = (result.byteCount, plain.byteCount)
      }
      let name = format.uppercased()
      let scale = Double(stimuli.count * size * size) / 1e6
      return [
        Measurement(
          "\(title), \(name), the array's registers", scale / alone, "M PE-cycles/s", "\(bytes.ours) bytes, one thread"),
        Measurement("  with a thread that packs and writes", scale / wall, "M PE-cycles/s", "on the clock on the wall"),
        Measurement(
          "Verilator \(version), \(name), the same array", scale / theirs, "M PE-cycles/s", "\(bytes.theirs) bytes"),
        Measurement(
          "  Systole against Verilator, one thread", theirs / alone, "x", "processor time, best of \(rounds)"),
        Measurement(
          "  Systole against Verilator, with a thread", theirs / wall, "x",
          "our time on the wall against its processor time"),
      ]
    }
  }

  // MARK: Timing

  private struct Timing {
    var seconds = 0.0
    var wall = 0.0
    var cycles = 0
    var byteCount = 0
  }

  private var title: String { "ws \(size) x \(size)" }

  private func speed(_ timing: Timing) -> Double { Double(timing.cycles * size * size) / timing.seconds / 1e6 }

  /// The best of some runs, recorded or not; declaring the signals and writing the views is not counted.
  private func time(_ recording: Recording?, skipsIdleCycles: Bool = true) throws -> Timing {
    var best = Timing(seconds: .infinity, wall: .infinity)
    for _ in 0..<rounds {
      var simulator = run.simulator
      simulator.skipsIdleCycles = skipsIdleCycles
      var timing = try recording.map { try record(&simulator, $0) } ?? detached(&simulator)
      timing.cycles = simulator.evaluatedEdges
      if timing.seconds < best.seconds { best = timing }
    }
    return best
  }

  private func detached(_ simulator: inout Simulator<SystolicMachine>) throws -> Timing {
    var timing = Timing()
    var end = RunEnd.cycleLimit(0)
    timing.seconds = processorSeconds { end = simulator.run() }
    try require(end == .finished, "the benchmark's layer ends")
    return timing
  }

  private func record(_ simulator: inout Simulator<SystolicMachine>, _ recording: Recording) throws -> Timing {
    var options = TraceOptions(path: directory + "/" + recording.file)
    options.scopes = recording.scopes
    options.usesThread = recording.usesThread
    var recorder = try TraceRecorder(simulator.machine, top: "ws", options: options)
    var timing = Timing()
    let start = ContinuousClock.now
    timing.seconds = try processorSeconds {
      try require(try simulator.run(observing: &recorder) == .finished, "the traced layer ends")
      try recorder.close()
    }
    let wall = ContinuousClock.now - start
    timing.wall = Double(wall.components.seconds) + Double(wall.components.attoseconds) * 1e-18
    _ = try recorder.finish()
    timing.byteCount = try FileManager.default.attributesOfItem(atPath: options.path)[.size] as? Int ?? 0
    try FileManager.default.removeItem(atPath: options.path)
    return timing
  }
}
