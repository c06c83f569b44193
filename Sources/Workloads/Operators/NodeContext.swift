internal import Tensors

/// Type and extents of a value.
struct ValueType: Equatable, Sendable {
  var type: ONNXDataType
  var shape: Shape
}

/// One input of a node: its type, and its elements where they are known.
struct NodeInput {
  var type: ValueType
  var tensor: AnyTensor?
}

/// What an operator sees of the node it infers or evaluates: attributes, inputs, and how to complain.
struct NodeContext {
  let node: ONNXNode
  let opset: Int
  let file: String
  let inputs: [NodeInput?]

  /// The largest tensor that the golden model materialises, in elements.
  static let maximumElements = 1 << 30

  /// An error at this node.
  func fail(_ kind: NetworkError.Kind, _ problem: String) -> NetworkError {
    NetworkError(kind, file: file, at: .node(node.label), problem)
  }

  /// Whether an optional input is given.
  func has(_ index: Int) -> Bool { index < inputs.count && inputs[index] != nil }

  /// Type and extents of a mandatory input.
  func type(_ index: Int) throws(NetworkError) -> ValueType {
    guard index < inputs.count, let input = inputs[index] else {
      throw fail(.inconsistent, "input \(index) is missing")
    }
    return input.type
  }

  /// Extents of a mandatory input.
  func shape(_ index: Int) throws(NetworkError) -> Shape { try type(index).shape }

  /// Elements of a mandatory input; where they are not known yet, the shape of the output depends on run-time data.
  func tensor(_ index: Int) throws(NetworkError) -> AnyTensor {
    _ = try type(index)
    guard let tensor = inputs[index]?.tensor else {
      throw fail(
        .unsupported, "input \(index) (\(node.inputs[index])) must be a constant: dynamic shapes are not supported")
    }
    return tensor
  }

  /// Elements of a mandatory floating-point input in binary32.
  func floats(_ index: Int) throws(NetworkError) -> [Float] {
    guard let floats = try tensor(index).floats else { throw wrongType(index, "a floating-point type") }
    return floats
  }

  /// Elements of a mandatory integer input.
  func integers(_ index: Int) throws(NetworkError) -> [Int] {
    guard let integers = try tensor(index).integers else { throw wrongType(index, "an integer type") }
    return integers
  }

  /// The error for an input of another type than the operator takes.
  func wrongType(_ index: Int, _ expected: String) -> NetworkError {
    let given = inputs[index].map { "\($0.type.type)" } ?? "nothing"
    return fail(.inconsistent, "input \(index) (\(node.inputs[index])) is \(given), not \(expected)")
  }

  /// Throws unless an input is of a floating-point type.
  func requireFloat(_ index: Int) throws(NetworkError) {
    switch try type(index).type.elementType {
    case .float16, .bfloat16, .float32, .float64: return
    default: throw wrongType(index, "a floating-point type")
    }
  }

  /// Throws unless two inputs are of one type.
  func requireSameType(_ index: Int, as other: Int = 0) throws(NetworkError) {
    if try type(index).type != type(other).type {
      throw wrongType(index, "\(try type(other).type) as input \(other)")
    }
  }

  /// Extents that are legal and not larger than the model materialises.
  func shape(_ dimensions: [Int]) throws(NetworkError) -> Shape {
    if let negative = dimensions.first(where: { $0 < 0 }) {
      throw fail(.inconsistent, "an output extent is \(negative) in \(dimensions); the least is 0")
    }
    guard product(of: dimensions, atMost: Self.maximumElements) != nil else {
      throw fail(.unsupported, "the output \(dimensions) has more than \(Self.maximumElements) elements")
    }
    return Shape(dimensions)
  }

  /// An axis counted from the front: -1 is the last of `rank`.
  func axis(_ axis: Int, rank: Int) throws(NetworkError) -> Int {
    guard (-rank..<max(rank, 1)).contains(axis) else {
      throw fail(.inconsistent, "axis \(axis) is outside \(-rank)...\(rank - 1)")
    }
    return axis < 0 ? axis + rank : axis
  }
}

extension NodeContext {
  /// An integer attribute.
  func integer(_ name: String) throws(NetworkError) -> Int? {
    switch node.attributes[name] {
    case .integer(let value): return Int(value)
    case nil: return nil
    default: throw fail(.inconsistent, "attribute \(name) is not an integer")
    }
  }

  /// An integer-list attribute.
  func integerList(_ name: String) throws(NetworkError) -> [Int]? {
    switch node.attributes[name] {
    case .integers(let values): return values.map(Int.init)
    case .integer(let value): return [Int(value)]
    case nil: return nil
    default: throw fail(.inconsistent, "attribute \(name) is not a list of integers")
    }
  }

  /// A float attribute.
  func float(_ name: String) throws(NetworkError) -> Float? {
    switch node.attributes[name] {
    case .float(let value): return value
    case .integer(let value): return Float(value)
    case nil: return nil
    default: throw fail(.inconsistent, "attribute \(name) is not a number")
    }
  }

  /// A text attribute.
  func string(_ name: String) throws(NetworkError) -> String? {
    switch node.attributes[name] {
    case .string(let value): return value
    case nil: return nil
    default: throw fail(.inconsistent, "attribute \(name) is not a text")
    }
  }
}
