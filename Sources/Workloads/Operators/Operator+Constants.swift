internal import Tensors

extension Operator {
  /// Operators that make constants, and the arithmetic on shapes that exporters leave in graphs.
  static let constants: [String: Operator] = [
    "Constant": Operator(inputs: 0...0) { context throws(NetworkError) in
      let constant = try constant(context)
      return [ValueType(type: constant.type, shape: constant.tensor.shape)]
    } evaluate: { context, _ throws(NetworkError) in
      [try constant(context).tensor]
    },
    "ConstantOfShape": Operator(inputs: 1...1) { context throws(NetworkError) in
      let value = try filling(context)
      return [ValueType(type: value.type, shape: try context.shape(context.integers(0)))]
    } evaluate: { context, types throws(NetworkError) in
      [AnyTensor.splat(try filling(context).tensor, types[0].shape)]
    },
    "Shape": Operator(inputs: 1...1) { context throws(NetworkError) in
      [ValueType(type: .int64, shape: [try extents(context).count])]
    } evaluate: { context, types throws(NetworkError) in
      [.int64(Tensor(types[0].shape, try extents(context).map(Int64.init)))]
    },
    "Cast": Operator(inputs: 1...1) { context throws(NetworkError) in
      [ValueType(type: try castType(context), shape: try context.shape(0))]
    } evaluate: { context, types throws(NetworkError) in
      [try context.tensor(0).converted(to: types[0].type.elementType)]
    },
  ]

  /// The value of a Constant node.
  static func constant(_ context: NodeContext) throws(NetworkError) -> ONNXTensor {
    let attributes = context.node.attributes
    func made(_ type: ONNXDataType, _ tensor: AnyTensor) -> ONNXTensor {
      ONNXTensor(name: context.node.outputs.first ?? "", type: type, tensor: tensor)
    }
    if case .tensor(let tensor) = attributes["value"] { return tensor }
    if case .float(let value) = attributes["value_float"] { return made(.float32, .float32(Tensor([], [value]))) }
    if case .integer(let value) = attributes["value_int"] { return made(.int64, .int64(Tensor([], [value]))) }
    if case .floats(let list) = attributes["value_floats"] {
      return made(.float32, .float32(Tensor([list.count], list)))
    }
    if case .integers(let list) = attributes["value_ints"] { return made(.int64, .int64(Tensor([list.count], list))) }
    let given = attributes.keys.sorted().joined(separator: ", ")
    throw context.fail(.unsupported, "has [\(given)], none of value, value_float(s), value_int(s)")
  }

  private static func filling(_ context: NodeContext) throws(NetworkError) -> ONNXTensor {
    switch context.node.attributes["value"] {
    case .tensor(let tensor) where tensor.tensor.shape.count == 1: return tensor
    case nil: return ONNXTensor(name: "", type: .float32, tensor: .float32(Tensor([1], [0])))
    default: throw context.fail(.inconsistent, "attribute value is not a tensor of one element")
    }
  }

  private static func extents(_ context: NodeContext) throws(NetworkError) -> [Int] {
    let shape = try context.shape(0)
    func bound(_ name: String, _ value: Int) throws(NetworkError) -> Int {
      let given = max(-shape.rank, min(shape.rank, try context.integer(name) ?? value))
      return given < 0 ? given + shape.rank : given
    }
    let (start, end) = (try bound("start", 0), try bound("end", shape.rank))
    return start < end ? Array(shape.dimensions[start..<end]) : []
  }

  private static func castType(_ context: NodeContext) throws(NetworkError) -> ONNXDataType {
    let number = try context.integer("to") ?? 0
    guard let type = ONNXDataType(rawValue: number), type != .int4, type != .uint4 else {
      throw context.fail(.unsupported, "casts to \(ONNXDataType.name(of: Int64(number))), which is not supported")
    }
    return type
  }
}
