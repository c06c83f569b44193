import Accelerators
import Mappings
import Memory
import Simulation
import Tensors
import TestSupport
import Testing
import Workloads

/// AlexNet's conv2 on 32 x 32 PEs: the code that runs it is the code of the 2 x 2 example.
@Suite("AlexNet conv2 on 32 x 32: random windows recomputed from the tensors, and identical in every signal")
struct LargeArrayTests {
  static let layer = try! ConvolutionLayer(
    name: "conv2", inputChannels: 96, inputHeight: 27, inputWidth: 27, filters: 256, filterHeight: 5, filterWidth: 5,
    paddingTop: 2, paddingLeft: 2, paddingBottom: 2, paddingRight: 2, groups: 2)

  static func operands() throws -> LayerOperands {
    var random = RandomTensors(seed: 2)
    return try LayerOperands(
      layer, ifmap: OperandTensor(random.int8(layer.ifmapShape, zeroFraction: 0.4, zeroPoint: -7), zeroPoint: -7),
      filter: OperandTensor(random.int8(layer.filterShape, zeroFraction: 0.1)))
  }

  static func run(_ dataflow: Dataflow, isDoubleBuffered: Bool) throws -> SystolicLayerRun {
    try SystolicLayerRun(
      operands(),
      on: smallMachine(
        dataflow, rows: 32, columns: 32, isDoubleBuffered: isDoubleBuffered, spadBytes: 1 << 18,
        accumulatorBytes: 1 << 19, banks: 32, memoryLatency: 20))
  }

  @Test("Operands and psums of random PEs in random cycles", arguments: Dataflow.allCases, [false, true])
  func windows(dataflow: Dataflow, isDoubleBuffered: Bool) throws {
    var simulator = try Self.run(dataflow, isDoubleBuffered: isDoubleBuffered).simulator
    var random = SplitMix64(seed: dataflow == .inputStationary ? 5 : 6)
    var recomputation = Recomputation(layer: Self.layer, operands: try Self.operands(), dataflow: dataflow)
    var start = 0
    for _ in 0..<6 {
      start += 500 + Int(random.next(below: 25_000))
      #expect(simulator.run(cycleLimit: start) == .cycleLimit(start))
      let places = (0..<6).map { _ in (Int(random.next(below: 32)), Int(random.next(below: 32))) }
      let patterns = places.map { "array.\(Recomputation.scope($0.0, $0.1))" }
      var watcher = SignalWatcher(simulator.machine, patterns) { now in
        for (row, column) in places { recomputation.check(now, row, column) }
      }
      #expect(try simulator.run(cycleLimit: start + 150, observing: &watcher) == .cycleLimit(start + 150))
    }
    #expect(recomputation.operands > 2000 && recomputation.psums > 1500, "\(recomputation)")
    #expect(recomputation.differences.isEmpty, "\(recomputation.differences.prefix(4))")
  }

  @Test("Steps permuted, idle skipping on and off, two runs: every signal of a window, and the whole result")
  func identical() throws {
    let reference = try Self.run(.weightStationary, isDoubleBuffered: false)
    let steps = SystolicMachine.Step.allCases
    let changes: [(inout Simulator<SystolicMachine>) -> Void] = [
      { _ in }, { _ in }, { $0.skipsIdleCycles = false }, { $0.stepOrder = steps.reversed() },
      { $0.stepOrder = Array(steps[2...] + steps[..<2]) },
    ]
    var digests: Set<UInt64> = []
    var counters: [SystolicCounters] = []
    for change in changes {
      var simulator = reference.simulator
      change(&simulator)
      #expect(simulator.run(cycleLimit: 70_000) == .cycleLimit(70_000))
      var digest = SignalDigest(simulator.machine)
      #expect(try simulator.run(cycleLimit: 70_100, observing: &digest) == .cycleLimit(70_100))
      #expect(digest.changes > 100_000)
      digests.insert(digest.digest)
      #expect(simulator.run() == .finished)
      counters.append(simulator.machine.counters)
    }
    #expect(digests.count == 1)
    #expect(counters.allSatisfy { $0 == counters[0] } && counters[0].macs == Self.layer.macs)
  }
}

