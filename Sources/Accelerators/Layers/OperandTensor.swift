public import Memory
public import Tensors

/// A tensor as the machine's memory holds it: bytes, how an operand is read from them, and its zero point.
public struct OperandTensor: Sendable, Equatable {
  /// Extents.
  public let shape: Shape
  /// How bytes become operands.
  public let format: OperandFormat
  /// The value that counts as zero; 0 for bfloat16.
  public let zeroPoint: Int16
  /// Row-major, little-endian.
  public let bytes: [UInt8]

  /// Signed bytes.
  public init(_ tensor: Tensor<Int8>, zeroPoint: Int8 = 0) {
    shape = tensor.shape
    format = .int8
    self.zeroPoint = Int16(zeroPoint)
    bytes = tensor.elements.map { UInt8(bitPattern: $0) }
  }

  /// Unsigned bytes.
  public init(_ tensor: Tensor<UInt8>, zeroPoint: UInt8 = 0) {
    shape = tensor.shape
    format = .uint8
    self.zeroPoint = Int16(zeroPoint)
    bytes = tensor.elements
  }

  /// bfloat16 patterns.
  public init(_ tensor: Tensor<BFloat16>) {
    shape = tensor.shape
    format = .bfloat16
    zeroPoint = 0
    bytes = tensor.elements.flatMap { [UInt8(truncatingIfNeeded: $0.bitPattern), UInt8($0.bitPattern >> 8)] }
  }

  private init(_ shape: Shape, _ bytes: [UInt8], like other: OperandTensor) {
    self.shape = shape
    self.bytes = bytes
    format = other.format
    zeroPoint = other.zeroPoint
  }

  /// Other elements, read in the same way.
  func replaced(by bytes: [UInt8], shape: Shape) -> OperandTensor {
    precondition(bytes.count == shape.count * format.bytes, "a tensor has the bytes of its shape")
    return OperandTensor(shape, bytes, like: self)
  }

  /// The bytes of an element that counts as zero.
  var zeroBytes: [UInt8] {
    format == .bfloat16 ? [0, 0] : [UInt8(truncatingIfNeeded: zeroPoint)]
  }

  /// The same elements under another shape of the same count.
  public func reshaped(_ shape: Shape) -> OperandTensor {
    precondition(shape.count == self.shape.count, "a reshape keeps the element count")
    return OperandTensor(shape, bytes, like: self)
  }

  /// The contract that reads these operands.
  public var arithmetic: Arithmetic { format == .bfloat16 ? .bfloat16 : .int8 }

  /// The bits in an operand register, zero point subtracted, element by element.
  public var operands: Tensor<Int16> {
    switch format {
    case .int8: Tensor(shape, bytes.map { Int16(Int8(bitPattern: $0)) - zeroPoint })
    case .uint8: Tensor(shape, bytes.map { Int16($0) - zeroPoint })
    case .bfloat16:
      Tensor(
        shape,
        stride(from: 0, to: bytes.count, by: 2).map {
          Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
        })
    }
  }

  /// Elements equal to the zero point.
  public var zeroCount: Int {
    operands.elements.reduce(0) { $0 + ($1 & 0x7FFF == 0 ? 1 : 0) }
  }
}
