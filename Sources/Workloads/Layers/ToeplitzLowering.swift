internal import Tensors

/// How a convolution becomes a matrix product.
public enum ConvolutionLowering: String, CaseIterable, Sendable, Codable {
  /// The ifmap stays as it is; address generators walk its windows.
  case direct
  /// The windows are written out as columns of a Toeplitz matrix, which lies in memory instead of the ifmap (im2col).
  case toeplitz
}

/// A convolution as a product with its materialised Toeplitz matrix.
///
/// Row (c, r, s) and column (p, q) of an image's matrix hold the ifmap element that tap (r, s) of window (p, q) meets, or
/// a zero of the padding. The matrices of all images, [N, C x R x S, P, Q], are the ifmap of a convolution with 1 x 1 filters,
/// whose filters are the bytes of the original's and whose ofmap is the original's: each group is one matrix product.
public struct ToeplitzLowering: Hashable, Sendable {
  /// The convolution.
  public let original: ConvolutionLayer
  /// The layer of matrix products.
  public let product: ConvolutionLayer

  /// Elements of all matrices: N C R S P Q.
  public let elements: Int
  /// Elements of them that are zeros of the padding.
  public let paddingElements: Int
  /// Elements of them that repeat an ifmap element that is there already.
  public let duplicatedElements: Int

  /// The lowering of a layer; throws `LayerError` where the matrix is too large.
  public init(_ layer: ConvolutionLayer) throws(LayerError) {
    original = layer
    let (channels, overflows) = layer.inputChannels.multipliedReportingOverflow(
      by: layer.filterHeight * layer.filterWidth)
    product = try ConvolutionLayer(
      name: layer.name, batch: layer.batch, inputChannels: overflows ? .max : channels, inputHeight: layer.outputHeight,
      inputWidth: layer.outputWidth, filters: layer.filters, filterHeight: 1, filterWidth: 1, groups: layer.groups)
    let (rows, columns) = (layer.rowOverlap, layer.columnOverlap)
    let planes = layer.batch * layer.inputChannels
    elements = product.ifmapShape.count
    paddingElements = elements - planes * rows.uses * columns.uses
    duplicatedElements = planes * (rows.uses * columns.uses - rows.elements * columns.elements)
  }

  /// The matrices of an ifmap [N, C, H, W] of `elementBytes`-byte elements; `zero` is an element of the padding.
  public func matrix(of ifmap: [UInt8], elementBytes: Int, zero: [UInt8]) -> [UInt8] {
    precondition(
      ifmap.count == original.ifmapShape.count * elementBytes && zero.count == elementBytes,
      "the ifmap has its layer's shape")
    var matrix: [UInt8] = []
    matrix.reserveCapacity(elements * elementBytes)
    for plane in 0..<(original.batch * original.inputChannels) {
      for r in 0..<original.filterHeight {
        for s in 0..<original.filterWidth { appendRow(plane, r, s, of: ifmap, zero, to: &matrix) }
      }
    }
    return matrix
  }

  /// One row of a matrix: what one tap of one channel meets in every window.
  private func appendRow(_ plane: Int, _ r: Int, _ s: Int, of ifmap: [UInt8], _ zero: [UInt8], to matrix: inout [UInt8])
  {
    for p in 0..<original.outputHeight {
      let row = p * original.strideHeight + r * original.dilationHeight - original.paddingTop
      let start = (plane * original.inputHeight + row) * original.inputWidth
      let isInside = row >= 0 && row < original.inputHeight
      for q in 0..<original.outputWidth {
        let column = q * original.strideWidth + s * original.dilationWidth - original.paddingLeft
        if isInside, column >= 0, column < original.inputWidth {
          let first = (start + column) * zero.count
          for byte in first..<first + zero.count { matrix.append(ifmap[byte]) }
        } else {
          matrix += zero
        }
      }
    }
  }
}
