import Accelerators
import Mappings
import Memory
import Simulation
import Tensors
import Testing
import Workloads

@Suite("What is forecast before a run is what the run counts")
struct SystolicForecastTests {
  @Test(
    "Random layers on random machines: accesses always, array cycles where folds do not overlap",
    arguments: Dataflow.allCases)
  func randomLayers(dataflow: Dataflow) throws {
    var random = SplitMix64(seed: 77)
    var ran = 0
    while ran < 100 {
      guard let layer = randomLayer(&random) else { continue }
      let isDoubleBuffered = ran % 3 == 0
      let spec = smallMachine(
        dataflow, rows: 1 + ran % 9, columns: 1 + ran % 7, macStages: 1 + ran % 3, isDoubleBuffered: isDoubleBuffered,
        spadBytes: [1 << 10, 1 << 12, 1 << 15][ran % 3], accumulatorBytes: [1 << 11, 1 << 14][ran % 2],
        readPorts: 1 + ran % 3, bytesPerCycle: [4, 64][ran % 2], memoryLatency: 1 + ran)
      let operands = try randomOperands(layer, seed: UInt64(ran), hasBias: ran % 2 == 0)
      ran += 1
      guard var run = try? SystolicLayerRun(operands, on: spec) else { continue }
      try #require(run.simulator.run(cycleLimit: 5_000_000) == .finished)
      let machine = run.simulator.machine
      let forecast = SystolicForecast(run.schedule, timing: spec.timing, hasBias: !operands.bias.isEmpty)
      #expect(forecast.folds == machine.counters.folds)
      #expect(forecast.accesses == machine.accessCounts, "\(layer) on \(spec)")
      #expect(forecast.loadedBytes == machine.transfers.counters.loadedBytes)
      #expect(forecast.storedBytes == machine.transfers.counters.storedBytes)
      if !isDoubleBuffered { #expect(forecast.arrayCycles == machine.counters.arrayCycles, "\(layer) on \(spec)") }
    }
  }

  @Test("Folds that overlap, with everything on chip and psums that leave in time", arguments: Dataflow.allCases)
  func overlappingFolds(dataflow: Dataflow) throws {
    for seed in 0..<40 {
      let layer = try ConvolutionLayer(
        name: "overlap", inputChannels: 9 + seed % 4, inputHeight: 6, inputWidth: 6 + seed % 3, filters: 1 + seed % 20,
        filterHeight: 4, filterWidth: 3, paddingTop: seed % 2)
      let spec = smallMachine(
        dataflow, rows: 2 + seed % 8, columns: 2 + seed % 7, macStages: 1 + seed % 2, isDoubleBuffered: true)
      var run = try SystolicLayerRun(randomOperands(layer, seed: UInt64(seed)), on: spec)
      try #require(run.simulator.run(cycleLimit: 5_000_000) == .finished)
      let forecast = SystolicForecast(run.schedule, timing: spec.timing, hasBias: true)
      #expect(forecast.arrayCycles == run.simulator.machine.counters.arrayCycles, "\(layer) on \(spec)")
    }
  }

  @Test("By hand: a 2 x 2 array on a product of 3 x 2 by 2 x 2")
  func byHand() throws {
    let layer = try ConvolutionLayer.gemm(m: 3, k: 2, n: 2)
    func forecast(_ dataflow: Dataflow, isDoubleBuffered: Bool = false) throws -> SystolicForecast {
      let spec = smallMachine(dataflow, rows: 2, columns: 2, isDoubleBuffered: isDoubleBuffered)
      let schedule = try SystolicSchedule(layer, dataflow: dataflow, resources: spec.resources)
      return SystolicForecast(schedule, timing: spec.timing, hasBias: false)
    }
    // WS: 2 rows load, 3 vectors stream, 2 more until the last product: 7. All 4 PEs have work.
    #expect(try forecast(.weightStationary).arrayCycles == 7)
    #expect(try forecast(.weightStationary).utilisationBound == 12.0 / 28)
    // OS: folds of 2 and of 1 position; each streams 2, waits 2, drains 2.
    #expect(try forecast(.outputStationary).arrayCycles == 12)
    #expect(try forecast(.outputStationary).mappedShare == 0.75)
    // Double-buffered, the second fold streams right behind the first: 2 later.
    #expect(try forecast(.outputStationary, isDoubleBuffered: true).arrayCycles == 8)
    // IS: 2 rows load, 2 filters stream, 2 more; twice. Double-buffered the second follows after 2.
    #expect(try forecast(.inputStationary).arrayCycles == 12)
    #expect(try forecast(.inputStationary, isDoubleBuffered: true).arrayCycles == 8)
  }
}
