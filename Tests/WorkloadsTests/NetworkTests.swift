import Foundation
import Tensors
import Testing

@testable import Workloads

/// LeNet-5, ResNet-8 and the keyword spotter, trained, against the runtimes they were exported for.
@Suite struct NetworkTests {
  /// One layer of a LiteRT golden directory.
  struct GoldenLayer: Codable, Sendable {
    var op: String
    var file: String
    var shape: [Int]
    var scale: Float
    var zero_point: Int
  }

  struct Model: Sendable, CustomTestStringConvertible {
    var file: String
    var layers: String
    var input: String
    var testDescription: String { layers }
  }

  static let models = [
    Model(
      file: "mlperf-tiny/pretrainedResnet_quant.onnx", layers: "mlperf-tiny/golden/ic.chelsea32.layers",
      input: "mlperf-tiny/golden/ic.chelsea32.input.npy"),
    Model(
      file: "mlperf-tiny/kws_ref_model.onnx", layers: "mlperf-tiny/golden/kws.yes.layers",
      input: "mlperf-tiny/golden/kws.yes.input.npy"),
  ]

  @Test(arguments: models) func everyLayerEqualsLiteRT(model: Model) throws {
    let network = try Network(path: Fixture.path(model.file), options: .litert)
    let manifest = try Data(contentsOf: URL(fileURLWithPath: Fixture.path("\(model.layers)/manifest.json")))
    let goldens = try JSONDecoder().decode([GoldenLayer].self, from: manifest)
    let executor = GoldenNetwork(network)
    // Layer by layer from golden inputs: what LiteRT computed goes in, so that one difference cannot hide another.
    var known: [Int: AnyTensor] = [:]
    let input = network.inputs[0]
    known[input] = try Fixture.npy(model.input).reshaped(network.activations[input].shape)
    var unused = goldens
    for (index, layer) in network.layers.enumerated() {
      let output = network.activations[layer.output]
      let result = try executor.run(layer: index, inputs: layer.inputs.compactMap { known[$0] }).output
      // LiteRT orders the branches of a residual block differently: layers are told apart by what they are and yield.
      guard let match = unused.firstIndex(where: { isGolden(layer, output, $0) }) else {
        known[layer.output] = result
        continue
      }
      let golden = unused.remove(at: match)
      let expected = try nchw(Fixture.int8("\(model.layers)/\(golden.file)"), output.shape)
      if golden.op == "SOFTMAX" {
        #expect(largestDifference(result, expected) <= 1, "\(golden.file)")
      } else {
        #expect(result == .int8(expected), "\(golden.file): \(layer.name)")
      }
      known[layer.output] = .int8(expected)
    }
    #expect(unused.isEmpty)
  }

  private func isGolden(_ layer: Network.Layer, _ output: Network.Activation, _ golden: GoldenLayer) -> Bool {
    guard let quantisation = output.quantisation, quantisation.scales[0] == golden.scale,
      Int(quantisation.zeroPoints[0]) == golden.zero_point
    else { return false }
    return switch layer.operation {
    case .convolution(let operation):
      golden.op
        == (operation.layer.isFullyConnected
          ? "FULLY_CONNECTED" : operation.layer.isDepthwise ? "DEPTHWISE_CONV_2D" : "CONV_2D")
    case .addition: golden.op == "ADD"
    case .pooling: golden.op == "AVERAGE_POOL_2D"
    case .reshape: golden.op == "RESHAPE"
    case .golden: golden.op == "SOFTMAX"
    default: false
    }
  }

  /// LiteRT keeps activations NHWC, ONNX NCHW.
  private func nchw(_ tensor: Tensor<Int8>, _ shape: Shape) -> Tensor<Int8> {
    guard tensor.shape.rank == 4 else { return tensor.reshaped(shape) }
    let (c, h, w) = (shape[1], shape[2], shape[3])
    return Tensor(
      shape,
      (0..<shape.count).map { index in
        tensor.elements[(index / (c * h * w) * h * w + index % (h * w)) * c + index / (h * w) % c]
      })
  }

  private func largestDifference(_ one: AnyTensor, _ other: Tensor<Int8>) -> Int {
    zip(one.integers ?? [], other.elements).map { abs($0 - Int($1)) }.max() ?? .max
  }
}
