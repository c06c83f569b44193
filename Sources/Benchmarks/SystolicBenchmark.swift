import Accelerators
import Mappings
import Memory
import Simulation
import Tensors
import Workloads

/// Speed of the systolic machines: scratchpads, sequencer and counters included, tracing off, one core.
enum SystolicBenchmark {
  /// PE-cycles a second on AlexNet's second convolution. Skipped idle cycles do not count.
  static func arrays(isQuick: Bool) throws -> [Measurement] {
    try [Dataflow.weightStationary, .outputStationary].flatMap { dataflow in
      try [16, 32].map { size in
        let layer = try alexNet(isQuick: isQuick)[1]
        var run = try SystolicLayerRun(try operands(of: layer), on: machine(dataflow, size))
        var end = RunEnd.cycleLimit(0)
        let seconds = processorSeconds { end = run.simulator.run() }
        try require(end == .finished, "the benchmark's layer ends")
        let cycles = run.simulator.evaluatedEdges
        return Measurement(
          "\(dataflow.rawValue) \(size) x \(size)", Double(cycles * size * size) / seconds / 1e6, "M PE-cycles/s",
          "\(layer.name), \(cycles) cycles, \(rounded(seconds / Double(cycles) * 1e9)) ns a cycle")
      }
    }
  }

  /// AlexNet's five convolution layers, one image, from tensors to psums.
  static func alexNet32(isQuick: Bool) throws -> [Measurement] {
    let layers = try alexNet(isQuick: isQuick)
    let tensors = try layers.map(operands)
    let seconds = try processorSeconds {
      for operands in tensors {
        var run = try SystolicLayerRun(operands, on: machine(.weightStationary, 32))
        try require(run.simulator.run() == .finished, "the benchmark's layer ends")
      }
    }
    let macs = layers.reduce(0) { $0 + $1.macs }
    return [Measurement("AlexNet, 5 convolutions, ws 32 x 32", seconds, "s", "\(macs / 1_000_000) M MACs")]
  }

  /// AlexNet's convolutions, or the same with fewer filters.
  static func alexNet(isQuick: Bool) throws -> [ConvolutionLayer] {
    let share = isQuick ? 8 : 1
    func layer(
      _ name: String, _ channels: Int, _ size: Int, _ filters: Int, _ kernel: Int, stride: Int = 1, padding: Int = 0,
      groups: Int = 1
    ) throws -> ConvolutionLayer {
      try ConvolutionLayer(
        name: name, inputChannels: channels, inputHeight: size, inputWidth: size, filters: filters / share,
        filterHeight: kernel, filterWidth: kernel, strideHeight: stride, strideWidth: stride, paddingTop: padding,
        paddingLeft: padding, paddingBottom: padding, paddingRight: padding, groups: groups)
    }
    return [
      try layer("conv1", 3, 224, 96, 11, stride: 4, padding: 1),
      try layer("conv2", 96, 27, 256, 5, padding: 2, groups: 2),
      try layer("conv3", 256, 13, 384, 3, padding: 1), try layer("conv4", 384, 13, 384, 3, padding: 1, groups: 2),
      try layer("conv5", 384, 13, 256, 3, padding: 1, groups: 2),
    ]
  }

  static func operands(of layer: ConvolutionLayer) throws -> LayerOperands {
    var random = RandomTensors(seed: 1)
    return try LayerOperands(
      layer, ifmap: OperandTensor(random.int8(layer.ifmapShape, zeroFraction: 0.4)),
      filter: OperandTensor(random.int8(layer.filterShape, zeroFraction: 0.1)))
  }

  static func machine(_ dataflow: Dataflow, _ size: Int) -> SystolicSpec {
    let spad = OperandScratchpad.Spec(bytes: 1 << 19, banks: size, readPorts: size, latencyCycles: 1, halves: 2)
    return SystolicSpec(
      dataflow: dataflow, arithmetic: .int8, rows: size, columns: size, macStages: 1, edgeRegisters: 0,
      isDoubleBuffered: false, gatesZeros: false, ifmapSpad: spad, filterSpad: spad,
      accumulatorBytes: 1 << 20, accumulatorHalves: 2, biasBytes: 1 << 14,
      memory: IdealMemory.Spec(portBytes: 64, bytesPerCycle: 64, latencyCycles: 20, capacityBytes: 1 << 24),
      clock: ClockDomain(name: "core", period: ClockPeriod(hertz: 1_000_000_000)))
  }
}

/// A benchmark that did not do what it measures.
struct BenchmarkError: Error, CustomStringConvertible {
  let description: String
}

func require(_ holds: Bool, _ what: String) throws {
  guard holds else { throw BenchmarkError(description: "failed: \(what)") }
}

func rounded(_ value: Double) -> Int { Int(value.rounded()) }
