internal import Foundation
internal import Tensors

extension Operator {
  /// Element-wise functions of one tensor.
  static let activations: [String: Operator] = [
    "Relu": Operator(sameAsInput: 1...1) { context, types throws(NetworkError) in
      try [clipped(context, types[0], low: 0, high: nil)]
    },
    "Clip": clip,
    "LeakyRelu": unary { context throws(NetworkError) in
      let alpha = try context.float("alpha") ?? 0.01
      return { $0 < 0 ? alpha * $0 : $0 }
    },
    "Elu": unary { context throws(NetworkError) in
      let alpha = try context.float("alpha") ?? 1
      return { $0 < 0 ? alpha * (Float(exp(Double($0))) - 1) : $0 }
    },
    "HardSigmoid": unary { context throws(NetworkError) in
      let alpha = try context.float("alpha") ?? 0.2
      let beta = try context.float("beta") ?? 0.5
      return { max(0, min(1, alpha * $0 + beta)) }
    },
    "HardSwish": unary { _ in { $0 * max(0, min(1, $0 / 6 + 0.5)) } },
    "Sigmoid": unary { _ in sigmoid },
    "Swish": unary { context throws(NetworkError) in
      let alpha = try context.float("alpha") ?? 1
      return { $0 * sigmoid(alpha * $0) }
    },
    "Tanh": unary { _ in { Float(tanh(Double($0))) } },
    "Exp": unary { _ in { Float(exp(Double($0))) } },
    "Sqrt": unary { _ in { $0.squareRoot() } },
    "Softplus": unary { _ in { Float(log1p(exp(-abs(Double($0))))) + max($0, 0) } },
    "PRelu": Operator(inputs: 2...2) { context throws(NetworkError) in
      try context.requireFloat(0)
      try context.requireSameType(1)
      let type = try context.type(0)
      let shape = try broadcastShape(context, [type.shape, context.shape(1)])
      if shape != type.shape {
        throw context.fail(.inconsistent, "the slope does not broadcast to the input's extents")
      }
      return [type]
    } evaluate: { context, types throws(NetworkError) in
      let slope = try context.tensor(1).gathered(types[0].shape, broadcastIndices(context.shape(1), to: types[0].shape))
      let results = zip(try context.floats(0), slope.floats ?? []).map { $0 < 0 ? $0 * $1 : $0 }
      return [AnyTensor(types[0].type.elementType, types[0].shape, floats: results)]
    },
  ]

  private static let sigmoid: @Sendable (Float) -> Float = { Float(1 / (1 + exp(-Double($0)))) }

  /// An element-wise function of floating-point elements, computed in binary32.
  private static func unary(
    _ function: @escaping @Sendable (NodeContext) throws(NetworkError) -> (@Sendable (Float) -> Float)
  ) -> Operator {
    Operator(inputs: 1...1) { context throws(NetworkError) in
      try context.requireFloat(0)
      return [try context.type(0)]
    } evaluate: { context, types throws(NetworkError) in
      let body = try function(context)
      return [AnyTensor(types[0].type.elementType, types[0].shape, floats: try context.floats(0).map { body($0) })]
    }
  }

  /// Bounds are attributes up to opset 10 and optional scalar inputs from 11 on.
  private static let clip = Operator(sameAsInput: 1...3) { context, types throws(NetworkError) in
    func bound(_ index: Int, _ name: String) throws(NetworkError) -> Double? {
      if context.opset < 11 { return try context.float(name).map(Double.init) }
      guard context.has(index) else { return nil }
      try context.requireSameType(index)
      guard try context.shape(index).count == 1 else { throw context.fail(.inconsistent, "\(name) is not a scalar") }
      return scalar(try context.tensor(index))
    }
    return try [clipped(context, types[0], low: bound(1, "min"), high: bound(2, "max"))]
  }

  /// The first element as a real number.
  static func scalar(_ tensor: AnyTensor) -> Double? {
    if case .float64(let inner) = tensor { return inner.elements.first }
    return tensor.floats?.first.map(Double.init) ?? tensor.integers?.first.map(Double.init)
  }

  private static func clipped(
    _ context: NodeContext, _ type: ValueType, low: Double?, high: Double?
  ) throws(NetworkError) -> AnyTensor {
    guard let result = try context.tensor(0).visit(Clamp(low: low, high: high)) else {
      throw context.wrongType(0, "a numeric type")
    }
    return result
  }
}

/// Clamps to bounds; where the bounds cross, the upper one wins, as ONNX says.
private struct Clamp: NumericVisitor {
  let low: Double?
  let high: Double?
  func visit<E: NumericElement>(_ tensor: Tensor<E>) -> AnyTensor {
    let low = low.map { E(converting: $0) } ?? E.lowest
    let high = high.map { E(converting: $0) } ?? E.highest
    return E.wrap(tensor.map { $0 < low ? min(low, high) : ($0 > high ? high : $0) })
  }
}
