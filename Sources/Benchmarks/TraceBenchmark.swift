import Accelerators
import Foundation
import Mappings
import Simulation
import Tracing
import Workloads

/// What tracing costs: the same layer detached, with ten signals, and with every register and wire, as VCD and as FST.
enum TraceBenchmark {
  static func measure(isQuick: Bool) throws -> [Measurement] {
    let layer = try ConvolutionLayer(
      name: "conv", inputChannels: 8, inputHeight: 24, inputWidth: 24, filters: isQuick ? 16 : 32, filterHeight: 3,
      filterWidth: 3, paddingTop: 1, paddingLeft: 1, paddingBottom: 1, paddingRight: 1)
    let run = try SystolicLayerRun(
      try SystolicBenchmark.operands(of: layer), on: SystolicBenchmark.machine(.weightStationary, 16))
    let cycles = try detached(run).cycles
    let seconds = try detached(run).seconds
    var measurements = [
      Measurement(
        "ws 16 x 16, detached", speed(cycles, seconds), "M PE-cycles/s", "\(cycles) cycles, \(layer.macs) MACs")
    ]
    for (name, file, scopes) in [
      ("VCD, ten signals", "ten.vcd", tenSignals), ("VCD, all registers and wires", "all.vcd", []),
      ("FST, all registers and wires", "all.fst", []),
    ] {
      let (traced, bytes) = try record(run, file: file, scopes: scopes)
      measurements += [
        Measurement("ws 16 x 16, \(name)", speed(cycles, traced), "M PE-cycles/s", "\(bytes) bytes"),
        Measurement("  bytes written", Double(bytes) / traced / 1e6, "MB/s", file),
        Measurement("  slow-down", traced / seconds, "x", "against detached, same run"),
      ]
    }
    return measurements
  }

  private static let tenSignals = [
    "control.phase", "control.hold", "control.fold", "control.vector", "control.macs", "memory_port.request.receive",
    "memory_port.request.address", "memory_port.response.receive", "prefetcher.state", "accumulator.completed_tiles",
  ]

  private static func speed(_ cycles: Int, _ seconds: Double) -> Double { Double(cycles * 256) / seconds / 1e6 }

  private static func detached(_ run: SystolicLayerRun) throws -> (seconds: Double, cycles: Int) {
    var simulator = run.simulator
    var end = RunEnd.cycleLimit(0)
    let seconds = processorSeconds { end = simulator.run() }
    try require(end == .finished, "the benchmark's layer ends")
    return (seconds, simulator.evaluatedEdges)
  }

  private static func record(
    _ run: SystolicLayerRun, file: String, scopes: [String]
  ) throws -> (seconds: Double, bytes: Int) {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("systole-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    var options = TraceOptions(path: directory.appendingPathComponent(file).path)
    options.scopes = scopes
    var simulator = run.simulator
    var recorder = try TraceRecorder(simulator.machine, top: "ws_16x16", options: options)
    let seconds = try processorSeconds {
      try require(try simulator.run(observing: &recorder) == .finished, "the traced layer ends")
      _ = try recorder.finish()
    }
    let size = try FileManager.default.attributesOfItem(atPath: options.path)[.size] as? Int
    return (seconds, size ?? 0)
  }
}
