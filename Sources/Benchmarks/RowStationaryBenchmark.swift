import Accelerators
import Compute
import Mappings
import Signals
import Simulation
import Tensors
import Workloads

/// Speed of the row-stationary machine on AlexNet's convolution layers as published: batch 4, counters on, tracing off.
enum RowStationaryBenchmark {
  /// Fractions of zeros in the ifmaps, layer by layer (Eyeriss, JSSC 2017, Table III).
  private static let zeros = [0.0001, 0.387, 0.725, 0.793, 0.776]

  static func alexNet(isQuick: Bool) throws -> [Measurement] {
    try EyerissAlexNet.layers(batch: 4).enumerated().prefix(isQuick ? 1 : 5).map { index, layer in
      var operands = try RowStationaryOperands(
        layer, ifmap: tensor(layer.ifmapShape, zeros: zeros[index]), filter: tensor(layer.filterShape, zeros: 0),
        position: 8)
      operands.appliesReLU = true
      operands.codesIfmap = index > 0
      operands.codesOfmap = true
      var run = try RowStationaryLayerRun(operands, mapping: EyerissAlexNet.parameters[index], on: .eyeriss)
      var end = RunEnd.cycleLimit(0)
      let seconds = processorSeconds { end = run.simulator.run() }
      try require(end == .finished, "\(layer.name) ends")
      try require(try run.ofmap().elements == run.golden().elements, "\(layer.name) is bit-exact")
      return Measurement(
        "rs 12 x 14, AlexNet \(layer.name)", Double(run.totalCycles * 168) / seconds / 1e6, "M PE-cycles/s",
        "\(run.totalCycles) cycles in \(rounded(seconds * 1000)) ms")
    }
  }

  private static func tensor(_ shape: Shape, zeros: Double) -> Tensor<Int16> {
    var random = SplitMix64(seed: 7)
    let threshold = UInt64(zeros * 1_000_000)
    return Tensor(
      shape,
      (0..<shape.count).map { _ in
        random.next(below: 1_000_000) < threshold ? 0 : Int16(truncatingIfNeeded: random.next() >> 50) | 1
      })
  }
}
