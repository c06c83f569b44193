import Mappings
import Memory
import Simulation
import Tensors
import Testing
import Workloads

@testable import Accelerators

/// The order of fmaps off chip changes addresses and banks, never a bit of the result.
@Suite("Layouts of fmaps off chip")
struct LayoutTests {
  private func run(_ layer: ConvolutionLayer, _ layout: FmapLayout, seed: UInt64, on spec: SystolicSpec) throws
    -> SystolicLayerRun
  {
    var run = try SystolicLayerRun(try randomOperands(layer, seed: seed), layout: layout, on: spec)
    let end = run.simulator.run(cycleLimit: 10_000_000)
    try #require(end == .finished, "\(layout) \(layer): \(end)")
    #expect(try run.psums == run.goldenPsums(), "\(layout) \(layer)")
    checkConservation(run.simulator.machine.memory, "\(layout)")
    return run
  }

  @Test(arguments: FmapLayout.allCases, Dataflow.allCases)
  func randomLayersAreBitExact(layout: FmapLayout, dataflow: Dataflow) throws {
    var random = SplitMix64(seed: 77)
    var ran = 0
    while ran < testCount("SYSTOLE_LAYOUT_CASES", 25) {
      guard let layer = randomLayer(&random) else { continue }
      let spec = smallMachine(dataflow, rows: 5, columns: 4, spadBytes: 1 << 10, accumulatorBytes: 1 << 10)
      guard (try? SystolicSchedule(layer, dataflow: dataflow, resources: spec.resources)) != nil else { continue }
      ran += 1
      _ = try run(layer, layout, seed: UInt64(ran), on: spec)
    }
  }

  /// Bytes behind the vector unit lie in the layout too: factors go with filters, whichever way they run.
  @Test(arguments: FmapLayout.allCases, Dataflow.allCases)
  func requantisedResultsAreBitExact(layout: FmapLayout, dataflow: Dataflow) throws {
    let layer = try ConvolutionLayer(
      name: "c", batch: 2, inputChannels: 4, inputHeight: 9, inputWidth: 8, filters: 10, filterHeight: 3,
      filterWidth: 3,
      paddingTop: 1, paddingLeft: 1, paddingBottom: 1, paddingRight: 1, groups: 2)
    let spec = smallMachine(dataflow, rows: 6, columns: 4, spadBytes: 1 << 9, accumulatorBytes: 1 << 11)
    let requantisation = try #require(
      Requantisation(
        inputScale: 0.02, filterScales: (0..<layer.filters).map { 0.001 + 0.0003 * Float($0) }, outputScale: 0.03,
        zeroPoint: -4, clamp: -128...127))
    var run = try SystolicLayerRun(
      try randomOperands(layer, seed: 5), requantisation: requantisation, layout: layout, on: spec)
    #expect(run.simulator.run(cycleLimit: 10_000_000) == .finished)
    #expect(try run.results == run.goldenResults())
  }

  /// Tiles with many short runs: in planes each run is a row of a plane, in pixels all channels of a row, in tiles everything.
  /// The longer the runs, the fewer bursts are cut, and the more of them hit an open row.
  @Test func longerRunsWasteFewerBurstsAndHitMoreRows() throws {
    let layer = try ConvolutionLayer(
      name: "c", inputChannels: 64, inputHeight: 30, inputWidth: 30, filters: 16, filterHeight: 3, filterWidth: 3,
      paddingTop: 1, paddingLeft: 1, paddingBottom: 1, paddingRight: 1)
    var spec = smallMachine(.weightStationary, rows: 16, columns: 16, spadBytes: 1 << 15, accumulatorBytes: 1 << 14)
    spec.memory = try dram(.ddr3x8)
    var moved: [FmapLayout: Int] = [:]
    var hitRates: [FmapLayout: Double] = [:]
    for layout in FmapLayout.allCases {
      let memory = try run(layer, layout, seed: 3, on: spec).simulator.machine.memory
      moved[layout] = memory.traffic[.ifmap].movedBytes
      let counters = try #require(memory.dram?.channels[0].counters)
      let all = counters.rowHits + counters.rowMisses + counters.rowConflicts
      hitRates[layout] = Double(counters.rowHits) / Double(all)
    }
    #expect(moved[.nchw]! > moved[.nhwc]! && moved[.nhwc]! >= moved[.tiled]!, "\(moved)")
    #expect(hitRates[.tiled]! > hitRates[.nchw]!, "\(hitRates)")
  }
}
