import Foundation
import Tensors
import Workloads

/// The real networks and tensors that the tests of `Workloads` keep.
enum NetworkFixture {
  static func path(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("WorkloadsTests/Fixtures/\(name)").path
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  static func tensor(_ name: String) throws -> AnyTensor { try NumpyFile.read(try bytes(name), file: name) }

  /// The first digits of MNIST's test set, as the networks take them: value / 255, 1 x 1 x 28 x 28 each.
  static func digits(_ count: Int) throws -> [[String: AnyTensor]] {
    let bytes = try bytes("mnist/t10k-first100-images.idx3-ubyte")
    return (0..<count).map { image in
      let pixels = bytes[(16 + image * 784)..<(16 + (image + 1) * 784)]
      return ["input_0": .float32(Tensor([1, 1, 28, 28], pixels.map { Float($0) / 255 }))]
    }
  }

  static func labels() throws -> [Int] {
    try bytes("mnist/t10k-first100-labels.idx1-ubyte").dropFirst(8).map(Int.init)
  }

  static func lenet5(_ options: Network.Options = .onnxruntime) throws -> Network {
    try Network(path: path("mnist/lenet5_int8_qdq.onnx"), options: options)
  }
}

/// A network of MLPerf Tiny with the tensors that LiteRT computed for one input.
struct LiteRTNetwork: Sendable, CustomStringConvertible {
  let description: String
  let file: String
  let layers: String
  let input: String

  static let all = [
    LiteRTNetwork(
      description: "ResNet-8", file: "mlperf-tiny/pretrainedResnet_quant.onnx",
      layers: "mlperf-tiny/golden/ic.chelsea32.layers", input: "mlperf-tiny/golden/ic.chelsea32.input.npy"),
    LiteRTNetwork(
      description: "DS-CNN keyword spotter", file: "mlperf-tiny/kws_ref_model.onnx",
      layers: "mlperf-tiny/golden/kws.yes.layers", input: "mlperf-tiny/golden/kws.yes.input.npy"),
  ]

  func network() throws -> Network { try Network(path: NetworkFixture.path(file), options: .litert) }

  func inputs(_ network: Network) throws -> [String: AnyTensor] {
    let activation = network.activations[network.inputs[0]]
    let tensor = try NetworkFixture.tensor(input)
    return [
      activation.name: AnyTensor(activation.elementType, activation.shape, littleEndianBytes: tensor.littleEndianBytes)
    ]
  }

  private struct Entry: Codable {
    var op: String
    var file: String
    var scale: Float
    var zero_point: Int
  }

  /// LiteRT's tensor of every activation that it has, told by what makes it and by its quantisation.
  func activations(_ network: Network) throws -> [Int: AnyTensor] {
    var unused = try JSONDecoder().decode([Entry].self, from: Data(try NetworkFixture.bytes("\(layers)/manifest.json")))
    var known: [Int: AnyTensor] = [:]
    for layer in network.layers {
      let output = network.activations[layer.output]
      guard let match = unused.firstIndex(where: { matches(layer, output, $0) }) else { continue }
      known[layer.output] = nchw(try NetworkFixture.tensor("\(layers)/\(unused.remove(at: match).file)"), output.shape)
    }
    guard unused.isEmpty else { throw Unmatched(files: unused.map(\.file)) }
    return known
  }

  struct Unmatched: Error { var files: [String] }

  private func matches(_ layer: Network.Layer, _ output: Network.Activation, _ entry: Entry) -> Bool {
    guard let quantisation = output.quantisation, quantisation.scales[0] == entry.scale,
      Int(quantisation.zeroPoints[0]) == entry.zero_point
    else { return false }
    return switch layer.operation {
    case .convolution(let operation):
      entry.op
        == (operation.layer.isFullyConnected
          ? "FULLY_CONNECTED" : operation.layer.isDepthwise ? "DEPTHWISE_CONV_2D" : "CONV_2D")
    case .addition: entry.op == "ADD"
    case .pooling: entry.op == "AVERAGE_POOL_2D"
    case .reshape: entry.op == "RESHAPE"
    case .golden: entry.op == "SOFTMAX"
    default: false
    }
  }

  /// LiteRT keeps activations NHWC, ONNX NCHW.
  private func nchw(_ tensor: AnyTensor, _ shape: Shape) -> AnyTensor {
    let bytes = tensor.littleEndianBytes
    guard tensor.shape.rank == 4 else { return AnyTensor(.int8, shape, littleEndianBytes: bytes) }
    let (channels, plane) = (shape[1], shape[2] * shape[3])
    return AnyTensor(
      .int8, shape,
      littleEndianBytes: (0..<shape.count).map { index in
        bytes[(index / (channels * plane) * plane + index % plane) * channels + index / plane % channels]
      })
  }
}
