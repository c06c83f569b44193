public import Workloads

/// AlexNet's convolution layers and their mapping on the chip, as published (JSSC 2017, Table III).
public enum EyerissAlexNet {
  /// One column group of Table III: padded extents, channels of one group.
  private static let shapes: [(name: String, c: Int, h: Int, m: Int, r: Int, stride: Int, padding: Int, groups: Int)] =
    [
      ("CONV1", 3, 227, 96, 11, 4, 0, 1), ("CONV2", 96, 27, 256, 5, 1, 2, 2), ("CONV3", 256, 13, 384, 3, 1, 1, 1),
      ("CONV4", 384, 13, 384, 3, 1, 1, 2), ("CONV5", 384, 13, 256, 3, 1, 1, 2),
    ]

  /// The five layers at a batch size.
  public static func layers(batch: Int = 4) throws(LayerError) -> [ConvolutionLayer] {
    var layers: [ConvolutionLayer] = []
    for shape in shapes {
      layers.append(
        try ConvolutionLayer(
          name: shape.name, batch: batch, inputChannels: shape.c, inputHeight: shape.h, inputWidth: shape.h,
          filters: shape.m, filterHeight: shape.r, filterWidth: shape.r, strideHeight: shape.stride,
          strideWidth: shape.stride, paddingTop: shape.padding, paddingLeft: shape.padding,
          paddingBottom: shape.padding, paddingRight: shape.padding, groups: shape.groups))
    }
    return layers
  }

  /// Table III, row by row.
  public static let parameters: [RowStationaryMapping.Parameters] = [
    .init(m: 96, n: 1, e: 7, p: 16, q: 1, r: 1, t: 2), .init(m: 64, n: 1, e: 27, p: 16, q: 2, r: 1, t: 1),
    .init(m: 64, n: 4, e: 13, p: 16, q: 4, r: 1, t: 4), .init(m: 64, n: 4, e: 13, p: 16, q: 3, r: 2, t: 2),
    .init(m: 64, n: 4, e: 13, p: 16, q: 3, r: 2, t: 2),
  ]

  /// The mapping of CONV3 that its measured GLB traffic fits: that of CONV4 and CONV5.
  public static let measuredConv3 = RowStationaryMapping.Parameters(m: 64, n: 4, e: 13, p: 16, q: 3, r: 2, t: 2)
}
