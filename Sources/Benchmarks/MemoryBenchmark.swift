import Accelerators
import Mappings
import Memory
import Simulation
import Workloads

/// What a DRAM behind the port adds to the run time of a model, ideal memory being the base: both in one run.
enum MemoryBenchmark {
  /// AlexNet's five convolutions on WS 32 x 32 behind ideal memory, then behind each DRAM; best of some runs each.
  static func alexNet(isQuick: Bool) throws -> [Measurement] {
    let tensors = try SystolicBenchmark.alexNet(isQuick: isQuick).map(SystolicBenchmark.operands)
    let base = try seconds(tensors, behind: nil, runs: isQuick ? 1 : 3)
    let devices: [DRAMSpecification] = isQuick ? [.ddr4] : [.ddr3x8, .ddr4, .lpddr4, .hbm2]
    return try devices.map { device in
      let own = try seconds(tensors, behind: device, runs: isQuick ? 1 : 3)
      return Measurement(
        "AlexNet, 5 convolutions, ws 32 x 32, \(device.name)", 100 * (own / base - 1), "% more",
        "\(rounded(own * 1000)) ms of processor time, ideal memory \(rounded(base * 1000)) ms")
    }
  }

  private static func seconds(
    _ tensors: [LayerOperands], behind device: DRAMSpecification?, runs: Int
  ) throws -> Double {
    var spec = SystolicBenchmark.machine(.weightStationary, 32)
    if let device { spec.memory = OffChipMemory.Spec(try DRAMMemory.Spec(device)) }
    var best = Double.infinity
    for _ in 0..<runs {
      best = min(
        best,
        try processorSeconds {
          for operands in tensors {
            var run = try SystolicLayerRun(operands, on: spec)
            try require(run.simulator.run() == .finished, "the benchmark's layer ends")
          }
        })
    }
    return best
  }
}
