public import Tensors

/// How a row-stationary machine groups the products of a psum: what a saturating sum depends on.
///
/// The filter plane is taken in parts, and for each of them channels in steps of q x r. In a step, each PE of the chain sums
/// the products of its filter row over its q channels, taps first and channels within a tap; the row sums are added to the psum
/// from the bottom of the chain to its top.
public struct RowStationaryOrder: Sendable, Hashable, Codable {
  /// Channels interleaved in a PE.
  public var q: Int
  /// PE sets on different channels.
  public var r: Int
  /// Rows and columns of a part of the filter plane; nil: all of them.
  public var filterRows, filterColumns: Int?

  /// An order by its numbers.
  public init(q: Int, r: Int, filterRows: Int? = nil, filterColumns: Int? = nil) {
    (self.q, self.r) = (q, r)
    (self.filterRows, self.filterColumns) = (filterRows, filterColumns)
  }
}

extension GoldenConvolution {
  /// Psums [N, M, P, Q] in the contract of a row-stationary PE: products cut, sums wrapped or clipped, bias added last.
  ///
  /// Operands come with their zero points subtracted. Throws `LayerError` where a shape does not match the layer's.
  public static func psums(
    _ layer: ConvolutionLayer, ifmap: Tensor<Int16>, filter: Tensor<Int16>, bias: [Int32] = [],
    arithmetic: RowStationaryArithmetic, order: RowStationaryOrder
  ) throws(LayerError) -> Tensor<Int32> {
    switch arithmetic {
    case .integer8:
      return try psums(layer, ifmap: ifmap, filter: filter, bias: bias)
    case .fixedPoint16(let position, saturates: false):
      // Cutting to 16 bits commutes with wrapping addition, so one cut at the end stands for all.
      return try reduce(layer, ifmap, filter, bias) { patch, row in
        var sum: Int32 = 0
        let shift = Int32(truncatingIfNeeded: position) & 31
        precondition(row.count == patch.count, "a filter row has a product for every element of a patch")
        for k in 0..<patch.count {
          unsafe sum &+= (Int32(patch[unchecked: k]) &* Int32(row[unchecked: k])) &>> shift
        }
        return sum
      } finish: {
        Int32(Int16(truncatingIfNeeded: $0 &+ $1))
      }
    case .fixedPoint16(_, saturates: true):
      let chains = RowStationaryChains(layer, order)
      return try reduce(layer, ifmap, filter, bias) { patch, row in
        chains.reduce(patch, row, arithmetic)
      } finish: {
        arithmetic.sum($0, $1)
      }
    }
  }

  /// Applies `sum` to every patch and every filter of its group.
  private static func reduce(
    _ layer: ConvolutionLayer, _ ifmap: Tensor<Int16>, _ filter: Tensor<Int16>, _ bias: [Int32],
    sum: (Span<Int16>, Span<Int16>) -> Int32, finish: (Int32, Int32) -> Int32
  ) throws(LayerError) -> Tensor<Int32> {
    try layer.check(ifmap: ifmap.shape.dimensions, filter: filter.shape.dimensions, biasCount: bias.count)
    let geometry = try PatchGeometry(layer)
    let padded = layer.padded(ifmap.elements, zero: 0)
    let length = layer.reductionLength
    let plane = layer.outputHeight * layer.outputWidth
    var psums = Tensor<Int32>(layer.ofmapShape, repeating: 0)
    var patch = [Int16](repeating: 0, count: length)
    for group in 0..<layer.groups {
      for position in 0..<layer.positions {
        let origin = geometry.positionOffsets[position] + group * geometry.groupOffset
        for k in 0..<length { patch[k] = padded[origin + geometry.reductionOffsets[k]] }
        let (image, offset) = position.quotientAndRemainder(dividingBy: plane)
        for m in group * layer.filtersPerGroup..<(group + 1) * layer.filtersPerGroup {
          let row = filter.elements.span.extracting(m * length..<(m + 1) * length)
          let psum = finish(sum(patch.span, row), bias.isEmpty ? 0 : bias[m])
          psums.elements[(image * layer.filters + m) * plane + offset] = psum
        }
      }
    }
    return psums
  }
}

/// The products of a psum in the order of a chain of PEs.
private struct RowStationaryChains {
  /// Positions in (c, r, s) order of the products of each PE's row sum, in the order in which rows join the psum.
  let rows: [[Int]]

  init(_ layer: ConvolutionLayer, _ order: RowStationaryOrder) {
    let (height, width) = (layer.filterHeight, layer.filterWidth)
    var rows: [[Int]] = []
    for firstRow in stride(from: 0, to: height, by: order.filterRows ?? height) {
      for firstTap in stride(from: 0, to: width, by: order.filterColumns ?? width) {
        rows += Self.rows(
          layer, order, firstRow..<min(firstRow + (order.filterRows ?? height), height),
          firstTap..<min(firstTap + (order.filterColumns ?? width), width))
      }
    }
    self.rows = rows
  }

  /// The rows of one part of the filter plane.
  private static func rows(
    _ layer: ConvolutionLayer, _ order: RowStationaryOrder, _ filterRows: Range<Int>, _ taps: Range<Int>
  ) -> [[Int]] {
    let channels = layer.channelsPerGroup
    return stride(from: 0, to: channels, by: order.q * order.r).flatMap { first in
      (0..<order.r * filterRows.count).reversed().map { chainRow in
        let (set, row) = chainRow.quotientAndRemainder(dividingBy: filterRows.count)
        let start = first + set * order.q
        return taps.flatMap { tap in
          (start..<max(start, min(start + order.q, channels))).map { channel in
            (channel * layer.filterHeight + filterRows.lowerBound + row) * layer.filterWidth + tap
          }
        }
      }
    }
  }

  func reduce(_ patch: Span<Int16>, _ filter: Span<Int16>, _ arithmetic: RowStationaryArithmetic) -> Int32 {
    var psum: Int32 = 0
    for row in rows {
      var sum: Int32 = 0
      for k in row { sum = arithmetic.sum(sum, arithmetic.product(patch[k], filter[k])) }
      psum = arithmetic.sum(psum, sum)
    }
    return psum
  }
}
