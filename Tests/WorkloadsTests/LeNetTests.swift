import Tensors
import Testing

@testable import Workloads

/// LeNet-5, float and int8, on 100 real digits against onnxruntime.
@Suite struct LeNetTests {
  /// Pixels of the first digits as the network takes them: value / 255, 1x1x28x28 each.
  private static func digits() throws -> [AnyTensor] {
    let bytes = try Fixture.bytes("mnist/t10k-first100-images.idx3-ubyte").dropFirst(16)
    return (0..<100).map { image in
      let pixels = bytes[(16 + image * 784)..<(16 + (image + 1) * 784)]
      return .float32(Tensor([1, 1, 28, 28], pixels.map { Float($0) / 255 }))
    }
  }

  private static func labels() throws -> [Int] {
    try Fixture.bytes("mnist/t10k-first100-labels.idx1-ubyte").dropFirst(8).map(Int.init)
  }

  private func prediction(_ scores: ArraySlice<Float>) -> Int {
    scores.indices.max { scores[$0] < scores[$1] }.map { $0 - scores.startIndex } ?? -1
  }

  @Test func floatOutputsAreOnnxruntimes() throws {
    let executor = GoldenNetwork(try Network(path: Fixture.path("mnist/lenet5_f32.onnx")))
    let expected = try Fixture.float("mnist/golden/lenet5_f32_out100.npy")
    for (image, digit) in try Self.digits().enumerated() {
      let scores = try #require(try executor.run(["input_0": digit]).outputs.first?.floats)
      for (index, score) in scores.enumerated() {
        #expect(abs(score - expected.elements[image * 10 + index]) <= 1e-5)
      }
    }
  }

  @Test func int8OutputsAreOnnxruntimes() throws {
    let network = try Network(path: Fixture.path("mnist/lenet5_int8_qdq.onnx"), options: .onnxruntime)
    let executor = GoldenNetwork(network)
    let expected = try Fixture.float("mnist/golden/lenet5_int8_qdq_out100.npy")
    let labels = try Self.labels()
    var (correct, expectedCorrect) = (0, 0)
    for (image, digit) in try Self.digits().enumerated() {
      let scores = try #require(try executor.run(["input_0": digit]).outputs.first?.floats)
      let golden = expected.elements[image * 10..<(image + 1) * 10]
      correct += prediction(scores[...]) == labels[image] ? 1 : 0
      expectedCorrect += prediction(golden) == labels[image] ? 1 : 0
      #expect(scores == Array(golden))
    }
    #expect(correct == expectedCorrect)
  }

  @Test func everySchemeKeepsTheAccuracy() throws {
    let labels = try Self.labels()
    for options in [Network.Options(), .litert, .onnxruntime] {
      let executor = GoldenNetwork(try Network(path: Fixture.path("mnist/lenet5_int8_qdq.onnx"), options: options))
      var correct = 0
      for (image, digit) in try Self.digits().enumerated() {
        let scores = try #require(try executor.run(["input_0": digit]).outputs.first?.floats)
        correct += prediction(scores[...]) == labels[image] ? 1 : 0
      }
      print("LeNet-5 int8, \(options.scheme), fully connected \(options.fullyConnectedScheme): \(correct) of 100")
      #expect(correct == 100)
    }
  }

  /// Each node's tensor on the first digit, as onnxruntime computed it node by node.
  @Test(arguments: ["f32", "int8_qdq"]) func everyNodeOfTheGraph(model: String) throws {
    let graph = try Graph(path: Fixture.path("mnist/lenet5_\(model).onnx"))
    let folder = "mnist/golden/lenet5_\(model)_image0_layers"
    let values = try GoldenGraph(graph).run(["input_0": try Fixture.npy("\(folder)/input.npy")])
    let manifest = try Fixture.text("\(folder)/manifest.json")
    let entries = manifest.matches(of: /"file": "([^"]*)",\s*"op": "[^"]*",\s*"tensor": "([^"]*)"/)
    #expect(entries.count == (model == "f32" ? 13 : 19))
    for entry in entries {
      let expected = try Fixture.npy("\(folder)/\(entry.1)")
      let actual = try #require(values[String(entry.2)])
      #expect(actual.shape == expected.shape)
      if let expectedFloats = expected.floats, let actualFloats = actual.floats {
        let worst = zip(actualFloats, expectedFloats).map { abs($0 - $1) / max(1, abs($1)) }.max() ?? 0
        #expect(worst <= 1e-4, "\(entry.1): off by \(worst)")
      } else {
        #expect(actual == expected, "\(entry.1)")
      }
    }
  }

  /// The psums that an array has to make, from the fixture's own tensors and from the network's.
  @Test func psumsOfEveryLayer() throws {
    let network = try Network(path: Fixture.path("mnist/lenet5_int8_qdq.onnx"), options: .onnxruntime)
    let executor = GoldenNetwork(network)
    var names = ["conv1", "conv2", "fc1", "fc2", "fc3"][...]
    for (index, layer) in network.layers.enumerated() {
      guard case .convolution(let operation) = layer.operation else { continue }
      let name = names.removeFirst()
      let ifmap = try Fixture.npy("mnist/layers/\(name).ifmap.npy")
      #expect(operation.filter.integers == (try Fixture.npy("mnist/layers/\(name).filter.npy").integers))
      #expect(operation.bias == (try Fixture.int32("mnist/layers/\(name).bias.npy").elements))
      let shape = network.activations[layer.inputs[0]].shape
      let result = try executor.run(layer: index, inputs: [ifmap.reshaped(shape)])
      #expect(result.psums?.elements == (try Fixture.int32("mnist/layers/\(name).psum.npy").elements))
      #expect(result.output.integers == (try Fixture.npy("mnist/layers/\(name).ofmap.npy").integers))
    }
    #expect(names.isEmpty)
  }
}
