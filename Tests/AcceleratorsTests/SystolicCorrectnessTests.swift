import Accelerators
import Compute
import Mappings
import Simulation
import Tensors
import Testing
import Workloads

@Suite("Systolic machines compute what the golden model computes")
struct SystolicCorrectnessTests {
  @Test("A GEMM takes 2R + C + T - 2 array cycles a fold", arguments: Dataflow.allCases)
  func closedForm(dataflow: Dataflow) throws {
    for (m, k, n) in [(8, 8, 8), (32, 24, 16), (3, 5, 2), (1, 9, 1), (17, 1, 33)] {
      let layer = try ConvolutionLayer.gemm(m: m, k: k, n: n)
      var run = try SystolicLayerRun(
        try randomOperands(layer, seed: 1), on: smallMachine(dataflow, rows: 8, columns: 8))
      #expect(run.simulator.run(cycleLimit: 100_000) == .finished)
      #expect(try run.psums == run.goldenPsums())
      let counters = run.simulator.machine.counters
      #expect(counters.macs == m * k * n)
      #expect(counters.labels.total == counters.cycles * 64)
    }
  }
}
