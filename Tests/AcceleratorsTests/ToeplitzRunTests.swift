import Accelerators
import Mappings
import Memory
import Simulation
import Tensors
import Testing
import Workloads

@Suite("Convolutions through a Toeplitz matrix in memory")
struct ToeplitzRunTests {
  @Test(
    "Random layers: the same psums, bit for bit, as walked directly", arguments: Dataflow.allCases, Arithmetic.allCases)
  func randomLayers(dataflow: Dataflow, arithmetic: Arithmetic) throws {
    var random = SplitMix64(seed: 31)
    var ran = 0
    while ran < 60 {
      guard let layer = randomLayer(&random) else { continue }
      let spec = smallMachine(
        dataflow, rows: 1 + ran % 7, columns: 1 + ran % 6, isDoubleBuffered: ran % 2 == 0, arithmetic: arithmetic)
      let operands = try randomOperands(layer, seed: UInt64(ran), arithmetic: arithmetic)
      ran += 1
      let direct = try psums(operands, on: spec)
      let toeplitz = try psums(try operands.lowered(.toeplitz), on: spec)
      #expect(direct.psums == toeplitz.psums, "\(layer)")
      // The matrix, not the ifmap, has come on chip: once, with its zeros.
      let loaded = toeplitz.machine.ifmapSpad.counters.writtenBytes
      #expect(loaded == (try ToeplitzLowering(layer).elements * arithmetic.operandBytes))
      #expect(toeplitz.machine.ifmapSpad.counters.paddingReads == 0)
      #expect(toeplitz.machine.counters.macs == layer.macs)
      #expect(toeplitz.machine.counters.zeroOperandMacs == direct.machine.counters.zeroOperandMacs)
    }
  }

  private func psums(
    _ operands: LayerOperands, on spec: SystolicSpec
  ) throws -> (psums: Tensor<Int32>, machine: SystolicMachine) {
    var run = try SystolicLayerRun(operands, on: spec)
    try #require(run.simulator.run(cycleLimit: 5_000_000) == .finished)
    return (run.psums, run.simulator.machine)
  }
}
