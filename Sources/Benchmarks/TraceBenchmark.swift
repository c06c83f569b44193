import Accelerators
import Foundation
import Mappings
import Simulation
import Tracing
import WaveFormats
import Workloads

/// What tracing much costs: the same layer detached, with the array's registers, and with everything, as VCD and as FST; and
/// what Verilator takes to simulate and trace the same array. `TraceCost` is about little.
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
    return try benchmark.recordings() + benchmark.reading() + benchmark.comparison()
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
    /// Whether the file is left for what comes next.
    var isKept = false
  }

  // MARK: Systole

  private func recordings() throws -> [Measurement] {
    let detached = try time(nil)
    var measurements = [
      Measurement(
        "\(title), detached", speed(detached), "M PE-cycles/s", "\(detached.cycles) cycles, \(layer.macs) MACs")
    ]
    for recording in [
      Recording(name: "VCD, all registers and wires", file: "all.vcd", isKept: true),
      Recording(name: "VCD.GZ, all registers and wires", file: "all.vcd.gz"),
      Recording(name: "FST, all registers and wires", file: "all.fst", isKept: true),
    ] {
      let traced = try time(recording)
      measurements += [
        Measurement("\(title), \(recording.name)", speed(traced), "M PE-cycles/s", "\(traced.byteCount) bytes"),
        Measurement("  slow-down", traced.seconds / detached.seconds, "x", "against detached, same run"),
      ]
    }
    return measurements
  }

  // MARK: Reading

  /// The files with all registers and wires read step by step, and their statistics taken, on one core.
  private func reading() throws -> [Measurement] {
    let text = try size(of: directory + "/all.vcd")
    return try ["vcd", "fst"].flatMap { format in
      let path = "\(directory)/all.\(format)"
      var changes = 0
      let seconds = try best {
        var source = try WaveFile.open(path)
        var step = WaveStep()
        changes = 0
        while try source.next(into: &step) { changes += step.changes.count }
      }
      let statistics = try best { _ = try WaveStatistics(try WaveFile.open(path)) }
      let megabytes = Double(text) / 1e6
      let note = format == "vcd" ? "\(changes) changes" : "\(changes) changes, in bytes of the same as VCD"
      return [
        Measurement("reading \(format.uppercased())", megabytes / seconds, "MB/s", note),
        Measurement("  changes", Double(changes) / seconds / 1e6, "M/s", "\(try size(of: path)) bytes of file"),
        Measurement("  and taking statistics", megabytes / statistics, "MB/s", "as systole wave stats does"),
      ]
    }
  }

  /// The least processor time of some rounds.
  private func best(_ work: () throws -> Void) throws -> Double {
    try (0..<rounds).reduce(Double.infinity) { best, _ in min(best, try processorSeconds(work)) }
  }

  private func size(of path: String) throws -> Int {
    try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
  }

  // MARK: Against Verilator and vcd2fst

  private func comparison() throws -> [Measurement] {
    guard let version = VerilatorRun.version else {
      return [Measurement("Verilator", 0, "", "not installed: apt-get install verilator g++ make zlib1g-dev")]
    }
    var simulator = run.simulator
    simulator.skipsIdleCycles = false
    var stimuli = ArrayStimuli(simulator.machine, size: size)
    try require(try simulator.run(observing: &stimuli) == .finished, "the layer ends")
    try stimuli.write(to: directory + "/stimuli.bin", latency: 1)
    return try ["vcd", "fst"].flatMap { try compare(stimuli, format: $0, version: version) } + sizes()
  }

  /// The array's registers traced by Systole and by Verilator in turns.
  private func compare(_ stimuli: ArrayStimuli, format: String, version: String) throws -> [Measurement] {
    let verilator = try VerilatorRun(size: size, format: format, in: directory)
    var single = Recording(name: "", file: "array.\(format)", scopes: Self.arraySignals, usesThread: false)
    var double = single
    (single.isKept, double.usesThread) = (true, true)
    var (theirs, alone, threaded) = (Timing.longest, Timing.longest, Timing.longest)
    for _ in 0..<rounds {
      let result = try verilator.trace(directory + "/stimuli.bin", cycles: stimuli.count)
      try require(result.checksum == stimuli.checksum, "Verilator's psums are the model's")
      theirs.improve(with: result.timing)
      threaded.improve(with: try time(double, skipsIdleCycles: false, rounds: 1))
      alone.improve(with: try time(single, skipsIdleCycles: false, rounds: 1))
      try require(alone.cycles == theirs.cycles, "as many cycles on both sides")
    }
    let (name, peCycles) = (format.uppercased(), Double(stimuli.count * size * size) / 1e6)
    return [
      Measurement("\(title), \(name), array", peCycles / alone.seconds, "M PE-cycles/s", "\(alone.byteCount) bytes"),
      Measurement("  with a thread that packs and writes", peCycles / threaded.wall, "M PE-cycles/s", "wall clock"),
      Measurement(
        "Verilator \(version), \(name), array", peCycles / theirs.seconds, "M PE-cycles/s", "\(theirs.byteCount) bytes"),
      Measurement("  Systole against it, one thread", theirs.seconds / alone.seconds, "x", "processor time"),
      Measurement("  Systole against it, with its thread", theirs.wall / threaded.wall, "x", "wall clock"),
    ]
  }

  /// Our FST of the array's registers against GTKWave's of the same.
  private func sizes() throws -> [Measurement] {
    let (ours, theirs) = (directory + "/array.fst", directory + "/vcd2fst.fst")
    _ = try VerilatorRun.run(["vcd2fst", directory + "/array.vcd", theirs])
    let ratio = Double(try size(of: ours)) / Double(try size(of: theirs))
    return [Measurement("FST, array, size against vcd2fst's", ratio, "x", "\(try size(of: theirs)) bytes")]
  }

  // MARK: Timing

  private var title: String { "ws \(size) x \(size)" }

  private func speed(_ timing: Timing) -> Double { Double(timing.cycles * size * size) / timing.seconds / 1e6 }

  /// The best of some runs, recorded or not; declaring the signals and writing the views is not counted.
  private func time(_ recording: Recording?, skipsIdleCycles: Bool = true, rounds: Int? = nil) throws -> Timing {
    var best = Timing.longest
    for _ in 0..<(rounds ?? self.rounds) {
      var simulator = run.simulator
      simulator.skipsIdleCycles = skipsIdleCycles
      var timing = try recording.map { try record(&simulator, $0) } ?? detached(&simulator)
      timing.cycles = simulator.evaluatedEdges
      best.improve(with: timing)
    }
    return best
  }

  private func detached(_ simulator: inout Simulator<SystolicMachine>) throws -> Timing {
    var end = RunEnd.cycleLimit(0)
    let timing = Timing { end = simulator.run() }
    try require(end == .finished, "the benchmark's layer ends")
    return timing
  }

  private func record(_ simulator: inout Simulator<SystolicMachine>, _ recording: Recording) throws -> Timing {
    var options = TraceOptions(path: directory + "/" + recording.file)
    options.scopes = recording.scopes
    options.usesThread = recording.usesThread
    var recorder = try TraceRecorder(simulator.machine, top: "ws", options: options)
    var timing = try Timing {
      try require(try simulator.run(observing: &recorder) == .finished, "the traced layer ends")
      try recorder.close()
    }
    _ = try recorder.finish()
    timing.byteCount = try size(of: options.path)
    if !recording.isKept { try FileManager.default.removeItem(atPath: options.path) }
    return timing
  }
}
