internal import Tensors

/// Where the operands of one ofmap element lie in the padded ifmap: a base per position plus an offset per product.
///
/// The golden convolutions gather through these two tables instead of walking six loops: ifmap index =
/// `positionOffsets[n, p, q] + reductionOffsets[c, r, s]`, plus `groupOffset` for each group.
struct PatchGeometry {
  /// Base of every ofmap position, in (n, p, q) order.
  let positionOffsets: [Int]
  /// Offset of every product of the reduction, in (c, r, s) order.
  let reductionOffsets: [Int]
  /// Distance between the first channels of neighbouring groups.
  let groupOffset: Int
  /// Elements of the padded ifmap.
  let paddedCount: Int

  init(_ layer: ConvolutionLayer) throws(LayerError) {
    let plane = layer.paddedHeight * layer.paddedWidth
    let extents = [layer.batch, layer.inputChannels, layer.paddedHeight, layer.paddedWidth]
    guard let count = product(of: extents, atMost: Self.maximumPadded) else {
      throw LayerError(
        layer: layer.name, problem: .tooManyElements(tensor: "padded ifmap", maximum: Self.maximumPadded))
    }
    paddedCount = count
    groupOffset = layer.channelsPerGroup * plane
    var positions: [Int] = []
    positions.reserveCapacity(layer.positions)
    for n in 0..<layer.batch {
      for p in 0..<layer.outputHeight {
        let row = n * layer.inputChannels * plane + p * layer.strideHeight * layer.paddedWidth
        for q in 0..<layer.outputWidth { positions.append(row + q * layer.strideWidth) }
      }
    }
    positionOffsets = positions
    var products: [Int] = []
    products.reserveCapacity(layer.reductionLength)
    for c in 0..<layer.channelsPerGroup {
      for r in 0..<layer.filterHeight {
        let row = c * plane + r * layer.dilationHeight * layer.paddedWidth
        for s in 0..<layer.filterWidth { products.append(row + s * layer.dilationWidth) }
      }
    }
    reductionOffsets = products
  }

  /// The largest padded ifmap that the golden model materialises.
  static let maximumPadded = 1 << 30
}

extension ConvolutionLayer {
  /// The ifmap with its padding written out, [N, C, H + padding, W + padding].
  func padded<Element>(_ ifmap: [Element], zero: Element) -> [Element] {
    if paddedHeight == inputHeight && paddedWidth == inputWidth { return ifmap }
    var padded = [Element](repeating: zero, count: batch * inputChannels * paddedHeight * paddedWidth)
    var target = padded.mutableSpan
    let source = ifmap.span
    precondition(source.count == batch * inputChannels * inputHeight * inputWidth, "an ifmap has all its elements")
    for plane in 0..<(batch * inputChannels) {
      for row in 0..<inputHeight {
        let from = (plane * inputHeight + row) * inputWidth
        let to = (plane * paddedHeight + row + paddingTop) * paddedWidth + paddingLeft
        for column in 0..<inputWidth { unsafe target[unchecked: to &+ column] = source[unchecked: from &+ column] }
      }
    }
    return padded
  }

  /// Throws when tensors do not have this layer's shapes.
  public func check(ifmap: [Int], filter: [Int], biasCount: Int) throws(LayerError) {
    if ifmap != ifmapShape.dimensions {
      throw LayerError(
        layer: name, problem: .shapeMismatch(tensor: "ifmap", given: ifmap, expected: ifmapShape.dimensions))
    }
    if filter != filterShape.dimensions {
      throw LayerError(
        layer: name, problem: .shapeMismatch(tensor: "filter", given: filter, expected: filterShape.dimensions))
    }
    if biasCount != 0 && biasCount != filters {
      throw LayerError(layer: name, problem: .shapeMismatch(tensor: "bias", given: [biasCount], expected: [filters]))
    }
  }
}
