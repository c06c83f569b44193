import Tensors
import Testing
import Workloads

/// Golden results must not be what a user waits for: the measured rates are printed, the floor is a tenth of the aim.
@Suite struct GoldenConvolutionSpeedTests {
  static let layers: [ConvolutionLayer] = {
    let layers = try? [
      ConvolutionLayer(
        name: "AlexNet conv2", inputChannels: 96, inputHeight: 27, inputWidth: 27, filters: 256, filterHeight: 5,
        filterWidth: 5, paddingTop: 2, paddingLeft: 2, paddingBottom: 2, paddingRight: 2, groups: 2),
      ConvolutionLayer(
        name: "LeNet-5 conv1", batch: 100, inputChannels: 1, inputHeight: 28, inputWidth: 28, filters: 6,
        filterHeight: 5, filterWidth: 5, paddingTop: 2, paddingLeft: 2, paddingBottom: 2, paddingRight: 2),
      ConvolutionLayer(
        name: "depthwise 3x3", batch: 20, inputChannels: 64, inputHeight: 25, inputWidth: 25, filters: 64,
        filterHeight: 3, filterWidth: 3, paddingTop: 1, paddingLeft: 1, paddingBottom: 1, paddingRight: 1, groups: 64),
      ConvolutionLayer.fullyConnected(name: "AlexNet fc7", inputs: 4096, outputs: 4096),
    ]
    return layers ?? []
  }()

  @Test(arguments: layers) func rateOfEveryForm(layer: ConvolutionLayer) throws {
    let ifmap = Tensor<Int16>(layer.ifmapShape, repeating: 3)
    let filter = Tensor<Int16>(layer.filterShape, repeating: -5)
    let integer = try rate(layer) { try GoldenConvolution.psums(layer, ifmap: ifmap, filter: filter).elements.count }
    let realIfmap = ifmap.map(Float.init)
    let realFilter = filter.map(Float.init)
    let real = try rate(layer) {
      try GoldenConvolution.psums(layer, ifmap: realIfmap, filter: realFilter).elements.count
    }
    print("golden \(layer.name): \(layer.macs) MACs, integer \(integer) M MACs/s, binary32 \(real) M MACs/s")
    #expect(integer > 100 && real > 50)
  }

  private func rate(_ layer: ConvolutionLayer, _ body: () throws -> Int) throws -> Int {
    var best = Duration.seconds(1000)
    for _ in 0..<3 {
      let start = ContinuousClock().now
      let count = try body()
      best = min(best, ContinuousClock().now - start)
      #expect(count == layer.ofmapShape.count)
    }
    let seconds = Double(best.components.seconds) + Double(best.components.attoseconds) * 1e-18
    return Int(Double(layer.macs) / seconds / 1e6)
  }
}
