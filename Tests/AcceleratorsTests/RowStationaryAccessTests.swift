import Accelerators
import Mappings
import Memory
import Simulation
import Tensors
import Testing
import Workloads

@Suite("Accesses of the row-stationary machine")
struct RowStationaryAccessTests {
  @Test("What the search expects is what the machine counts, and its mappings run bit-exact", arguments: 0..<40)
  func expected(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    func draw(_ range: ClosedRange<Int>) -> Int { range.lowerBound + Int(random.next(below: UInt64(range.count))) }
    let groups = draw(0...3) == 0 ? 2 : 1
    let (height, width, dilation) = (draw(1...3), draw(1...3), draw(0...3) == 0 ? 2 : 1)
    let layer = try ConvolutionLayer(
      name: "random", batch: draw(1...3), inputChannels: groups * draw(1...9),
      inputHeight: draw(1...8) + (height - 1) * dilation, inputWidth: draw(1...8) + (width - 1) * dilation,
      filters: groups * draw(1...20), filterHeight: height, filterWidth: width, strideHeight: draw(1...3),
      strideWidth: draw(1...3), paddingTop: draw(0...1), paddingLeft: draw(0...1), dilationHeight: dilation,
      dilationWidth: dilation, groups: groups)
    let spec = rowStationaryMachine(rows: draw(3...8), columns: draw(1...8), psumSpad: draw(2...24))
    let search = RowStationarySearch(
      on: spec.resources(for: .fixedPoint16(position: 8, saturates: false)),
      objective: seed % 2 == 0 ? .cycles : .energy)
    let mapping = try search.mapping(of: layer)
    var run = try RowStationaryLayerRun(
      fixedPointOperands(layer, seed: seed), mapping: mapping.parameters, on: spec)
    #expect(run.simulator.run(cycleLimit: 2_000_000) == .finished)
    #expect(try run.ofmap().elements == run.golden().elements)
    let expected = RowStationaryEstimate(mapping, rates: .eyeriss)
    let machine = run.accessCounts
    let zeros = expected.accesses(on: mapping.resources, zeroFraction: Double(machine.gatedMACs) / Double(layer.macs))
    #expect(machine.macs + machine.gatedMACs == layer.macs)
    for kind in TensorKind.allCases {
      #expect(machine[.spad, kind] == zeros[.spad, kind], "\(kind) \(layer) \(mapping.parameters)")
      #expect(machine[.array, kind] == zeros[.array, kind], "\(kind) \(layer) \(mapping.parameters)")
      // Lines of the buffer hold words that nobody asked for.
      #expect(machine[.globalBuffer, kind].reads >= zeros[.globalBuffer, kind].reads, "\(kind)")
      #expect(machine[.globalBuffer, kind].writes >= zeros[.globalBuffer, kind].writes, "\(kind)")
      #expect(machine[.dram, kind].writes == zeros[.dram, kind].writes)
    }
    #expect(machine[.dram, .ifmap] == zeros[.dram, .ifmap])
    #expect(machine[.dram, .filter] == zeros[.dram, .filter])
    #expect(run.processingCycles >= expected.processingCycles)
  }
}
