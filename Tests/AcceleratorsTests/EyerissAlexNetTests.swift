import Accelerators
import Compute
import Interconnect
import Mappings
import Memory
import Simulation
import Tensors
import Testing
import Workloads

@Suite("Row-stationary machine against the chip")
struct EyerissAlexNetTests {
  // The chip's CONV5, batch 4 (JSSC 2017, Table V): 10.0 ms of processing at 200 MHz in 256 passes, 24.9 MB of GLB accesses,
  // 156 active PEs, 77.6 % zeros; 2.61 MB off chip before coding (ISSCC 2016 poster).
  @Test("AlexNet's CONV5 with its published mapping: bit-exact, cycles, traffic and PEs as on silicon")
  func conv5() throws {
    let layer = try EyerissAlexNet.layers(batch: 4)[4]
    var operands = try fixedPointOperands(layer, seed: 5, zeros: 0.776, hasBias: false)
    (operands.appliesReLU, operands.codesIfmap, operands.codesOfmap) = (true, true, true)
    var run = try RowStationaryLayerRun(operands, mapping: EyerissAlexNet.parameters[4], on: .eyeriss)
    #expect(run.simulator.run(cycleLimit: 10_000_000) == .finished)
    #expect(try run.ofmap().elements == run.golden().elements)
    let machine = run.simulator.machine
    #expect(abs(Double(run.processingCycles) / 200e3 / 10.0 - 1) < 0.10, "\(run.processingCycles)")
    #expect(abs(Double(run.glbBytes) / 24.9e6 - 1) < 0.03, "\(run.glbBytes)")
    #expect(run.glbBytes == run.mapping.glbBytes)
    #expect(run.mapping.activePEs == 156 && machine.array.counters.labels[.idle] == 12 * run.totalCycles)
    #expect(abs(Double(run.mapping.offChipBytes) / 2.61e6 - 1) < 0.01)
    #expect(machine.array.counters.macs == layer.macs)
    let words =
      machine.decoder.counters.elements * 2 + machine.port.counters.filterBytes + machine.coder.counters.elements * 2
    #expect(words == run.mapping.offChipBytes)
  }
}
