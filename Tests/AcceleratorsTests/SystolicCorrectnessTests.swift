import Accelerators
import Compute
import Mappings
import Memory
import Simulation
import Tensors
import Testing
import Workloads

@Suite("Systolic machines compute what the golden model computes")
struct SystolicCorrectnessTests {
  private func randomMachine(_ dataflow: Dataflow, _ arithmetic: Arithmetic, _ random: inout SplitMix64) -> SystolicSpec
  {
    func draw(_ range: ClosedRange<Int>) -> Int {
      range.lowerBound + Int(random.next(below: UInt64(range.count)))
    }
    return smallMachine(
      dataflow, rows: draw(1...9), columns: draw(1...9), macStages: draw(1...3), isDoubleBuffered: draw(0...1) == 1,
      arithmetic: arithmetic, spadBytes: [1 << 11, 1 << 13, 1 << 15][draw(0...2)],
      accumulatorBytes: [1 << 11, 1 << 14][draw(0...1)], readPorts: draw(1...3), banks: draw(1...8),
      latency: draw(1...3), bytesPerCycle: [4, 16, 64][draw(0...2)], memoryLatency: draw(1...60),
      gatesZeros: draw(0...1) == 1)
  }

  @Test(
    "Random layers on random machines: bit-exact, every PE-cycle labelled, every byte moved once a tile",
    arguments: Dataflow.allCases, Arithmetic.allCases)
  func randomLayers(dataflow: Dataflow, arithmetic: Arithmetic) throws {
    var random = SplitMix64(seed: 2026)
    var ran = 0
    while ran < 150 {
      guard let layer = randomLayer(&random) else { continue }
      let spec = randomMachine(dataflow, arithmetic, &random)
      let operands = try randomOperands(layer, seed: UInt64(ran), arithmetic: arithmetic, hasBias: ran % 2 == 0)
      guard var run = try? SystolicLayerRun(operands, on: spec) else { continue }
      ran += 1
      let end = run.simulator.run(cycleLimit: 2_000_000)
      try #require(end == .finished, "\(layer) on \(spec)")
      #expect(try run.psums == run.goldenPsums(), "\(layer) on \(spec)")
      let machine = run.simulator.machine
      #expect(machine.counters.macs == layer.macs)
      #expect(machine.counters.labels.total == machine.counters.cycles * spec.peCount)
      #expect(machine.counters.cycles == run.simulator.completedCycles(of: 0))
      #expect(machine.counters.labels[.mac] + machine.counters.labels[.gated] == layer.macs)
      #expect(machine.transfers.counters.storedBytes == layer.ofmapShape.count * 4)
      #expect(machine.memory.counters.usefulReadBytes == machine.transfers.counters.loadedBytes)
      #expect(machine.memory.counters.usefulWrittenBytes == machine.transfers.counters.storedBytes)
    }
  }

  @Test("A fold takes 2R + C + T - 2 array cycles (+ P - 1), ragged or not", arguments: Dataflow.allCases)
  func closedForm(dataflow: Dataflow) throws {
    var random = SplitMix64(seed: 7)
    func draw(_ limit: UInt64) -> Int { 1 + Int(random.next(below: limit)) }
    for _ in 0..<300 {
      let (m, k, n) = (draw(40), draw(40), draw(40))
      let (rows, columns, stages) = (draw(12), draw(12), draw(3))
      let layer = try ConvolutionLayer.gemm(m: m, k: k, n: n)
      var run = try SystolicLayerRun(
        try randomOperands(layer, seed: 1),
        on: smallMachine(dataflow, rows: rows, columns: columns, macStages: stages, memoryLatency: 1))
      #expect(run.simulator.run(cycleLimit: 1_000_000) == .finished)
      #expect(try run.psums == run.goldenPsums())
      let (onRows, onColumns, streamed) =
        switch dataflow {
        case .weightStationary: (k, n, m)
        case .inputStationary: (k, m, n)
        case .outputStationary: (m, n, k)
        }
      let folds = ((onRows + rows - 1) / rows) * ((onColumns + columns - 1) / columns)
      let counters = run.simulator.machine.counters
      #expect(counters.folds == folds)
      #expect(counters.arrayCycles == folds * (2 * rows + columns + streamed - 2 + stages - 1))
    }
  }

