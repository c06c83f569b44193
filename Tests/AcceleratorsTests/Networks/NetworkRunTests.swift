import Accelerators
import Compute
import Mappings
import Memory
import Signals
import Simulation
import Tensors
import Testing
import Workloads

@Suite("Whole networks in modelled hardware, bit-exact layer by layer")
struct NetworkRunTests {
  private static let workers = 2

  @Test("LeNet-5 on real digits: every layer, every output, every digit", arguments: Dataflow.allCases)
  func lenet5(dataflow: Dataflow) async throws {
    let network = try NetworkFixture.lenet5()
    let run = try SystolicNetworkRun(network, on: networkMachine(dataflow))
    // 100 digits where the array is at its best; a few show the other two dataflows.
    let count = dataflow == .weightStationary ? 100 : 20
    let results = try await run.run(each: try NetworkFixture.digits(count), workers: Self.workers)
    let labels = try NetworkFixture.labels()
    for (image, result) in results.enumerated() {
      for layer in result.layers { #expect(layer.difference == nil, "digit \(image), \(layer.name)") }
      let scores = result.outputs[0].littleEndianBytes
      #expect(result.outputs[0].shape == [1, 10])
      #expect(result.layers.reduce(0) { $0 + $1.cycles } == result.cycles)
      #expect(predictedClass(result.outputs[0]) == labels[image], "digit \(image): \(scores)")
      let macs = result.layers.reduce(0) { $0 + $1.counter("array", "macs") }
      #expect(macs == network.macs)
      // The same machine, the same work: only zeros differ from digit to digit.
      #expect(result.cycles == results[0].cycles)
    }
    #expect(
      run.program.goldenLayers.map(\.reason) == [
        "no hardware for QuantizeLinear", "no hardware for Softmax", "no hardware for DequantizeLinear",
      ])
  }

  private func predictedClass(_ scores: AnyTensor) -> Int? {
    guard case .float32(let tensor) = scores else { return nil }
    return tensor.elements.indices.max { tensor.elements[$0] < tensor.elements[$1] }
  }

  @Test(
    "ResNet-8 and the keyword spotter: bit-exact in a row, and from LiteRT's inputs equal to LiteRT's tensors",
    arguments: LiteRTNetwork.all, Dataflow.allCases)
  func mlperfTiny(model: LiteRTNetwork, dataflow: Dataflow) async throws {
    let network = try model.network()
    let run = try SystolicNetworkRun(network, on: networkMachine(dataflow))
    let inputs = try model.inputs(network)
    let result = try run.run(inputs)
    for layer in result.layers { #expect(layer.difference == nil, "\(layer.name)") }
    #expect(result.layers.reduce(0) { $0 + $1.counter("array", "macs") } == network.macs)
    var known = try model.activations(network)
    var compared = 0
    for input in network.inputs { known[input] = inputs[network.activations[input].name] }
    for (index, layer) in network.layers.enumerated() {
      let alone = try run.run(layer: index, inputs: layer.inputs.compactMap { known[$0] })
      #expect(alone.difference == nil, "\(layer.name)")
      if let litert = known[layer.output] {
        compared += 1
        // Softmax is not hardware's: LiteRT's table differs from the golden model's by one step at most.
        if case .golden = layer.operation { continue }
        #expect(alone.output == litert, "\(layer.name)")
      } else {
        known[layer.output] = alone.output
      }
    }
    #expect(compared == (model.description == "ResNet-8" ? 16 : 13))
  }

  @Test("Images and layers side by side: results as one after the other")
  func sideBySide() async throws {
    let run = try SystolicNetworkRun(try NetworkFixture.lenet5(), on: networkMachine(.weightStationary))
    let digits = try NetworkFixture.digits(4)
    let sequential = try await run.run(each: digits, workers: 1)
    #expect(try await run.run(each: digits, workers: 3) == sequential)
    #expect(try digits.map { try run.run($0) } == sequential)
    let layers = try await run.runLayers(digits[0], workers: 1)
    #expect(try await run.runLayers(digits[0], workers: 2) == layers)
    #expect(layers.map(\.output) == sequential[0].layers.map(\.output))
  }

  @Test("Counters of layers sum to the machine's")
  func counters() throws {
    let run = try SystolicNetworkRun(try NetworkFixture.lenet5(), on: networkMachine(.outputStationary))
    let result = try run.run(try NetworkFixture.digits(1)[0])
    func sum(_ name: String) -> Int { result.counters.first { $0.name == name }?.value ?? 0 }
    #expect(sum("cycles") == result.cycles)
    let labels = PECycleLabel.allCases.reduce(0) { $0 + sum("\($1)_pe_cycles") }
    #expect(labels == result.cycles * run.spec.peCount)
    // Every activation is stored once: conv1 4704, pool 1176, conv2 1600, pool 400, then 120, 84 and 10 bytes.
    #expect(sum("results") == 4704 + 1176 + 1600 + 400 + 120 + 84 + 10)
    #expect(sum("stored_bytes") == sum("results"))
  }

  @Test("A batch in one run: as each image alone")
  func batch() throws {
    let network = try Network(path: NetworkFixture.path("mlperf-tiny/kws_ref_model.onnx"), batch: 2, options: .litert)
    let single = try LiteRTNetwork.all[1].network()
    let inputs = try LiteRTNetwork.all[1].inputs(single)
    let input = network.activations[network.inputs[0]]
    let silence = try NetworkFixture.tensor("mlperf-tiny/golden/kws.silence.input.npy").littleEndianBytes
    let yes = inputs[input.name]!.littleEndianBytes
    let run = try SystolicNetworkRun(network, on: networkMachine(.weightStationary))
    let result = try run.run([input.name: AnyTensor(input.elementType, input.shape, littleEndianBytes: yes + silence)])
    #expect(result.isExact)
    let alone = try SystolicNetworkRun(single, on: networkMachine(.weightStationary)).run(inputs)
    #expect(Array(result.outputs[0].littleEndianBytes.prefix(12)) == alone.outputs[0].littleEndianBytes)
    #expect(result.cycles < 2 * alone.cycles)
  }

  @Test("A memory that is too small, and a limit that is too low, are named")
  func limits() throws {
    var spec = networkMachine(.weightStationary)
    spec.memory.ideal?.capacityBytes = 1 << 14
    #expect(throws: PlacementError.self) { try SystolicNetworkRun(try NetworkFixture.lenet5(), on: spec) }
    let run = try SystolicNetworkRun(try NetworkFixture.lenet5(), on: networkMachine(.weightStationary))
    let digit = try NetworkFixture.digits(1)[0]
    #expect(throws: NetworkRunError.self) { try run.run(digit, cycleLimit: 500) }
    #expect(throws: NetworkError.self) { try run.run([:]) }
  }
}

/// The 16 x 16 machine of the examples.
func networkMachine(_ dataflow: Dataflow) -> SystolicSpec {
  var spec = smallMachine(
    dataflow, rows: 16, columns: 16, spadBytes: 1 << 17, accumulatorBytes: 1 << 18, banks: 16, bytesPerCycle: 16,
    memoryLatency: 20)
  spec.biasBytes = 1 << 14
  return spec
}
