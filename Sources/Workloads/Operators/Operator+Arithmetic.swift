internal import Tensors

/// The element-wise functions of two tensors.
private enum BinaryFunction {
  case add, subtract, multiply, divide, minimum, maximum
}

extension Operator {
  /// Element-wise functions of two or more tensors, with multidirectional broadcasting.
  static let arithmetic: [String: Operator] = [
    "Add": binary(.add, inputs: 2...2), "Sub": binary(.subtract, inputs: 2...2),
    "Mul": binary(.multiply, inputs: 2...2), "Div": binary(.divide, inputs: 2...2),
    "Sum": binary(.add, inputs: 1...1024), "Min": binary(.minimum, inputs: 1...1024),
    "Max": binary(.maximum, inputs: 1...1024),
  ]

  private static func binary(_ function: BinaryFunction, inputs: ClosedRange<Int>) -> Operator {
    Operator(inputs: inputs) { context throws(NetworkError) in
      var shapes: [Shape] = []
      for index in context.inputs.indices {
        try context.requireSameType(index)
        shapes.append(try operandShape(context, index))
      }
      let type = try context.type(0).type
      if type == .bool { throw context.wrongType(0, "a numeric type") }
      return [ValueType(type: type, shape: try broadcastShape(context, shapes))]
    } evaluate: { context, types throws(NetworkError) in
      var result = try operand(context, 0, types[0].shape)
      for index in context.inputs.indices.dropFirst() {
        let right = try operand(context, index, types[0].shape)
        result = result.visit(Combine(function: function, right: right)) ?? result
      }
      return [result]
    }
  }

  private static func operand(_ context: NodeContext, _ index: Int, _ shape: Shape) throws(NetworkError) -> AnyTensor {
    let tensor = try context.tensor(index)
    if tensor.shape == shape { return tensor }
    return tensor.gathered(shape, broadcastIndices(try operandShape(context, index), to: shape))
  }

  /// Before opset 7 the second operand was aligned at attribute `axis` instead of at the last dimension.
  private static func operandShape(_ context: NodeContext, _ index: Int) throws(NetworkError) -> Shape {
    let shape = try context.shape(index)
    guard context.opset < 7, index == 1, let start = try context.integer("axis") else { return shape }
    let rank = try context.shape(0).rank
    let axis = try context.axis(start, rank: rank)
    let missing = rank - axis - shape.rank
    if missing < 0 { throw context.fail(.inconsistent, "\(shape) does not fit rank \(rank) at axis \(axis)") }
    return Shape(shape.dimensions + [Int](repeating: 1, count: missing))
  }

  /// The common shape of operands (ONNX: multidirectional broadcasting).
  static func broadcastShape(_ context: NodeContext, _ shapes: [Shape]) throws(NetworkError) -> Shape {
    let rank = shapes.map(\.rank).max() ?? 0
    var dimensions = [Int](repeating: 1, count: rank)
    for shape in shapes {
      for (offset, extent) in shape.dimensions.enumerated() where extent != 1 {
        let axis = offset + rank - shape.rank
        if dimensions[axis] != 1 && dimensions[axis] != extent {
          let all = shapes.map(\.description).joined(separator: " and ")
          throw context.fail(.inconsistent, "\(all) do not broadcast: \(dimensions[axis]) against \(extent)")
        }
        dimensions[axis] = extent
      }
    }
    return try context.shape(dimensions)
  }

  /// For each element of `target`, the element of `source` that broadcasting puts there.
  static func broadcastIndices(_ source: Shape, to target: Shape) -> [Int] {
    let missing = target.rank - source.rank
    let strides = source.strides
    var indices = [0]
    for axis in 0..<target.rank {
      let step = axis < missing || source[axis - missing] == 1 ? 0 : strides[axis - missing]
      indices = indices.flatMap { base in (0..<target[axis]).map { base + $0 * step } }
    }
    return indices
  }
}

private struct Combine: NumericVisitor {
  let function: BinaryFunction
  let right: AnyTensor

  func visit<E: NumericElement>(_ left: Tensor<E>) -> AnyTensor {
    let right = E.unwrap(right)?.elements ?? []
    func combine(_ body: (E, E) -> E) -> AnyTensor {
      E.wrap(Tensor(left.shape, zip(left.elements, right).map { body($0, $1) }))
    }
    switch function {
    case .add: return combine(E.adding)
    case .subtract: return combine(E.subtracting)
    case .multiply: return combine(E.multiplying)
    case .divide: return combine(E.dividing)
    case .minimum: return combine { $1 < $0 ? $1 : $0 }
    case .maximum: return combine { $1 > $0 ? $1 : $0 }
    }
  }
}
