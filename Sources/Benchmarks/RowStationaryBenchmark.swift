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

  /// PE-cycles a second that are held: ten times what Verilator reaches on comparable RTL.
  private static let target = 190e6

  static func alexNet(isQuick: Bool) throws -> [Measurement] {
    let layers = try EyerissAlexNet.layers(batch: 4).prefix(isQuick ? 1 : 5)
    var measurements: [Measurement] = []
    var (peCycles, simulation, golden) = (0, 0.0, 0.0)
    for (index, layer) in layers.enumerated() {
      let (run, seconds, goldenSeconds) = try measure(layer, index)
      peCycles += run.totalCycles * RowStationarySpec.eyeriss.peCount
      simulation += seconds
      golden += goldenSeconds
      measurements.append(
        speed(
          "rs 12 x 14, AlexNet \(layer.name)", run.totalCycles * RowStationarySpec.eyeriss.peCount, seconds,
          "\(run.totalCycles) cycles in \(rounded(seconds * 1000)) ms; golden model \(rounded(goldenSeconds * 1000)) ms"
        ))
    }
    let names = layers.map(\.name).joined(separator: ", ")
    measurements.append(speed("rs 12 x 14, all of these", peCycles, simulation, "\(names) in \(rounded(simulation)) s"))
    measurements.append(
      Measurement(
        "the same, against its target", Double(peCycles) / simulation / target, "times", "190 M PE-cycles/s; aim 380"))
    measurements.append(Measurement("golden model of these", golden, "s", "not part of the figures above"))
    return measurements
  }

  private static func speed(_ name: String, _ peCycles: Int, _ seconds: Double, _ note: String) -> Measurement {
    Measurement(name, Double(peCycles) / seconds / 1e6, "M PE-cycles/s", note)
  }

  private static func measure(
    _ layer: ConvolutionLayer, _ index: Int
  ) throws -> (run: RowStationaryLayerRun, seconds: Double, goldenSeconds: Double) {
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
    var golden: Tensor<Int32>?
    let goldenSeconds = try processorSeconds { golden = try run.golden() }
    try require(try run.ofmap() == golden, "\(layer.name) is bit-exact")
    return (run, seconds, goldenSeconds)
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
