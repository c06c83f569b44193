internal import Tensors

extension Operator {
  /// Matrix products.
  static let products: [String: Operator] = [
    "MatMul": Operator(inputs: 2...2) { context throws(NetworkError) in
      try context.requireSameType(1)
      if try context.type(0).type == .bool { throw context.wrongType(0, "a numeric type") }
      return [ValueType(type: try context.type(0).type, shape: try MatrixProduct(context, 0, 1).output)]
    } evaluate: { context, types throws(NetworkError) in
      let product = try MatrixProduct(context, 0, 1)
      if types[0].type == .float64 || context.inputs[0]?.tensor?.integers != nil {
        let right = try context.tensor(1)
        let result = try context.tensor(0).visit(ExactProduct(product: product, right: right))
        return result.map { [$0] } ?? []
      }
      let sums = try product.multiply(context, try context.floats(0), try context.floats(1))
      return [AnyTensor(types[0].type.elementType, types[0].shape, floats: sums)]
    },
    "Gemm": Operator(inputs: 2...3) { context throws(NetworkError) in
      try context.requireFloat(0)
      for index in 1..<context.inputs.count where context.has(index) { try context.requireSameType(index) }
      return [ValueType(type: try context.type(0).type, shape: try gemmShape(context))]
    } evaluate: { context, types throws(NetworkError) in
      [AnyTensor(types[0].type.elementType, types[0].shape, floats: try gemm(context, types[0].shape))]
    },
    "MatMulInteger": Operator(inputs: 2...4) { context throws(NetworkError) in
      [ValueType(type: .int32, shape: try MatrixProduct(context, 0, 1).output)]
    } evaluate: { context, types throws(NetworkError) in
      let product = try MatrixProduct(context, 0, 1)
      let left = try operands(context, 0, zeroPoint: 2, axis: try context.shape(0).rank - 2)
      let right = try operands(context, 1, zeroPoint: 3, axis: try context.shape(1).rank - 1)
      return [.int32(Tensor(types[0].shape, try product.multiply(context, left.elements, right.elements)))]
    },
    "QLinearMatMul": Operator(inputs: 8...8) { context throws(NetworkError) in
      [ValueType(type: try context.type(7).type, shape: try MatrixProduct(context, 0, 3).output)]
    } evaluate: { context, types throws(NetworkError) in
      let product = try MatrixProduct(context, 0, 3)
      let left = try operands(context, 0, zeroPoint: 2, axis: try context.shape(0).rank - 2)
      let right = try operands(context, 3, zeroPoint: 5, axis: try context.shape(3).rank - 1)
      let psums = try product.multiply(context, left.elements, right.elements)
      let scales = try requantisationScales(context, input: 1, weight: 4, output: 6, channels: product.n)
      return [try requantised(context, psums, types[0], zeroPoint: 7) { scales[$0 % product.n % scales.count] }]
    },
  ]

  /// Extents of A' x B', checked with C's.
  private static func gemmShape(_ context: NodeContext) throws(NetworkError) -> Shape {
    let (left, right) = (try context.shape(0), try context.shape(1))
    guard left.rank == 2, right.rank == 2 else {
      throw context.fail(.inconsistent, "multiplies \(left) by \(right); both must have 2 dimensions")
    }
    let (transposesLeft, transposesRight) = (try context.integer("transA") ?? 0, try context.integer("transB") ?? 0)
    let (m, k) = transposesLeft == 0 ? (left[0], left[1]) : (left[1], left[0])
    let (rows, n) = transposesRight == 0 ? (right[0], right[1]) : (right[1], right[0])
    if k != rows { throw context.fail(.inconsistent, "sums over \(k) columns of A and \(rows) rows of B") }
    let shape = try context.shape([m, n])
    if context.has(2), try broadcastShape(context, [shape, context.shape(2)]) != shape {
      throw context.fail(.inconsistent, "C \(try context.shape(2)) does not broadcast to \(shape)")
    }
    return shape
  }

  /// alpha A' B' + beta C.
  private static func gemm(_ context: NodeContext, _ shape: Shape) throws(NetworkError) -> [Float] {
    var left = try context.floats(0)
    var right = try context.floats(1)
    let k = shape[0] == 0 ? 0 : left.count / shape[0]
    if try context.integer("transA") ?? 0 != 0 { left = transposed(left, rows: k, columns: shape[0]) }
    if try context.integer("transB") ?? 0 != 0 { right = transposed(right, rows: shape[1], columns: k) }
    let product = MatrixProduct(m: shape[0], k: k, n: shape[1])
    let alpha = try context.float("alpha") ?? 1
    let beta = try context.float("beta") ?? 1
    var sums = try product.multiply(context, left, right)
    if alpha != 1 { sums = sums.map { alpha * $0 } }
    guard context.has(2) else { return sums }
    let addend = try context.floats(2)
    let indices = broadcastIndices(try context.shape(2), to: shape)
    return zip(sums, indices).map { $0 + beta * addend[$1] }
  }

