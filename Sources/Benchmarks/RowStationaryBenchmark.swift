import Accelerators
import Compute
import Glibc
import Mappings
import Signals
import Simulation
import Tensors
import Workloads

/// AlexNet's convolution layers on the row-stationary machine, as published: cycles, traffic, speed.
func benchmarkRowStationary(layers wanted: [String]) throws {
  let zeros = [0.0001, 0.387, 0.725, 0.793, 0.776]
  for (index, layer) in try EyerissAlexNet.layers(batch: 4).enumerated()
  where wanted.isEmpty || wanted.contains(layer.name) {
    var random = SplitMix64(seed: 7)
    func tensor(_ shape: Shape, zeros: Double) -> Tensor<Int16> {
      let threshold = UInt64(zeros * 1_000_000)
      return Tensor(
        shape,
        (0..<shape.count).map { _ in
          random.next(below: 1_000_000) < threshold ? 0 : Int16(truncatingIfNeeded: random.next() >> 50) | 1
        })
    }
    var operands = try RowStationaryOperands(
      layer, ifmap: tensor(layer.ifmapShape, zeros: zeros[index]), filter: tensor(layer.filterShape, zeros: 0),
      position: 8)
    operands.appliesReLU = true
    operands.codesIfmap = index > 0
    operands.codesOfmap = true
    let parameters = EyerissAlexNet.parameters[index]
    var run = try RowStationaryLayerRun(operands, mapping: parameters, on: .eyeriss)
    let start = clock()
    let end = run.simulator.run()
    let seconds = Double(clock() - start) / 1e6
    let golden = try run.golden()
    let isRight = try run.ofmap().elements == golden.elements
    let cycles = run.totalCycles
    print(
      layer.name, end, isRight ? "right" : "WRONG", "total", cycles, "processing", run.processingCycles, "a pass",
      run.processingCycles / run.mapping.passes, "GLB MB", Double(run.glbBytes) / 1e6, "off-chip MB",
      Double(run.offChipBytes) / 1e6, "seconds", seconds, "M PE-cycles/s", Double(cycles * 168) / seconds / 1e6)
    for counter in run.counters where counter.value > 0 && wanted.count == 1 {
      print("  \(counter.scope).\(counter.name) \(counter.value)")
    }
  }
}
