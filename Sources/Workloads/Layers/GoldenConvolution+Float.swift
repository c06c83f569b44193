public import Tensors

/// The order in which a floating-point reduction adds its products.
///
/// The K = C/G x R x S products of a psum are taken in `indices` order (by default (c, r, s) order) and cut into
/// consecutive folds. Each fold is summed from +0 in order, then added to the running psum, which starts at the bias:
/// what a weight-stationary array of as many rows does.
public struct ReductionOrder: Hashable, Sendable {
  /// A permutation of 0..<K, or nil for (c, r, s) order.
  public var indices: [Int]?
  /// Products of each fold but the last, which takes what is left; nil for one fold of all.
  public var foldLength: Int?

  /// An order; see the properties.
  public init(indices: [Int]? = nil, foldLength: Int? = nil) {
    self.indices = indices
    self.foldLength = foldLength
  }

  /// Whether it adds each of `length` products exactly once.
  public func isLegal(length: Int) -> Bool {
    if let foldLength, foldLength < 1 { return false }
    guard let indices else { return true }
    guard indices.count == length else { return false }
    var seen = [Bool](repeating: false, count: length)
    for index in indices {
      if !(0..<length).contains(index) || seen[index] { return false }
      seen[index] = true
    }
    return true
  }
}

extension GoldenConvolution {
  /// Lanes computed side by side; each lane adds in order, so the width does not change a result.
  private typealias Lanes = SIMD16<Float>

  /// Binary32 psums [N, M, P, Q], added in the given order.
  ///
  /// Throws `LayerError` where a shape does not match the layer's. The order must be legal for the layer.
  public static func psums(
    _ layer: ConvolutionLayer, ifmap: Tensor<Float>, filter: Tensor<Float>, bias: [Float] = [],
    order: ReductionOrder = ReductionOrder()
  ) throws(LayerError) -> Tensor<Float> {
    try layer.check(ifmap: ifmap.shape.dimensions, filter: filter.shape.dimensions, biasCount: bias.count)
    let length = layer.reductionLength
    precondition(order.isLegal(length: length), "the order adds each product exactly once")
    let geometry = try PatchGeometry(layer)
    let padded = layer.padded(ifmap.elements, zero: 0)
    let indices = order.indices ?? Array(0..<length)
    let starts = bias.isEmpty ? [Float](repeating: 0, count: layer.filters) : bias
    var psums = Tensor<Float>(layer.ofmapShape, repeating: 0)
    for group in 0..<layer.groups {
      let filters = group * layer.filtersPerGroup..<(group + 1) * layer.filtersPerGroup
      let patches = Operand(
        values: padded, rows: geometry.positionOffsets.map { $0 + group * geometry.groupOffset },
        products: indices.map { geometry.reductionOffsets[$0] })
      let weights = Operand(values: filter.elements, rows: filters.map { $0 * length }, products: indices)
      let fold = min(order.foldLength ?? length, length)
      // The longer side takes the lanes: positions for convolutions, filters for fully connected layers.
      if layer.positions >= layer.filtersPerGroup {
        multiply(lanes: patches, scalars: weights, fold: fold) { _, m in
          Lanes(repeating: starts[filters.lowerBound + m])
        } store: { sums, position, m, count in
          layer.scatter(
            (0..<count).map { sums[$0] }, filter: filters.lowerBound + m, firstPosition: position, count: count,
            into: &psums.elements)
        }
      } else {
        multiply(lanes: weights, scalars: patches, fold: fold) { m, _ in
          lanes(starts, from: filters.lowerBound + m, before: filters.upperBound)
        } store: { sums, m, position, count in
          for lane in 0..<count {
            layer.scatter(
              [sums[lane]], filter: filters.lowerBound + m + lane, firstPosition: position, count: 1,
              into: &psums.elements)
          }
        }
      }
    }
    return psums
  }

  /// bfloat16 operands into binary32 psums [N, M, P, Q], in the contract of `BFloat16Arithmetic` and the given order.
  ///
  /// Throws as the binary32 form does, which it shares: a bfloat16 is exactly a binary32.
  public static func psums(
    _ layer: ConvolutionLayer, ifmap: Tensor<BFloat16>, filter: Tensor<BFloat16>, bias: [Float] = [],
    order: ReductionOrder = ReductionOrder()
  ) throws(LayerError) -> Tensor<Float> {
    try psums(layer, ifmap: ifmap.map(\.float), filter: filter.map(\.float), bias: bias, order: order)
  }

  /// One side of a matrix product: element (row, k) is `values[rows[row] + products[k]]`.
  private struct Operand {
    var values: [Float]
    var rows: [Int]
    var products: [Int]
  }

  private static func lanes(_ values: [Float], from first: Int, before end: Int) -> Lanes {
    var lanes = Lanes.zero
    for lane in 0..<min(Lanes.scalarCount, end - first) { lanes[lane] = values[first + lane] }
    return lanes
  }

  /// Every row of `lanes` times every row of `scalars`, fold by fold.
  private static func multiply(
    lanes: Operand, scalars: Operand, fold: Int, start: (_ laneRow: Int, _ scalarRow: Int) -> Lanes,
    store: (_ sums: Lanes, _ laneRow: Int, _ scalarRow: Int, _ count: Int) -> Void
  ) {
    let length = lanes.products.count
    var dense = [Float](repeating: 0, count: scalars.rows.count * length)
    for (row, origin) in scalars.rows.enumerated() {
      for k in 0..<length { dense[row * length + k] = scalars.values[origin + scalars.products[k]] }
    }
    var block = [Lanes](repeating: .zero, count: length)
    for first in stride(from: 0, to: lanes.rows.count, by: Lanes.scalarCount) {
      let count = min(Lanes.scalarCount, lanes.rows.count - first)
      gather(lanes.values.span, lanes.rows.span, first, count, lanes.products.span, into: &block)
      for row in 0..<scalars.rows.count {
        let sums = reduce(block.span, dense.span, from: row * length, fold: fold, start: start(first, row))
        store(sums, first, row, count)
      }
    }
  }

  private static func gather(
    _ values: Span<Float>, _ rows: Span<Int>, _ first: Int, _ count: Int, _ products: Span<Int>,
    into block: inout [Lanes]
  ) {
    var target = block.mutableSpan
    for lane in 0..<count {
      let origin = rows[first + lane]
      for k in 0..<products.count { target[k][lane] = values[origin + products[k]] }
    }
  }

  private static func reduce(
    _ block: Span<Lanes>, _ scalars: Span<Float>, from row: Int, fold: Int, start: Lanes
  ) -> Lanes {
    let length = block.count
    precondition(fold >= 1 && row >= 0 && row + length <= scalars.count, "a row of scalars is whole")
    var running = start
    var first = 0
    while first < length {
      let end = min(first + fold, length)
      var sum = Lanes.zero
      for k in first..<end {
        let scalar = unsafe scalars[unchecked: row &+ k]
        unsafe sum += block[unchecked: k] * scalar
      }
      running += sum
      first = end
    }
    return running
  }
}