  @Test("The published sums: 8 x 8 array, M, N, K = 32, 16, 24")
  func publishedCycles() throws {
    // facts: WS 324, IS 456, OS 304 until the last product; our OS count adds 8 steps of drain to each of 8 folds.
    for (dataflow, cycles) in [
      (Dataflow.weightStationary, 324), (.inputStationary, 456), (.outputStationary, 304 + 8 * 8),
    ] {
      let layer = try ConvolutionLayer.gemm(m: 32, k: 24, n: 16)
      var run = try SystolicLayerRun(
        try randomOperands(layer, seed: 1), on: smallMachine(dataflow, rows: 8, columns: 8))
      #expect(run.simulator.run() == .finished)
      #expect(run.simulator.machine.counters.arrayCycles == cycles)
    }
  }

  @Test(
    "Double buffering: T cycles a fold in the steady state, plus one fill and one drain", arguments: Dataflow.allCases)
  func doubleBuffered(dataflow: Dataflow) throws {
    let (rows, columns) = (4, 4)
    let layer = try ConvolutionLayer.gemm(m: 48, k: 48, n: 48)
    var run = try SystolicLayerRun(
      try randomOperands(layer, seed: 1),
      on: smallMachine(dataflow, rows: rows, columns: columns, isDoubleBuffered: true))
    #expect(run.simulator.run() == .finished)
    #expect(try run.psums == run.goldenPsums())
    // 144 folds of 48 vectors; WS and IS fill R steps, all leave in R + C - 2 steps, OS drains R more.
    #expect(run.simulator.machine.counters.arrayCycles == 144 * 48 + rows + rows + columns - 2)
  }

  @Test("Idle skipping and the order of steps change nothing", arguments: Dataflow.allCases)
  func determinism(dataflow: Dataflow) throws {
    let layer = try ConvolutionLayer(
      name: "c", inputChannels: 3, inputHeight: 9, inputWidth: 8, filters: 10, filterHeight: 3, filterWidth: 3,
      paddingTop: 1, paddingLeft: 1)
    let spec = smallMachine(
      dataflow, rows: 5, columns: 4, spadBytes: 1 << 10, accumulatorBytes: 1 << 10, readPorts: 2, bytesPerCycle: 4,
      memoryLatency: 50)
    let reference = try SystolicLayerRun(try randomOperands(layer, seed: 3), on: spec)
    var ticked = reference
    ticked.simulator.skipsIdleCycles = false
    #expect(ticked.simulator.run(cycleLimit: 1_000_000) == .finished)
    var skipped = reference
    #expect(skipped.simulator.run(cycleLimit: 1_000_000) == .finished)
    #expect(skipped.simulator.evaluatedEdges < ticked.simulator.evaluatedEdges)
    #expect(skipped.simulator.machine.counters == ticked.simulator.machine.counters)
    #expect(skipped.simulator.machine.memory.counters == ticked.simulator.machine.memory.counters)
    for order in permutations(SystolicMachine.Step.allCases) {
      var permuted = reference
      permuted.simulator.stepOrder = order
      #expect(permuted.simulator.run(cycleLimit: 1_000_000) == .finished)
      #expect(permuted.simulator.machine.counters == ticked.simulator.machine.counters)
      #expect(permuted.psums == ticked.psums)
    }
  }

  private func permutations<Element>(_ elements: [Element]) -> [[Element]] {
    guard let first = elements.first else { return [[]] }
    return permutations(Array(elements.dropFirst())).flatMap { rest in
      (0...rest.count).map { Array(rest[..<$0]) + [first] + Array(rest[$0...]) }
    }
  }
}
