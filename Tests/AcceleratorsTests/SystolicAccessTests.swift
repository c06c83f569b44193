import Accelerators
import Mappings
import Simulation
import Tensors
import Testing
import Workloads

@Suite("Accesses of systolic machines")
struct SystolicAccessTests {
  private func counts(_ dataflow: Dataflow, _ layer: ConvolutionLayer, gatesZeros: Bool) throws -> AccessCounts {
    let spec = smallMachine(dataflow, rows: 4, columns: 4, gatesZeros: gatesZeros)
    var run = try SystolicLayerRun(randomOperands(layer, seed: 3), on: spec)
    #expect(run.simulator.run(cycleLimit: 1_000_000) == .finished)
    #expect(try run.psums == run.goldenPsums())
    return run.simulator.machine.accessCounts
  }

  @Test(
    "Every byte that is loaded is written to a buffer, every MAC has its three reads and its write",
    arguments: Dataflow.allCases)
  func conservation(dataflow: Dataflow) throws {
    for gatesZeros in [false, true] {
      let layer = try ConvolutionLayer(
        name: "small", batch: 2, inputChannels: 3, inputHeight: 6, inputWidth: 5, filters: 6, filterHeight: 3,
        filterWidth: 2, paddingTop: 1, paddingLeft: 1, paddingBottom: 1, paddingRight: 1)
      let counts = try counts(dataflow, layer, gatesZeros: gatesZeros)
      #expect(counts.macs + counts.gatedMACs == layer.macs)
      #expect((counts.gatedMACs > 0) == gatesZeros)
      for kind in [TensorKind.ifmap, .filter] {
        #expect(counts[.dram, kind].reads == counts[.globalBuffer, kind].writes)
        #expect(counts[.globalBuffer, kind].reads > 0)
        // An operand is read in the PE or arrives there, for every MAC.
        let isStationary = counts[.spad, kind].reads > 0
        #expect(isStationary ? counts[.spad, kind].reads == counts.macs : counts[.array, kind].writes == layer.macs)
      }
      #expect(counts[.dram, .psum].writes == layer.ofmapShape.count)
      #expect(counts[.dram, .psum].reads == layer.filters)
      let moves = dataflow == .outputStationary ? counts[.spad, .psum].writes : counts[.array, .psum].writes
      #expect(moves == (dataflow == .outputStationary ? counts.macs : layer.macs))
    }
  }

  @Test("A fully connected layer by hand: 4 x 4 weights, weight stationary, one fold")
  func fullyConnected() throws {
    let layer = try ConvolutionLayer.fullyConnected(name: "fc", batch: 3, inputs: 4, outputs: 4)
    let counts = try counts(.weightStationary, layer, gatesZeros: false)
    #expect(counts.macs == 48)
    // 12 activations, 16 weights, 4 biases in; 12 psums out.
    #expect(counts[.dram] == 12 + 16 + 4 + 12)
    #expect(counts[.globalBuffer, .ifmap] == .init(reads: 12, writes: 12))
    #expect(counts[.globalBuffer, .filter] == .init(reads: 16, writes: 16))
    // 12 psums start from the bias and are written; 4 biases are written; 12 are read to be stored.
    #expect(counts[.globalBuffer, .psum] == .init(reads: 24, writes: 16))
    // 48 activations and 48 psums move from PE to PE, 16 weights arrive once.
    #expect(counts[.array] == 48 + 48 + 16)
    #expect(counts[.spad] == 48 + 16)
    // Bytes: 28 of operands and 64 of biases and psums, of 2 each at 200; 56 and 160 at 6; 64 and 192 at 2; 64 at 1; 48.
    let energy = 200 * 46.0 + 6 * 108.0 + 2 * 128.0 + 32.0 + 48.0
    #expect(EnergyTable.relative.total(counts) == energy)
  }
}
