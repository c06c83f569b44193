import Accelerators
import Compute
import Mappings
import Memory
import Simulation
import Tensors
import Testing
import Workloads

@Suite("The array's psums leave through the vector unit as the golden model's bytes")
struct RequantisationPathTests {
  @Test(
    "Random layers on random machines: every byte right, every psum read once", arguments: Dataflow.allCases)
  func randomLayers(dataflow: Dataflow) throws {
    var random = SplitMix64(seed: 17)
    func draw(_ range: ClosedRange<Int>) -> Int {
      range.lowerBound + Int(random.next(below: UInt64(range.count)))
    }
    var ran = 0
    while ran < 150 {
      let groups = [1, 1, 2, 3][draw(0...3)]
      let drawn = try? ConvolutionLayer(
        name: "random", batch: draw(1...3), inputChannels: groups * draw(1...4), inputHeight: draw(1...9),
        inputWidth: draw(1...9), filters: groups * draw(1...7), filterHeight: draw(1...3), filterWidth: draw(1...3),
        strideHeight: draw(1...2), strideWidth: draw(1...3), paddingTop: draw(0...2), paddingLeft: draw(0...2),
        groups: groups)
      guard let layer = drawn, let requantisation = randomRequantisation(channels: layer.filters, random: &random)
      else { continue }
      var spec = smallMachine(
        dataflow, rows: draw(1...9), columns: draw(1...9), isDoubleBuffered: draw(0...1) == 1,
        spadBytes: [1 << 11, 1 << 15][draw(0...1)], accumulatorBytes: [1 << 11, 1 << 14][draw(0...1)],
        bytesPerCycle: [1, 16, 64][draw(0...2)], memoryLatency: draw(1...40))
      spec.vector = vectorSpec(lanes: [1, 3, 8, 16, 64][draw(0...4)], queueDepth: draw(2...5))
      let operands = try randomOperands(layer, seed: UInt64(ran), hasBias: ran % 2 == 0)
      guard var run = try? SystolicLayerRun(operands, requantisation: requantisation, on: spec) else { continue }
      ran += 1
      try #require(run.simulator.run(cycleLimit: 2_000_000) == .finished, "\(layer) on \(spec)")
      #expect(try run.results == run.goldenResults(), "\(layer) on \(spec)")
      let machine = run.simulator.machine
      #expect(machine.vector.unit.counters.results == layer.ofmapShape.count)
      #expect(machine.vector.unit.counters.operands == layer.ofmapShape.count)
      #expect(machine.transfers.counters.storedBytes == layer.ofmapShape.count)
      #expect(machine.memory.counters.usefulWrittenBytes == layer.ofmapShape.count)
      #expect(machine.counters.labels.total == machine.counters.cycles * spec.peCount)
    }
  }

