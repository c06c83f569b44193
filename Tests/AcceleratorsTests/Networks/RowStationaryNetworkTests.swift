import Accelerators
import Compute
import Mappings
import Memory
import Signals
import Simulation
import Tensors
import Testing
import Workloads

@Suite("Whole networks on the row-stationary machine, bit-exact layer by layer")
struct RowStationaryNetworkTests {
  @Test("LeNet-5 on ten real digits: every layer, every output, every digit; what is counted is what moved")
  func lenet5() async throws {
    let network = try NetworkFixture.lenet5()
    let run = try RowStationaryNetworkRun(network, on: .eyeriss)
    let results = try await run.run(each: try NetworkFixture.digits(10), workers: 2)
    let labels = try NetworkFixture.labels()
    for (image, result) in results.enumerated() {
      for layer in result.layers { #expect(layer.difference == nil, "digit \(image), \(layer.name)") }
      guard case .float32(let scores) = result.outputs[0] else {
        Issue.record("\(result.outputs[0].elementType) scores")
        return
      }
      #expect(scores.elements.indices.max { scores.elements[$0] < scores.elements[$1] } == labels[image])
      expectConservation(result, network, PEs: 168)
    }
    // conv1 4704, pool 1176, conv2 1600, pool 400, then 120, 84 and 10 bytes: each activation is stored once.
    #expect(sum(results[0], "link", "result_bytes") == 4704 + 1176 + 1600 + 400 + 120 + 84 + 10)
    #expect(sum(results[0], "vector_unit", "results") == sum(results[0], "link", "result_bytes"))
    #expect(sum(results[0], "link", "ofmap_bytes") == 0, "no psum leaves the chip unrequantised")
    // Pooling reads what the convolutions stored; factors are 8 bytes a filter.
    let factors = 8 * (6 + 16 + 120 + 84 + 10)
    #expect(sum(results[0], "link", "operand_bytes") == 4704 + 1600 + factors)
    #expect(sum(results[0], "link", "bias_bytes") == 4 * (6 + 16 + 120 + 84 + 10))
  }

  @Test(
    "ResNet-8 and the keyword spotter: bit-exact in a row, and from LiteRT's inputs equal to LiteRT's tensors",
    arguments: LiteRTNetwork.all)
  func mlperfTiny(model: LiteRTNetwork) throws {
    let network = try model.network()
    let run = try RowStationaryNetworkRun(network, on: .eyeriss)
    let inputs = try model.inputs(network)
    let result = try run.run(inputs)
    for layer in result.layers { #expect(layer.difference == nil, "\(layer.name)") }
    expectConservation(result, network, PEs: 168)
    var known = try model.activations(network)
    for input in network.inputs { known[input] = inputs[network.activations[input].name] }
    for (index, layer) in network.layers.enumerated() {
      let alone = try run.run(layer: index, inputs: layer.inputs.compactMap { known[$0] })
      #expect(alone.difference == nil, "\(layer.name)")
      // Softmax is not hardware's: LiteRT's table differs from the golden model's by one step at most.
      if let litert = known[layer.output], run.program.executions[index].place != "golden model" {
        #expect(alone.output == litert, "\(layer.name)")
      } else {
        known[layer.output] = alone.output
      }
    }
  }

  @Test("LeNet-5 on an array lower than its filters, with spads narrower: every filter is cut, every layer is exact")
  func cutFilters() throws {
    let network = try NetworkFixture.lenet5()
    var spec = rowStationaryMachine(rows: 4, columns: 5, ifmapSpad: 3, filterSpad: 20, psumSpad: 6)
    spec.array.ifmapFIFODepth = 1
    let run = try RowStationaryNetworkRun(network, on: spec)
    #expect(run.program.arrayLayers.map { $0.schedule.mapping.segmentCount } == [4, 6, 1, 1, 1])
    let result = try run.run(try NetworkFixture.digits(1)[0])
    for layer in result.layers { #expect(layer.difference == nil, "\(layer.name)") }
    expectConservation(result, network, PEs: 20)
  }

  @Test("A wider way between GLB and vector unit: no other bit, and no cycle more than psums, bytes and link need")
  func linesPerCycle() throws {
    let network = try NetworkFixture.lenet5()
    for lines in [1, 2, 4, 8] {
      var spec = RowStationarySpec.eyeriss
      spec.glb.linesPerCycle = lines
      let run = try RowStationaryNetworkRun(network, on: spec)
      let result = try run.run(try NetworkFixture.digits(1)[0])
      #expect(result.isExact, "\(lines) lines a cycle")
      let conv1 = result.layers[1]
      let (load, dump) = (conv1.counter("control", "load_cycles"), conv1.counter("control", "dump_cycles"))
      // conv1: 6 x 28 x 28 psums leave; the link takes 2.4 bytes a cycle, the last 16 words wait in its FIFO. All 32 x 32
      // places of its ifmap lie in one bank, which takes a line a cycle.
      let leastDump = max(4704 / lines, (4704 - 16 * 8) * 10 / 24)
      #expect(dump >= leastDump && dump < leastDump + 40, "\(lines) lines a cycle: \(dump)")
      #expect(load >= 1024 && load < 1034, "\(lines) lines a cycle: \(load)")
    }
  }

  @Test("Idle skipping and the order of steps change no bit and no counter of a network's layers")
  func determinism() throws {
    let network = try LiteRTNetwork.all[1].network()
    let run = try RowStationaryNetworkRun(network, on: .eyeriss)
    let commands = run.program.executions.flatMap { execution -> [NetworkProgram<RowStationaryProgram>.Command] in
      if case .machine(let commands) = execution { commands } else { [] }
    }
    // A convolution, a depthwise one and the pooling; the host's bytes are whatever the memory holds.
    let chosen = [commands[1], commands[9], commands[10]]
    func outcome(_ change: (inout Simulator<RowStationaryMachine>) -> Void) -> ([CounterValue], PagedMemory) {
      var simulator = Simulator(run.machine)
      simulator.machine.memoryContents.place(
        (0..<run.program.memoryBytes / 2).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 5) }, at: 0)
      for constant in run.program.constants {
        simulator.machine.memoryContents.place(constant.bytes, at: constant.address)
      }
      change(&simulator)
      for command in chosen {
        switch command {
        case .array(let layer): simulator.machine.begin(layer)
        case .vector(let layer): simulator.machine.begin(layer)
        }
        #expect(simulator.run(cycleLimit: 1_000_000) == .finished)
      }
      return (simulator.machine.allCounters, simulator.machine.memoryContents)
    }
    let reference = outcome { _ in }
    func expectSame(_ other: ([CounterValue], PagedMemory)) {
      let different = zip(other.0, reference.0).filter { $0 != $1 }
      #expect(different.map { "\($0.scope).\($0.name) \($0.value), not \($1.value)" } == [])
      #expect(other.1 == reference.1)
    }
    expectSame(outcome { $0.skipsIdleCycles = false })
    var random = SplitMix64(seed: 11)
    for _ in 0..<3 {
      expectSame(
        outcome { simulator in
          for place in simulator.stepOrder.indices.dropFirst() {
            simulator.stepOrder.swapAt(place, Int(random.next(below: UInt64(place + 1))))
          }
        })
    }
  }

  @Test("A batch in one run, and a machine that is too small in one place")
  func batchAndLimits() throws {
    let network = try Network(path: NetworkFixture.path("mlperf-tiny/kws_ref_model.onnx"), batch: 2, options: .litert)
    let inputs = try LiteRTNetwork.all[1].inputs(try LiteRTNetwork.all[1].network())
    let input = network.activations[network.inputs[0]]
    let yes = inputs[input.name]?.littleEndianBytes ?? []
    let silence = try NetworkFixture.tensor("mlperf-tiny/golden/kws.silence.input.npy").littleEndianBytes
    let run = try RowStationaryNetworkRun(network, on: .eyeriss)
    let result = try run.run([input.name: AnyTensor(input.elementType, input.shape, littleEndianBytes: yes + silence)])
    #expect(result.isExact)

    func message(_ change: (inout RowStationarySpec) -> Void) -> String {
      var spec = RowStationarySpec.eyeriss
      change(&spec)
      do {
        _ = try RowStationaryNetworkRun(network, on: spec)
        return "legal"
      } catch { return "\(error)" }
    }
    let small = message { $0.memory.ideal?.capacityBytes = 1 << 14 }
    #expect(small.contains("gives 16384"), "\(small)")
    #expect(message { $0.biasWords = 63 }.contains("64 biases, the output stage holds 63: 1 too many"))
    #expect(message { $0.vector.unit.parameterBytes = 504 }.contains("machine.vector.parameter_bytes"))
    #expect(message { $0.vector.unit.lanes = 65 }.contains("vector lanes is 65; legal are 1 to 64; nearest legal: 64"))
  }

  /// MACs done once, PE-cycles labelled once, every cycle in one phase, every byte stored that a layer makes.
  private func expectConservation(_ result: NetworkResult, _ network: Network, PEs: Int) {
    #expect(result.layers.reduce(0) { $0 + $1.cycles } == result.cycles)
    #expect(sum(result, "array", "macs") == network.macs)
    let labels = PECycleLabel.allCases.reduce(0) { $0 + sum(result, "array", "\($1)_pe_cycles") }
    #expect(labels == result.cycles * PEs)
    #expect(sum(result, "control", "cycles") == result.cycles)
    #expect(sum(result, "memory", "useful_written_bytes") == sum(result, "link", "result_bytes"))
  }

  private func sum(_ result: NetworkResult, _ scope: String, _ name: String) -> Int {
    result.layers.reduce(0) { $0 + $1.counter(scope, name) }
  }
}
