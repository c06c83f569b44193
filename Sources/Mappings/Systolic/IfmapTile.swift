public import Workloads

/// A range of ofmap positions and the box of ifmap elements that they need: what one scratchpad fill holds.
///
/// A tile covers either whole images or some ofmap rows of one image; a row is never split.
public struct IfmapTile: Sendable, Codable, Equatable {
  /// First ofmap position m (image, p, q) of the tile.
  public let firstPosition: Int
  /// Ofmap positions in the tile.
  public let positions: Int
  /// First image.
  public let firstImage: Int
  /// Images in the tile.
  public let images: Int
  /// First ifmap row, padding not counted.
  public let firstRow: Int
  /// Ifmap rows of each channel; 0 where the window lies in the padding alone.
  public let rows: Int

  /// Positions of the tile as a range.
  public var range: Range<Int> { firstPosition..<firstPosition + positions }

  /// Elements of the box for one group.
  public func elements(of layer: ConvolutionLayer) -> Int {
    images * layer.channelsPerGroup * rows * layer.inputWidth
  }

  /// The tile of ofmap rows `rows` of each of `images`.
  init(layer: ConvolutionLayer, images: Range<Int>, outputRows: Range<Int>) {
    let first = outputRows.lowerBound * layer.strideHeight - layer.paddingTop
    let end =
      (outputRows.upperBound - 1) * layer.strideHeight - layer.paddingTop + layer.dilatedFilterHeight
    let clipped =
      min(max(first, 0), layer.inputHeight)..<max(min(end, layer.inputHeight), min(max(first, 0), layer.inputHeight))
    firstImage = images.lowerBound
    self.images = images.count
    firstRow = clipped.lowerBound
    rows = clipped.count
    firstPosition = (images.lowerBound * layer.outputHeight + outputRows.lowerBound) * layer.outputWidth
    positions = images.count * outputRows.count * layer.outputWidth
  }

  /// Cuts a layer into the fewest tiles that satisfy `fits`; nil if a single ofmap row does not.
  static func tiles(of layer: ConvolutionLayer, where fits: (IfmapTile) -> Bool) -> [IfmapTile]? {
    let height = layer.outputHeight
    let images = largest(1...layer.batch) {
      fits(IfmapTile(layer: layer, images: 0..<$0, outputRows: 0..<height))
    }
    if let images {
      return stride(from: 0, to: layer.batch, by: images).map {
        IfmapTile(layer: layer, images: $0..<min($0 + images, layer.batch), outputRows: 0..<height)
      }
    }
    // Windows at the border need fewer rows than those inside, so every tile is asked.
    let rows = largest(1...height) { rows in
      stride(from: 0, to: height, by: rows).allSatisfy {
        fits(IfmapTile(layer: layer, images: 0..<1, outputRows: $0..<min($0 + rows, height)))
      }
    }
    guard let rows else { return nil }
    return (0..<layer.batch).flatMap { image in
      stride(from: 0, to: height, by: rows).map {
        IfmapTile(layer: layer, images: image..<image + 1, outputRows: $0..<min($0 + rows, height))
      }
    }
  }

  /// The largest value that satisfies a test which, once false, stays false; nil if the first fails.
  private static func largest(_ range: ClosedRange<Int>, where test: (Int) -> Bool) -> Int? {
    guard test(range.lowerBound) else { return nil }
    var (good, bad) = (range.lowerBound, range.upperBound + 1)
    while bad - good > 1 {
      let middle = good + (bad - good) / 2
      if test(middle) { good = middle } else { bad = middle }
    }
    return good
  }
}
