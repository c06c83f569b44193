import Accelerators
import Foundation
import Mappings
import Simulation
import Tracing
import Workloads

/// What it costs to trace ten signals of some thousands, and to trace none: one run in several ways, by turns.
///
/// *Detached* means that a recorder exists, made from the machine and with its file open, while the simulator runs without it:
/// all the machinery is there, and nothing calls it. *Outside its window* means that the recorder is attached and looks at every
/// instant, of which it wants none.
struct TraceCost {
  /// One way of running.
  private enum Way: CaseIterable {
    case untraced, detached, outside, vcd, fst

    var name: String {
      switch self {
      case .untraced: "no recorder"
      case .detached: "recorder detached"
      case .outside: "recorder attached, outside its window"
      case .vcd: "ten signals, VCD"
      case .fst: "ten signals, FST"
      }
    }
  }

  private static let tenSignals = [
    "control.phase", "control.hold", "control.fold", "control.vector", "control.macs", "memory_port.request.receive",
    "memory_port.request.address", "memory_port.response.receive", "prefetcher.state", "accumulator.completed_tiles",
  ]

  private let run: SystolicLayerRun
  private let path: String

  /// All ways in turns, the best of each kept: processor time of the thread that simulates, of all threads, and the clock's.
  static func measure(isQuick: Bool) throws -> [Measurement] {
    let size = isQuick ? 8 : 16
    let directory = NSTemporaryDirectory() + "systole-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let layer = try ConvolutionLayer(
      name: "long", inputChannels: isQuick ? 8 : 64, inputHeight: isQuick ? 12 : 48, inputWidth: isQuick ? 12 : 48,
      filters: 32, filterHeight: 3, filterWidth: 3, paddingTop: 1, paddingLeft: 1, paddingBottom: 1, paddingRight: 1)
    let cost = TraceCost(
      run: try SystolicLayerRun(
        try SystolicBenchmark.operands(of: layer), on: SystolicBenchmark.machine(.weightStationary, size)),
      path: directory + "/cost")
    var best = Way.allCases.map { _ in Timing.longest }
    for _ in 0..<(isQuick ? 1 : 12) {
      for (place, way) in Way.allCases.enumerated() { best[place].improve(with: try cost.time(way)) }
    }
    return zip(Way.allCases, best).flatMap { way, timing in
      cost.measurements("ws \(size) x \(size), \(way.name)", timing, against: best[0])
    }
  }

  private func measurements(_ name: String, _ timing: Timing, against base: Timing) -> [Measurement] {
    func cost(_ time: KeyPath<Timing, Double>) -> Double { 100 * (timing[keyPath: time] / base[keyPath: time] - 1) }
    let nanoseconds = timing.own / Double(timing.cycles) * 1e9
    return [
      Measurement(name, nanoseconds, "ns a cycle", "\(timing.cycles) cycles, on the thread that simulates"),
      Measurement("  cost on the thread that simulates", cost(\.own), "%", "processor time, against no recorder"),
      Measurement("  cost on all threads", cost(\.seconds), "%", "processor time"),
      Measurement("  cost by the clock", cost(\.wall), "%", "wall clock, two cores"),
    ]
  }

  private func time(_ way: Way) throws -> Timing {
    var simulator = run.simulator
    var timing: Timing
    switch way {
    case .untraced:
      timing = try Timing { try require(simulator.run() == .finished, "the layer ends") }
    case .detached:
      let recorder = try recorder(simulator, "vcd", window: .everything)
      timing = try Timing { try require(simulator.run() == .finished, "the layer ends") }
      withExtendedLifetime(recorder) {}
    case .outside:
      timing = try traced(&simulator, try recorder(simulator, "vcd", window: try TraceWindow("1s..2s")))
    case .vcd:
      timing = try traced(&simulator, try recorder(simulator, "vcd", window: .everything))
    case .fst:
      timing = try traced(&simulator, try recorder(simulator, "fst", window: .everything))
    }
    timing.cycles = simulator.evaluatedEdges
    return timing
  }

  private func recorder(
    _ simulator: Simulator<SystolicMachine>, _ format: String, window: TraceWindow
  ) throws -> TraceRecorder {
    var options = TraceOptions(path: "\(path).\(format)")
    options.scopes = Self.tenSignals
    options.extent = .window(window)
    return try TraceRecorder(simulator.machine, top: "ws", options: options)
  }

  private func traced(_ simulator: inout Simulator<SystolicMachine>, _ recorder: TraceRecorder) throws -> Timing {
    var recorder = recorder
    return try Timing {
      try require(try simulator.run(observing: &recorder) == .finished, "the traced layer ends")
      try recorder.close()
    }
  }
}