/// Recomputes registers from the tensors: where each stands is named by its provenance, what it holds follows from the layer.
private struct Recomputation {
  let layer: ConvolutionLayer
  let ifmap: [Int16]
  let filter: [Int16]
  let dataflow: Dataflow
  var operands = 0
  var psums = 0
  var differences: [String] = []

  init(layer: ConvolutionLayer, operands: LayerOperands, dataflow: Dataflow) {
    self.layer = layer
    ifmap = operands.ifmap.operands.elements
    filter = operands.filter.operands.elements
    self.dataflow = dataflow
  }

  static func scope(_ row: Int, _ column: Int) -> String {
    func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "pe_r\(padded(row))_c\(padded(column))"
  }

  /// `n=0 c=2 h=5 w=7` as numbers, in this order; nil if nothing is named.
  private func indices(_ text: String) -> [Int]? {
    text.contains("=") ? text.split(separator: " ").map { Int($0.drop { $0 != "=" }.dropFirst())! } : nil
  }

  private func ifmapValue(_ channel: Int, _ h: Int, _ w: Int) -> Int {
    guard (0..<layer.inputHeight).contains(h), (0..<layer.inputWidth).contains(w) else { return 0 }
    return Int(ifmap[(channel * layer.inputHeight + h) * layer.inputWidth + w])
  }

  private func filterValue(_ m: Int, _ product: Int) -> Int { Int(filter[m * layer.reductionLength + product]) }

  /// Product `k` of output (m, p, q): channels, then filter rows, then filter columns.
  private func product(_ k: Int, m: Int, p: Int, q: Int) -> Int {
    let (s, r) = (k % layer.filterWidth, k / layer.filterWidth % layer.filterHeight)
    let channel = m / layer.filtersPerGroup * layer.channelsPerGroup + k / (layer.filterWidth * layer.filterHeight)
    let value = ifmapValue(
      channel, p * layer.strideHeight - layer.paddingTop + r, q * layer.strideWidth - layer.paddingLeft + s)
    return value * filterValue(m, k)
  }

  mutating func check(_ now: borrowing SignalWatcher, _ row: Int, _ column: Int) {
    let pe = "array.\(Self.scope(row, column))"
    if let element = indices(now.text("\(pe).ifmap_element")) {
      operands += 1
      expect(pe, "ifmap", Int(now.operand("\(pe).ifmap")), ifmapValue(element[1], element[2], element[3]))
    } else if now.text("\(pe).ifmap_element") == "padding" {
      expect(pe, "ifmap", Int(now.operand("\(pe).ifmap")), 0)
    }
    guard let weight = indices(now.text("\(pe).filter_element")) else { return }
    let last = (weight[1] * layer.filterHeight + weight[2]) * layer.filterWidth + weight[3]
    operands += 1
    expect(pe, "filter", Int(now.operand("\(pe).filter")), filterValue(weight[0], last))
    guard let output = indices(now.text("\(pe).psum_element")) else { return }
    // WS and IS: the products of this row and of those above, the first of which has the fold's first product. OS: all so far.
    let first = dataflow == .outputStationary ? 0 : last - row
    // While a finished psum drains on OS, the operands of the PE belong to the next fold.
    guard now.bits("\(pe).ifmap_valid") == 1, dataflow != .outputStationary || weight[0] == output[1] else { return }
    psums += 1
    let sum = (first...last).reduce(0) { $0 + product($1, m: output[1], p: output[2], q: output[3]) }
    expect(pe, "psum", Int(Int32(truncatingIfNeeded: now.bits("\(pe).psum"))), sum)
  }

  private mutating func expect(_ pe: String, _ register: String, _ value: Int, _ recomputed: Int) {
    if value != recomputed { differences.append("\(pe).\(register) is \(value), recomputed \(recomputed)") }
  }
}
