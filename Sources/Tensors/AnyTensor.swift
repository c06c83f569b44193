/// A dense tensor whose element type is known only at run time: what files and graphs hold.
public enum AnyTensor: Sendable, Equatable {
  case bool(Tensor<Bool>)
  case int8(Tensor<Int8>)
  case uint8(Tensor<UInt8>)
  case int16(Tensor<Int16>)
  case uint16(Tensor<UInt16>)
  case int32(Tensor<Int32>)
  case uint32(Tensor<UInt32>)
  case int64(Tensor<Int64>)
  case uint64(Tensor<UInt64>)
  case float16(Tensor<Float16>)
  case bfloat16(Tensor<BFloat16>)
  case float32(Tensor<Float>)
  case float64(Tensor<Double>)

  /// The element type.
  public var elementType: ElementType {
    switch self {
    case .bool: .bool
    case .int8: .int8
    case .uint8: .uint8
    case .int16: .int16
    case .uint16: .uint16
    case .int32: .int32
    case .uint32: .uint32
    case .int64: .int64
    case .uint64: .uint64
    case .float16: .float16
    case .bfloat16: .bfloat16
    case .float32: .float32
    case .float64: .float64
    }
  }

  /// The extents.
  public var shape: Shape {
    switch self {
    case .bool(let tensor): tensor.shape
    case .int8(let tensor): tensor.shape
    case .uint8(let tensor): tensor.shape
    case .int16(let tensor): tensor.shape
    case .uint16(let tensor): tensor.shape
    case .int32(let tensor): tensor.shape
    case .uint32(let tensor): tensor.shape
    case .int64(let tensor): tensor.shape
    case .uint64(let tensor): tensor.shape
    case .float16(let tensor): tensor.shape
    case .bfloat16(let tensor): tensor.shape
    case .float32(let tensor): tensor.shape
    case .float64(let tensor): tensor.shape
    }
  }
}