  @Test("Halving the lanes lengthens a layer by the vectors that arithmetic predicts", arguments: Dataflow.allCases)
  func halvedThroughput(dataflow: Dataflow) throws {
    // 1 x 1 filters over 13 x 11 positions, 4 filters: one set of psums on WS; behind its last psum the unit has
    // 4 runs of 143 bytes in a row, 572 results, to itself. OS and IS pass each fold's psums while the next one runs, so the
    // prediction is for the last fold: what the unit still has to do when it is complete.
    let layer = try ConvolutionLayer(
      name: "c", inputChannels: 4, inputHeight: 13, inputWidth: 11, filters: 4, filterHeight: 1, filterWidth: 1)
    let requantisation = try #require(
      Requantisation(
        inputScale: 0.02, filterScales: [0.001, 0.002, 0.003, 0.004], outputScale: 0.03, zeroPoint: -4,
        clamp: -128...127))
    var cycles: [Int: Int] = [:]
    // An array that holds all positions at once has one fold on every dataflow.
    let (rows, columns) = dataflow == .outputStationary ? (143, 4) : dataflow == .inputStationary ? (4, 143) : (4, 4)
    for lanes in [32, 16, 8, 4, 2, 1] {
      var spec = smallMachine(dataflow, rows: rows, columns: columns, accumulatorBytes: 1 << 20)
      spec.vector = vectorSpec(lanes: lanes)
      var run = try SystolicLayerRun(try randomOperands(layer, seed: 3), requantisation: requantisation, on: spec)
      #expect(run.simulator.run() == .finished)
      #expect(try run.results == run.goldenResults())
      cycles[lanes] = run.simulator.machine.counters.cycles
      #expect(run.simulator.machine.vector.unit.counters.operandVectors == (572 + lanes - 1) / lanes)
    }
    for lanes in [16, 8, 4, 2, 1] {
      // One operand vector a cycle: the layer is longer by the difference in vectors, to the cycle.
      let predicted = (572 + lanes - 1) / lanes - (572 + 2 * lanes - 1) / (2 * lanes)
      #expect(cycles[lanes]! - cycles[2 * lanes]! == predicted, "\(lanes) lanes")
    }
  }

  @Test("Idle skipping and the order of steps change nothing", arguments: Dataflow.allCases)
  func determinism(dataflow: Dataflow) throws {
    let layer = try ConvolutionLayer(
      name: "c", inputChannels: 3, inputHeight: 9, inputWidth: 8, filters: 10, filterHeight: 3, filterWidth: 3,
      paddingTop: 1, paddingLeft: 1)
    var random = SplitMix64(seed: 5)
    let requantisation = try #require(randomRequantisation(channels: 10, random: &random))
    var spec = smallMachine(
      dataflow, rows: 5, columns: 4, spadBytes: 1 << 10, accumulatorBytes: 1 << 10, readPorts: 2, bytesPerCycle: 1,
      memoryLatency: 50)
    spec.vector = vectorSpec(lanes: 3)
    let reference = try SystolicLayerRun(
      try randomOperands(layer, seed: 3), requantisation: requantisation, on: spec)
    var ticked = reference
    ticked.simulator.skipsIdleCycles = false
    #expect(ticked.simulator.run(cycleLimit: 1_000_000) == .finished)
    // On a narrow port WS, which finishes all psums at once, makes the unit wait.
    #expect((ticked.simulator.machine.vector.unit.counters.stalledCycles > 0) == (dataflow == .weightStationary))
    var orders = [SystolicMachine.Step.allCases]
    for shift in 1..<SystolicMachine.Step.allCases.count {
      orders.append(Array(orders[0][shift...] + orders[0][..<shift]))
    }
    orders += orders.map { $0.reversed() }
    for order in orders {
      var permuted = reference
      permuted.simulator.stepOrder = order
      #expect(permuted.simulator.run(cycleLimit: 1_000_000) == .finished)
      #expect(permuted.simulator.evaluatedEdges < ticked.simulator.evaluatedEdges)
      #expect(permuted.simulator.machine.counters == ticked.simulator.machine.counters)
      #expect(permuted.simulator.machine.vector.unit.counters == ticked.simulator.machine.vector.unit.counters)
      #expect(permuted.results == ticked.results)
    }
  }

  @Test("A parameter memory that is too small is named, with the bytes that are missing")
  func parametersDoNotFit() throws {
    let layer = try ConvolutionLayer.gemm(m: 1, k: 4, n: 2000)
    var random = SplitMix64(seed: 1)
    let requantisation = randomRequantisation(channels: 2000, random: &random)
    var spec = smallMachine(.weightStationary, rows: 4, columns: 4)
    spec.vector = vectorSpec(lanes: 4)
    #expect(
      throws: ScheduleError(
        layer: "gemm", key: "machine.vector.parameter_bytes", what: "the factors of 2000 filters", neededBytes: 16000,
        availableBytes: 8192, leastLegalBytes: 16000)
    ) { try SystolicLayerRun(try randomOperands(layer, seed: 1), requantisation: requantisation, on: spec) }
  }
}
