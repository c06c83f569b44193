import Tensors
import Testing

@testable import Workloads

/// AlexNet and SqueezeNet 1.1: shapes, MACs and parameters of every layer, worked out by hand from the papers.
@Suite struct TopologyTests {
  struct Row: Equatable, Sendable {
    var ofmap: Shape
    var macs: Int
    var parameters: Int
  }

  private func rows(_ file: String) throws -> (Network, [Row]) {
    let network = try Network(path: Fixture.path(file))
    let rows = network.layers.compactMap { layer in
      layer.operation.convolution.map {
        Row(ofmap: network.activations[layer.output].shape, macs: $0.macs, parameters: layer.operation.parameters)
      }
    }
    return (network, rows)
  }

  @Test func alexNet() throws {
    let (network, rows) = try rows("onnx-topologies/light_bvlc_alexnet.onnx")
    let expected = [
      Row(ofmap: [1, 96, 54, 54], macs: 54 * 54 * 96 * 363, parameters: 96 * 363 + 96),
      Row(ofmap: [1, 256, 26, 26], macs: 26 * 26 * 256 * 1200, parameters: 256 * 1200 + 256),
      Row(ofmap: [1, 384, 12, 12], macs: 12 * 12 * 384 * 2304, parameters: 384 * 2304 + 384),
      Row(ofmap: [1, 384, 12, 12], macs: 12 * 12 * 384 * 1728, parameters: 384 * 1728 + 384),
      Row(ofmap: [1, 256, 12, 12], macs: 12 * 12 * 256 * 1728, parameters: 256 * 1728 + 256),
      Row(ofmap: [1, 4096], macs: 9216 * 4096, parameters: 9216 * 4096 + 4096),
      Row(ofmap: [1, 4096], macs: 4096 * 4096, parameters: 4096 * 4096 + 4096),
      Row(ofmap: [1, 1000], macs: 4096 * 1000, parameters: 4096 * 1000 + 1000),
    ]
    #expect(rows == expected)
    // The published totals: 596 M MACs in the convolutions at 224 x 224, 61.0 M parameters.
    #expect(rows.prefix(5).reduce(0) { $0 + $1.macs } == 595_938_432)
    #expect(network.parameters == 60_965_224)
  }

  @Test func squeezeNet() throws {
    let (network, rows) = try rows("onnx-topologies/light_squeezenet.onnx")
    var expected = [Row(ofmap: [1, 64, 111, 111], macs: 111 * 111 * 64 * 27, parameters: 64 * 27 + 64)]
    let fires = [
      (55, 64, 16, 64), (55, 128, 16, 64), (27, 128, 32, 128), (27, 256, 32, 128), (13, 256, 48, 192),
      (13, 384, 48, 192), (13, 384, 64, 256), (13, 512, 64, 256),
    ]
    for (size, input, squeeze, expand) in fires {
      func row(_ channels: Int, _ filters: Int) -> Row {
        Row(
          ofmap: [1, filters, size, size], macs: size * size * filters * channels,
          parameters: filters * channels + filters)
      }
      func wide(_ channels: Int, _ filters: Int) -> Row {
        Row(
          ofmap: [1, filters, size, size], macs: size * size * filters * channels * 9,
          parameters: filters * channels * 9 + filters)
      }
      expected += [row(input, squeeze), row(squeeze, expand), wide(squeeze, expand)]
    }
    expected.append(Row(ofmap: [1, 1000, 13, 13], macs: 13 * 13 * 1000 * 512, parameters: 1000 * 512 + 1000))
    #expect(rows == expected)
    // The published size of SqueezeNet 1.1: 1.235 M parameters, about 350 M MACs.
    #expect(network.parameters == 1_235_496)
    #expect(network.macs / 1_000_000 == 349)
  }

  @Test func loadingAlexNetTakesLittle() throws {
    let start = ContinuousClock().now
    let network = try Network(path: Fixture.path("onnx-topologies/light_bvlc_alexnet.onnx"))
    let elapsed = ContinuousClock().now - start
    print("AlexNet loaded and lowered to \(network.layers.count) layers in \(elapsed)")
    #expect(elapsed < .milliseconds(100))
  }

  /// All weights of these files are 0.02, so that every ofmap away from the border is one number: 0.02 x the sum.
  @Test func alexNetRunsOnTheGoldenModel() throws {
    let network = try Network(path: Fixture.path("onnx-topologies/light_bvlc_alexnet.onnx"))
    let image = AnyTensor.float32(Tensor([1, 3, 224, 224], repeating: 1))
    let run = try GoldenNetwork(network).run(["data_0": image])
    let first = try #require(run.activations[network.layers[0].output].floats)
    #expect(first.allSatisfy { abs($0 - (363 * 0.02 + 0.02)) < 1e-3 })
    let scores = try #require(run.outputs.first?.floats)
    #expect(scores.allSatisfy { abs($0 - 0.001) < 1e-6 })
  }
}