  static func transposed<E>(_ elements: [E], rows: Int, columns: Int) -> [E] {
    (0..<columns).flatMap { column in (0..<rows).map { elements[$0 * columns + column] } }
  }
}

/// A batched matrix product with NumPy's rules for 1-D operands and broadcast batches.
private struct MatrixProduct {
  let m: Int
  let k: Int
  let n: Int
  let output: Shape
  /// First element of the left and right matrix of every product.
  let starts: [(left: Int, right: Int)]

  init(m: Int, k: Int, n: Int) {
    (self.m, self.k, self.n) = (m, k, n)
    output = [m, n]
    starts = [(0, 0)]
  }

  init(_ context: NodeContext, _ leftIndex: Int, _ rightIndex: Int) throws(NetworkError) {
    let (left, right) = (try context.shape(leftIndex), try context.shape(rightIndex))
    if left.rank == 0 || right.rank == 0 { throw context.fail(.inconsistent, "multiplies \(left) by \(right)") }
    let a = left.rank == 1 ? [1] + left.dimensions : left.dimensions
    let b = right.rank == 1 ? right.dimensions + [1] : right.dimensions
    (m, k, n) = (a[a.count - 2], a[a.count - 1], b[b.count - 1])
    if b[b.count - 2] != k {
      throw context.fail(.inconsistent, "\(left) times \(right) sums over \(k) columns and \(b[b.count - 2]) rows")
    }
    let (batchA, batchB) = (Shape(a.dropLast(2)), Shape(b.dropLast(2)))
    let batch = try Operator.broadcastShape(context, [batchA, batchB])
    let rows = left.rank == 1 ? [] : [m]
    output = try context.shape(batch.dimensions + rows + (right.rank == 1 ? [] : [n]))
    let (leftCount, rightCount) = (m * k, k * n)
    starts = zip(Operator.broadcastIndices(batchA, to: batch), Operator.broadcastIndices(batchB, to: batch))
      .map { ($0 * leftCount, $1 * rightCount) }
  }

  func multiply(_ context: NodeContext, _ left: [Float], _ right: [Float]) throws(NetworkError) -> [Float] {
    try multiply(context, left, right, zero: 0) { layer, ifmap, filter throws(LayerError) in
      try GoldenConvolution.psums(layer, ifmap: ifmap, filter: filter).elements
    }
  }

  func multiply(_ context: NodeContext, _ left: [Int16], _ right: [Int16]) throws(NetworkError) -> [Int32] {
    try multiply(context, left, right, zero: 0) { layer, ifmap, filter throws(LayerError) in
      try GoldenConvolution.psums(layer, ifmap: ifmap, filter: filter).elements
    }
  }

  /// Every product as a convolution of 1 x 1; a sum of no products is zero.
  private func multiply<E: Sendable, Psum>(
    _ context: NodeContext, _ left: [E], _ right: [E], zero: Psum,
    _ product: (ConvolutionLayer, Tensor<E>, Tensor<E>) throws(LayerError) -> [Psum]
  ) throws(NetworkError) -> [Psum] {
    if m == 0 || k == 0 || n == 0 { return [Psum](repeating: zero, count: starts.count * m * n) }
    return try Operator.golden(context) { () throws(LayerError) in
      let layer = try ConvolutionLayer.gemm(name: context.node.label, m: m, k: k, n: n)
      var results: [Psum] = []
      for start in starts {
        let ifmap = Tensor(layer.ifmapShape, Array(left[start.left..<start.left + m * k]))
        let rows = Operator.transposed(Array(right[start.right..<start.right + k * n]), rows: k, columns: n)
        results += try product(layer, ifmap, Tensor(layer.filterShape, rows))
      }
      return results
    }
  }
}

/// The textbook product in the elements' own type: integers wrap, binary64 stays binary64.
private struct ExactProduct: NumericVisitor {
  let product: MatrixProduct
  let right: AnyTensor

  func visit<E: NumericElement>(_ left: Tensor<E>) -> AnyTensor {
    let right = E.unwrap(right)?.elements ?? []
    var sums: [E] = []
    for start in product.starts {
      for row in 0..<product.m {
        for column in 0..<product.n {
          sums.append(
            (0..<product.k).reduce(E.zero) {
              let term = E.multiplying(
                left.elements[start.left + row * product.k + $1], right[start.right + $1 * product.n + column])
              return E.adding($0, term)
            })
        }
      }
    }
    return E.wrap(Tensor(product.output, sums))
  }
}
