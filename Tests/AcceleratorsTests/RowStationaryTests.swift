import Accelerators
import Mappings
import Simulation
import Tensors
import Testing
import Workloads

@Suite("Row-stationary machine")
struct RowStationaryTests {
  @Test("One PE set, one pass")
  func smallest() throws {
    let layer = try ConvolutionLayer(
      name: "c", inputChannels: 1, inputHeight: 5, inputWidth: 5, filters: 1, filterHeight: 3, filterWidth: 3)
    var run = try RowStationaryLayerRun(
      try fixedPointOperands(layer, seed: 1), mapping: .init(m: 1, n: 1, e: 3, p: 1, q: 1, r: 1, t: 1),
      on: rowStationaryMachine(rows: 3, columns: 3))
    let end = run.simulator.run(cycleLimit: 100_000)
    #expect(end == .finished, "\(end)")
    #expect(try run.ofmap() == run.golden())
    #expect(run.simulator.machine.array.counters.macs == layer.macs)
  }
}
