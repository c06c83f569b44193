public import Tensors

/// The element types of ONNX (`TensorProto.DataType`) that this reader holds.
///
/// 4-bit integers are stored unpacked, one a byte, and keep their type here: a tensor holds `int8` or `uint8`.
public enum ONNXDataType: Int, CaseIterable, Sendable {
  case float32 = 1
  case uint8, int8, uint16, int16, int32, int64
  case bool = 9
  case float16, float64, uint32, uint64
  case bfloat16 = 16
  case uint4 = 21
  case int4 = 22

  /// The element type that holds it in memory.
  public var elementType: ElementType {
    switch self {
    case .float32: .float32
    case .uint8, .uint4: .uint8
    case .int8, .int4: .int8
    case .uint16: .uint16
    case .int16: .int16
    case .int32: .int32
    case .int64: .int64
    case .bool: .bool
    case .float16: .float16
    case .float64: .float64
    case .uint32: .uint32
    case .uint64: .uint64
    case .bfloat16: .bfloat16
    }
  }

  /// The ONNX type that an element type is by default.
  public init(_ elementType: ElementType) {
    switch elementType {
    case .float32: self = .float32
    case .uint8: self = .uint8
    case .int8: self = .int8
    case .uint16: self = .uint16
    case .int16: self = .int16
    case .int32: self = .int32
    case .int64: self = .int64
    case .bool: self = .bool
    case .float16: self = .float16
    case .float64: self = .float64
    case .uint32: self = .uint32
    case .uint64: self = .uint64
    case .bfloat16: self = .bfloat16
    }
  }

  /// Values of an integer type, nil for floating-point and boolean ones.
  public var integerRange: ClosedRange<Int>? {
    switch self {
    case .uint4: 0...15
    case .int4: -8...7
    case .uint8: 0...255
    case .int8: -128...127
    case .uint16: 0...65535
    case .int16: -32768...32767
    case .int32: Int(Int32.min)...Int(Int32.max)
    case .uint32: 0...Int(UInt32.max)
    case .int64: Int.min...Int.max
    case .uint64, .bool, .float16, .bfloat16, .float32, .float64: nil
    }
  }

  /// What ONNX calls a type number that this reader does not hold.
  static func name(of number: Int64) -> String {
    let names: [Int64: String] = [
      0: "UNDEFINED", 8: "STRING", 14: "COMPLEX64", 15: "COMPLEX128", 17: "FLOAT8E4M3FN", 18: "FLOAT8E4M3FNUZ",
      19: "FLOAT8E5M2", 20: "FLOAT8E5M2FNUZ", 23: "FLOAT4E2M1", 24: "FLOAT8E8M0", 25: "UINT2", 26: "INT2",
    ]
    return names[number].map { "\($0) (\(number))" } ?? "\(number)"
  }
}
