import Tensors
import Testing
import Workloads

@Suite struct ConvolutionLayerTests {
  @Test func lenetFirstConvolution() throws {
    let layer = try ConvolutionLayer(
      name: "conv1", inputChannels: 1, inputHeight: 28, inputWidth: 28, filters: 6, filterHeight: 5, filterWidth: 5,
      paddingTop: 2, paddingLeft: 2, paddingBottom: 2, paddingRight: 2)
    #expect(layer.ofmapShape == [1, 6, 28, 28])
    #expect(layer.macs == 6 * 28 * 28 * 25)
    #expect(layer.weights == 150)
    #expect(!layer.isDepthwise && !layer.isFullyConnected)
  }

  @Test func stridesDilationsGroupsAndUnevenPadding() throws {
    let layer = try ConvolutionLayer(
      name: "odd", batch: 2, inputChannels: 4, inputHeight: 10, inputWidth: 9, filters: 6, filterHeight: 3,
      filterWidth: 2, strideHeight: 2, strideWidth: 3, paddingTop: 1, paddingLeft: 0, paddingBottom: 2,
      paddingRight: 1, dilationHeight: 2, dilationWidth: 3, groups: 2)
    // Rows: (10 + 3 - 5) / 2 + 1 = 5; columns: (9 + 1 - 4) / 3 + 1 = 3.
    #expect(layer.ofmapShape == [2, 6, 5, 3])
    #expect(layer.filterShape == [6, 2, 3, 2])
    #expect(layer.macs == 2 * 6 * 5 * 3 * 2 * 3 * 2)
  }

  @Test func gemmIsAConvolutionOfOneByOne() throws {
    let layer = try ConvolutionLayer.gemm(m: 32, k: 24, n: 16)
    #expect(layer.ifmapShape == [32, 24, 1, 1])
    #expect(layer.filterShape == [16, 24, 1, 1])
    #expect(layer.ofmapShape == [32, 16, 1, 1])
    #expect(layer.macs == 32 * 24 * 16)
    #expect(layer.isFullyConnected)
  }

  @Test(arguments: [
    (channels: 3, size: 4, filters: 4, filter: 3, stride: -1, groups: 1, part: "stride height is -1, 2 below"),
    (channels: 3, size: 4, filters: 4, filter: 7, stride: 1, groups: 1, part: "7 in height, 3 more than"),
    (channels: 3, size: 4, filters: 4, filter: 3, stride: 1, groups: 2, part: "2 groups do not divide 3 input"),
    (channels: 4, size: 4, filters: 5, filter: 3, stride: 1, groups: 2, part: "nearest legal: 4 filters"),
    (channels: 0, size: 4, filters: 4, filter: 3, stride: 1, groups: 1, part: "input channels is 0"),
    (channels: 1 << 30, size: 1 << 20, filters: 1, filter: 1, stride: 1, groups: 1, part: "more than"),
    (channels: 1, size: .max, filters: 1, filter: 1, stride: 1, groups: 1, part: "above the largest legal value"),
    (channels: 1, size: 1 << 20, filters: 1, filter: 1 << 19, stride: 1, groups: 1, part: "loop nest"),
  ]) func illegalLayersNameTheNumbers(
    channels: Int, size: Int, filters: Int, filter: Int, stride: Int, groups: Int, part: String
  ) {
    let error = #expect(throws: LayerError.self) {
      try ConvolutionLayer(
        name: "bad", inputChannels: channels, inputHeight: size, inputWidth: size, filters: filters,
        filterHeight: filter, filterWidth: filter, strideHeight: stride, strideWidth: stride, groups: groups)
    }
    #expect(error?.description.contains(part) == true, "\(error?.description ?? "no error")")
    #expect(error?.description.hasPrefix("layer bad: ") == true)
  }
}
