import Accelerators
import Compute
import Interconnect
import Mappings
import Memory
import Simulation
import Tensors
import Testing
import Workloads

@Suite("Row-stationary machine")
struct RowStationaryTests {
  /// Runs a layer and checks everything that must hold of every run.
  private func check(
    _ operands: RowStationaryOperands, _ parameters: RowStationaryMapping.Parameters, _ spec: RowStationarySpec
  ) throws {
    let layer = operands.layer
    var run = try RowStationaryLayerRun(operands, mapping: parameters, on: spec)
    let what = "\(layer) \(parameters) on \(spec.array)"
    let end = run.simulator.run(cycleLimit: 3_000_000)
    try #require(end == .finished, "\(what): \(end)")
    let golden = try run.golden()
    let ofmap = try run.ofmap()
    #expect(ofmap.elements == golden.elements, "\(what)")
    let machine = run.simulator.machine
    let counters = machine.array.counters
    #expect(counters.macs == layer.macs, "\(what)")
    #expect(counters.labels.total == spec.peCount * machine.counters.cycles, "\(what)")
    #expect(machine.counters.cycles == run.simulator.completedCycles(of: 0))
    let mapping = run.mapping
    #expect(run.glbWords.ifmap == mapping.deliveredIfmapWords, "\(what)")
    #expect(run.glbWords.filter == mapping.deliveredFilterWords, "\(what)")
    #expect(run.glbWords.psumReads + run.glbWords.psumWrites == mapping.psumWords, "\(what)")
    #expect(machine.ifmapNetwork.counters.deliveries == counters.ifmapSpadWrites, "\(what)")
    #expect(machine.filterNetwork.counters.deliveries == counters.filterSpadWrites, "\(what)")
    #expect(counters.ifmapWordsIn == counters.ifmapSpadWrites && counters.filterWordsIn == counters.filterSpadWrites)
    #expect(machine.counters.passes == mapping.passes, "\(what)")
    let link = machine.port.counters
    #expect(link.filterBytes == mapping.filterWords * mapping.resources.operandBytes, "\(what)")
    if !operands.codesIfmap {
      #expect(link.ifmapBytes == mapping.ifmapWords * mapping.resources.operandBytes, "\(what)")
    }
    if !operands.codesOfmap { #expect(link.ofmapBytes == mapping.ofmapWords * mapping.resources.psumBytes, "\(what)") }
    #expect(
      machine.memory.counters.usefulReadBytes + machine.memory.counters.usefulWrittenBytes
        == link.fmapAndFilterBytes + link.biasBytes)
  }

  @Test("One PE set, one pass")
  func smallest() throws {
    let layer = try ConvolutionLayer(
      name: "c", inputChannels: 1, inputHeight: 5, inputWidth: 5, filters: 1, filterHeight: 3, filterWidth: 3)
    try check(
      try fixedPointOperands(layer, seed: 1), .init(m: 1, n: 1, e: 3, p: 1, q: 1, r: 1, t: 1),
      rowStationaryMachine(rows: 3, columns: 3))
  }

  @Test("Random layers, mappings and machines: bit-exact, every word and PE-cycle accounted for")
  func random() throws {
    var random = SplitMix64(seed: 11)
    func draw(_ range: ClosedRange<Int>) -> Int {
      range.lowerBound + Int(random.next(below: UInt64(range.count)))
    }
    var ran = 0
    while ran < testCount("SYSTOLE_RS_CASES", 300) {
      let groups = [1, 1, 1, 2, 3][draw(0...4)]
      guard
        let layer = try? ConvolutionLayer(
          name: "random", batch: draw(1...3), inputChannels: groups * draw(1...5), inputHeight: draw(1...9),
          inputWidth: draw(1...9), filters: groups * draw(1...7), filterHeight: draw(1...3), filterWidth: draw(1...3),
          strideHeight: draw(1...3), strideWidth: draw(1...3), paddingTop: draw(0...1), paddingLeft: draw(0...1),
          paddingBottom: draw(0...1), paddingRight: draw(0...2), dilationHeight: draw(1...2),
          dilationWidth: draw(1...2), groups: groups)
      else { continue }
      let parameters = RowStationaryMapping.Parameters(
        m: draw(1...layer.filtersPerGroup), n: draw(1...layer.batch), e: draw(1...layer.outputHeight),
        p: draw(1...layer.filtersPerGroup), q: draw(1...layer.channelsPerGroup), r: draw(1...layer.channelsPerGroup),
        t: draw(1...layer.filtersPerGroup),
        segment: draw(0...2) == 0
          ? .init(rows: draw(1...layer.filterHeight), columns: draw(1...layer.filterWidth)) : nil)
      let taps = parameters.segment?.columns ?? layer.filterWidth
      let window = parameters.q * ((taps - 1) * layer.dilationWidth + 1)
      // Spads exactly as large as needed, or somewhat larger.
      let spec = rowStationaryMachine(
        rows: draw(1...8), columns: draw(1...8), ifmapSpad: window + draw(0...2),
        filterSpad: parameters.p * parameters.q * taps + draw(0...9), psumSpad: parameters.p + draw(0...1),
        banks: draw(2...6))
      var operands = try fixedPointOperands(
        layer, seed: UInt64(ran), saturates: draw(0...3) == 0, hasBias: draw(0...1) == 0)
      operands.appliesReLU = draw(0...1) == 0
      operands.codesIfmap = draw(0...1) == 0
      operands.codesOfmap = draw(0...1) == 0
      if draw(0...2) == 0 { operands = try RowStationaryOperands(randomOperands(layer, seed: UInt64(ran))) }
      let resources = spec.resources(for: operands.arithmetic)
      guard (try? RowStationaryMapping(layer, parameters, on: resources)) != nil else { continue }
      ran += 1
      try check(operands, parameters, spec)
    }
  }
}
