internal import Tensors

extension AnyTensor {
  /// The same elements under another shape of the same count.
  func reshaped(_ shape: Shape) -> AnyTensor {
    visit(Reshaped(shape: shape))
  }

  /// Elements picked by index from this tensor's row-major elements; -1 stands for `fill`, by default zero.
  func gathered(_ shape: Shape, _ indices: [Int], fill: AnyTensor? = nil) -> AnyTensor {
    visit(Gathered(shape: shape, indices: indices, fill: fill))
  }

  /// The elements of this tensor and of others of its type, one after the other.
  func joined(_ others: [AnyTensor]) -> AnyTensor {
    visit(Joined(others: others))
  }

  /// A tensor of one repeated element, the first of `scalar`.
  static func splat(_ scalar: AnyTensor, _ shape: Shape) -> AnyTensor {
    scalar.visit(Splat(shape: shape))
  }

  /// Integers and booleans as machine integers, nil for floating-point elements.
  var integers: [Int]? {
    switch self {
    case .bool(let tensor): tensor.elements.map { $0 ? 1 : 0 }
    case .int8(let tensor): tensor.elements.map(Int.init)
    case .uint8(let tensor): tensor.elements.map(Int.init)
    case .int16(let tensor): tensor.elements.map(Int.init)
    case .uint16(let tensor): tensor.elements.map(Int.init)
    case .int32(let tensor): tensor.elements.map(Int.init)
    case .uint32(let tensor): tensor.elements.map(Int.init)
    case .int64(let tensor): tensor.elements.map(Int.init)
    case .uint64(let tensor): tensor.elements.map { Int(truncatingIfNeeded: $0) }
    case .float16, .bfloat16, .float32, .float64: nil
    }
  }

  /// Floating-point elements in binary32, nil for integers and booleans.
  var floats: [Float]? {
    switch self {
    case .float32(let tensor): tensor.elements
    case .float16(let tensor): tensor.elements.map(Float.init)
    case .bfloat16(let tensor): tensor.elements.map(\.float)
    case .float64(let tensor): tensor.elements.map { Float($0) }
    case .bool, .int8, .uint8, .int16, .uint16, .int32, .uint32, .int64, .uint64: nil
    }
  }

  /// Elements as the given type: floats truncate and saturate into integers, integers wrap into narrower ones.
  func converted(to type: ElementType) -> AnyTensor {
    if type == elementType { return self }
    if let integers, let tensor = AnyTensor(type, shape, wrapping: integers) { return tensor }
    let doubles = visit(Doubles()) ?? (integers ?? []).map(Double.init)
    return AnyTensor(type, shape, converting: doubles)
  }

  /// Integers cut to the width of an integer type; nil for floating-point types and booleans.
  init?(_ type: ElementType, _ shape: Shape, wrapping values: [Int]) {
    switch type {
    case .int8: self = .int8(Tensor(shape, values.map { Int8(truncatingIfNeeded: $0) }))
    case .uint8: self = .uint8(Tensor(shape, values.map { UInt8(truncatingIfNeeded: $0) }))
    case .int16: self = .int16(Tensor(shape, values.map { Int16(truncatingIfNeeded: $0) }))
    case .uint16: self = .uint16(Tensor(shape, values.map { UInt16(truncatingIfNeeded: $0) }))
    case .int32: self = .int32(Tensor(shape, values.map { Int32(truncatingIfNeeded: $0) }))
    case .uint32: self = .uint32(Tensor(shape, values.map { UInt32(truncatingIfNeeded: $0) }))
    case .int64: self = .int64(Tensor(shape, values.map(Int64.init)))
    case .uint64: self = .uint64(Tensor(shape, values.map { UInt64(truncatingIfNeeded: $0) }))
    case .bool, .float16, .bfloat16, .float32, .float64: return nil
    }
  }

  /// Real numbers rounded to the nearest value of a floating-point type, truncated and saturated into an integer type.
  init(_ type: ElementType, _ shape: Shape, converting values: [Double]) {
    func tensor<E: NumericElement>(_: E.Type) -> AnyTensor { E.wrap(Tensor(shape, values.map(E.init(converting:)))) }
    switch type {
    case .bool: self = .bool(Tensor(shape, values.map { $0 != 0 }))
    case .int8: self = tensor(Int8.self)
    case .uint8: self = tensor(UInt8.self)
    case .int16: self = tensor(Int16.self)
    case .uint16: self = tensor(UInt16.self)
    case .int32: self = tensor(Int32.self)
    case .uint32: self = tensor(UInt32.self)
    case .int64: self = tensor(Int64.self)
    case .uint64: self = tensor(UInt64.self)
    case .float16: self = tensor(Float16.self)
    case .bfloat16: self = tensor(BFloat16.self)
    case .float32: self = tensor(Float.self)
    case .float64: self = tensor(Double.self)
    }
  }

  /// Binary32 results rounded to a floating-point type.
  init(_ type: ElementType, _ shape: Shape, floats: [Float]) {
    self =
      type == .float32 ? .float32(Tensor(shape, floats)) : AnyTensor(type, shape, converting: floats.map(Double.init))
  }
}

private struct Reshaped: ElementVisitor {
  let shape: Shape
  func visit<E: Element>(_ tensor: Tensor<E>) -> AnyTensor { E.wrap(tensor.reshaped(shape)) }
}

private struct Gathered: ElementVisitor {
  let shape: Shape
  let indices: [Int]
  let fill: AnyTensor?
  func visit<E: Element>(_ tensor: Tensor<E>) -> AnyTensor {
    let padding = fill.flatMap(E.unwrap)?.elements.first ?? E.zero
    return E.wrap(Tensor(shape, indices.map { $0 < 0 ? padding : tensor.elements[$0] }))
  }
}

private struct Splat: ElementVisitor {
  let shape: Shape
  func visit<E: Element>(_ tensor: Tensor<E>) -> AnyTensor {
    E.wrap(Tensor(shape, repeating: tensor.elements.first ?? E.zero))
  }
}

private struct Joined: ElementVisitor {
  let others: [AnyTensor]
  func visit<E: Element>(_ tensor: Tensor<E>) -> AnyTensor {
    let elements = tensor.elements + others.flatMap { E.unwrap($0)?.elements ?? [] }
    return E.wrap(Tensor([elements.count], elements))
  }
}

private struct Doubles: NumericVisitor {
  func visit<E: NumericElement>(_ tensor: Tensor<E>) -> [Double] { tensor.elements.map(\.double) }
}
