internal import Tensors

/// An element type that a run-time-typed tensor can hold.
protocol Element: Sendable {
  static var zero: Self { get }
  static func wrap(_ tensor: Tensor<Self>) -> AnyTensor
}

extension Element {
  /// The tensor inside, if its elements are of this type.
  static func unwrap(_ tensor: AnyTensor) -> Tensor<Self>? { tensor.visit(Unwrapping<Self>()) }
}

private struct Unwrapping<Target: Element>: ElementVisitor {
  func visit<E: Element>(_ tensor: Tensor<E>) -> Tensor<Target>? { tensor as? Tensor<Target> }
}

/// A computation over a tensor of any element type.
protocol ElementVisitor {
  associatedtype Result
  func visit<E: Element>(_ tensor: Tensor<E>) -> Result
}

/// A computation over a tensor of any numeric element type.
protocol NumericVisitor {
  associatedtype Result
  func visit<E: NumericElement>(_ tensor: Tensor<E>) -> Result
}

extension AnyTensor {
  /// Runs a computation on the tensor inside.
  func visit<V: ElementVisitor>(_ visitor: V) -> V.Result {
    switch self {
    case .bool(let tensor): visitor.visit(tensor)
    case .int8(let tensor): visitor.visit(tensor)
    case .uint8(let tensor): visitor.visit(tensor)
    case .int16(let tensor): visitor.visit(tensor)
    case .uint16(let tensor): visitor.visit(tensor)
    case .int32(let tensor): visitor.visit(tensor)
    case .uint32(let tensor): visitor.visit(tensor)
    case .int64(let tensor): visitor.visit(tensor)
    case .uint64(let tensor): visitor.visit(tensor)
    case .float16(let tensor): visitor.visit(tensor)
    case .bfloat16(let tensor): visitor.visit(tensor)
    case .float32(let tensor): visitor.visit(tensor)
    case .float64(let tensor): visitor.visit(tensor)
    }
  }

  /// Runs a computation on the tensor inside; nil for booleans.
  func visit<V: NumericVisitor>(_ visitor: V) -> V.Result? {
    switch self {
    case .bool: nil
    case .int8(let tensor): visitor.visit(tensor)
    case .uint8(let tensor): visitor.visit(tensor)
    case .int16(let tensor): visitor.visit(tensor)
    case .uint16(let tensor): visitor.visit(tensor)
    case .int32(let tensor): visitor.visit(tensor)
    case .uint32(let tensor): visitor.visit(tensor)
    case .int64(let tensor): visitor.visit(tensor)
    case .uint64(let tensor): visitor.visit(tensor)
    case .float16(let tensor): visitor.visit(tensor)
    case .bfloat16(let tensor): visitor.visit(tensor)
    case .float32(let tensor): visitor.visit(tensor)
    case .float64(let tensor): visitor.visit(tensor)
    }
  }
}

/// An element that adds and multiplies: integers wrap, narrow floats compute in binary32 and round once.
protocol NumericElement: Element, Comparable {
  static func adding(_ left: Self, _ right: Self) -> Self
  static func subtracting(_ left: Self, _ right: Self) -> Self
  static func multiplying(_ left: Self, _ right: Self) -> Self
  /// Truncating for integers; division by an integer zero gives zero.
  static func dividing(_ left: Self, _ right: Self) -> Self
  static var lowest: Self { get }
  static var highest: Self { get }
  var double: Double { get }
  /// The nearest value of this type; integers truncate and saturate, a NaN becomes the integer 0.
  init(converting value: Double)
}

extension NumericElement where Self: FixedWidthInteger {
  static func adding(_ left: Self, _ right: Self) -> Self { left &+ right }
  static func subtracting(_ left: Self, _ right: Self) -> Self { left &- right }
  static func multiplying(_ left: Self, _ right: Self) -> Self { left &* right }
  static func dividing(_ left: Self, _ right: Self) -> Self {
    right == 0 ? 0 : left.dividedReportingOverflow(by: right).partialValue
  }
  static var lowest: Self { min }
  static var highest: Self { max }
  var double: Double { Double(self) }
  init(converting value: Double) {
    if value.isNaN {
      self = 0
    } else if value >= Double(Self.max) {
      self = .max
    } else if value <= Double(Self.min) {
      self = .min
    } else {
      self.init(value)
    }
  }
}

extension NumericElement where Self: BinaryFloatingPoint {
  static func adding(_ left: Self, _ right: Self) -> Self { left + right }
  static func subtracting(_ left: Self, _ right: Self) -> Self { left - right }
  static func multiplying(_ left: Self, _ right: Self) -> Self { left * right }
  static func dividing(_ left: Self, _ right: Self) -> Self { left / right }
  static var lowest: Self { -infinity }
  static var highest: Self { infinity }
  var double: Double { Double(self) }
  init(converting value: Double) { self.init(value) }
}

extension Bool: Element {
  static var zero: Bool { false }
  static func wrap(_ tensor: Tensor<Bool>) -> AnyTensor { .bool(tensor) }
}

extension Int8: NumericElement {
  static func wrap(_ tensor: Tensor<Int8>) -> AnyTensor { .int8(tensor) }
}

extension UInt8: NumericElement {
  static func wrap(_ tensor: Tensor<UInt8>) -> AnyTensor { .uint8(tensor) }
}

extension Int16: NumericElement {
  static func wrap(_ tensor: Tensor<Int16>) -> AnyTensor { .int16(tensor) }
}

extension UInt16: NumericElement {
  static func wrap(_ tensor: Tensor<UInt16>) -> AnyTensor { .uint16(tensor) }
}

extension Int32: NumericElement {
  static func wrap(_ tensor: Tensor<Int32>) -> AnyTensor { .int32(tensor) }
}

extension UInt32: NumericElement {
  static func wrap(_ tensor: Tensor<UInt32>) -> AnyTensor { .uint32(tensor) }
}

extension Int64: NumericElement {
  static func wrap(_ tensor: Tensor<Int64>) -> AnyTensor { .int64(tensor) }
}

extension UInt64: NumericElement {
  static func wrap(_ tensor: Tensor<UInt64>) -> AnyTensor { .uint64(tensor) }
}

extension Float16: NumericElement {
  static func wrap(_ tensor: Tensor<Float16>) -> AnyTensor { .float16(tensor) }
}

extension Float: NumericElement {
  static func wrap(_ tensor: Tensor<Float>) -> AnyTensor { .float32(tensor) }
}

extension Double: NumericElement {
  static func wrap(_ tensor: Tensor<Double>) -> AnyTensor { .float64(tensor) }
}

extension BFloat16: NumericElement {
  static var zero: BFloat16 { BFloat16(bitPattern: 0) }
  static func wrap(_ tensor: Tensor<BFloat16>) -> AnyTensor { .bfloat16(tensor) }
  static func adding(_ left: BFloat16, _ right: BFloat16) -> BFloat16 { BFloat16(left.float + right.float) }
  static func subtracting(_ left: BFloat16, _ right: BFloat16) -> BFloat16 { BFloat16(left.float - right.float) }
  static func multiplying(_ left: BFloat16, _ right: BFloat16) -> BFloat16 { BFloat16(left.float * right.float) }
  static func dividing(_ left: BFloat16, _ right: BFloat16) -> BFloat16 { BFloat16(left.float / right.float) }
  static var lowest: BFloat16 { BFloat16(-Float.infinity) }
  static var highest: BFloat16 { BFloat16(Float.infinity) }
  var double: Double { Double(float) }
  init(converting value: Double) { self.init(Float(value)) }
}
