internal import Tensors

extension ONNXDecoder {
  /// Decodes one `TensorProto`; its element count must agree with its extents before anything is allocated.
  func tensor(_ message: ProtobufReader) throws(NetworkError) -> ONNXTensor {
    let fields = try TensorFields(message)
    let place = NetworkError.Place.tensor(fields.name.isEmpty ? "at byte \(message.position)" : fields.name)
    func fail(_ kind: NetworkError.Kind, _ problem: String) -> NetworkError {
      NetworkError(kind, file: file, at: place, problem)
    }
    if fields.isExternal {
      throw fail(.unsupported, "keeps its data in an external file; save the model with its data inside")
    }
    guard let type = ONNXDataType(rawValue: Int(fields.type)) else {
      throw fail(.unsupported, "has element type \(ONNXDataType.name(of: fields.type)), which is not read")
    }
    guard let extents = extents(fields.dimensions), let count = product(of: extents, atMost: 1 << 40) else {
      throw fail(.malformed, "has extents \(fields.dimensions), negative or more than 2^40 elements")
    }
    let stored = fields.storedCount(type: type)
    guard stored == count else {
      throw fail(
        .malformed, "holds \(stored.map(String.init) ?? "a fraction of") elements, its extents \(extents) say \(count)")
    }
    let tensor = fields.tensor(type: type, shape: Shape(extents), bytes: bytes)
    return ONNXTensor(name: fields.name, type: type, tensor: tensor)
  }

  private func extents(_ dimensions: [Int64]) -> [Int]? {
    dimensions.allSatisfy { $0 >= 0 } ? dimensions.map(Int.init) : nil
  }
}

/// The fields of a `TensorProto` before they are checked against each other.
private struct TensorFields {
  var name = ""
  var type: Int64 = 0
  var dimensions: [Int64] = []
  var raw: Range<Int>?
  var floats: [UInt64] = []
  var doubles: [UInt64] = []
  var integers: [Int64] = []
  var isExternal = false

  init(_ message: ProtobufReader) throws(NetworkError) {
    var reader = message
    while let (number, value) = try reader.next() {
      switch number {
      case 1: try reader.integers(value, "dims", into: &dimensions)
      case 2: type = try reader.integer(value, "data_type")
      case 4: try reader.fixedWords(value, width: 4, "float_data", into: &floats)
      case 5: try reader.integers(value, "int32_data", into: &integers)
      case 7: try reader.integers(value, "int64_data", into: &integers)
      case 8: name = try reader.string(value, "tensor name")
      case 9: raw = try reader.range(value, "raw_data")
      case 10: try reader.fixedWords(value, width: 8, "double_data", into: &doubles)
      case 11: try reader.integers(value, "uint64_data", into: &integers)
      case 13: isExternal = true
      case 14: isExternal = try reader.integer(value, "data_location") == 1 || isExternal
      default: break
      }
    }
    if type < 0 || type > 1000 { throw reader.malformed(message.position, "data_type \(type) is no ONNX type") }
  }

  private func isNibble(_ type: ONNXDataType) -> Bool { type == .int4 || type == .uint4 }

  /// Elements that the data fields hold, nil where bytes do not divide into elements.
  func storedCount(type: ONNXDataType) -> Int? {
    if let raw {
      // A nibble tensor of odd length leaves half a byte over: the extents decide which it is.
      if isNibble(type) { return nibbleCount(bytes: raw.count) }
      return raw.count % type.elementType.byteCount == 0 ? raw.count / type.elementType.byteCount : nil
    }
    switch type {
    case .float32: return floats.count
    case .float64: return doubles.count
    case .int4, .uint4: return nibbleCount(bytes: integers.count)
    default: return integers.count
    }
  }

  private func nibbleCount(bytes: Int) -> Int {
    let declared = dimensions.reduce(Int64(1)) { $0.multipliedReportingOverflow(by: $1).partialValue }
    return declared == Int64(2 * bytes - 1) ? 2 * bytes - 1 : 2 * bytes
  }

  func tensor(type: ONNXDataType, shape: Shape, bytes: [UInt8]) -> AnyTensor {
    func words<Word: FixedWidthInteger & Sendable>(_: Word.Type) -> [Word] {
      guard let raw else { return integers.map { Word(truncatingIfNeeded: $0) } }
      return littleEndian(bytes.span.extracting(raw), count: shape.count)
    }
    switch type {
    case .float32:
      let bits: [UInt32] = raw == nil ? floats.map { UInt32(truncatingIfNeeded: $0) } : words(UInt32.self)
      return .float32(Tensor(shape, bits.map(Float.init(bitPattern:))))
    case .float64:
      return .float64(Tensor(shape, (raw == nil ? doubles : words(UInt64.self)).map(Double.init(bitPattern:))))
    case .float16: return .float16(Tensor(shape, words(UInt16.self).map(Float16.init(bitPattern:))))
    case .bfloat16: return .bfloat16(Tensor(shape, words(UInt16.self).map(BFloat16.init(bitPattern:))))
    case .bool: return .bool(Tensor(shape, words(UInt8.self).map { $0 != 0 }))
    case .uint8: return .uint8(Tensor(shape, words(UInt8.self)))
    case .int8: return .int8(Tensor(shape, words(Int8.self)))
    case .uint16: return .uint16(Tensor(shape, words(UInt16.self)))
    case .int16: return .int16(Tensor(shape, words(Int16.self)))
    case .uint32: return .uint32(Tensor(shape, words(UInt32.self)))
    case .int32: return .int32(Tensor(shape, words(Int32.self)))
    case .uint64: return .uint64(Tensor(shape, words(UInt64.self)))
    case .int64: return .int64(Tensor(shape, words(Int64.self)))
    case .uint4: return .uint8(Tensor(shape, nibbles(bytes, count: shape.count)))
    case .int4:
      return .int8(Tensor(shape, nibbles(bytes, count: shape.count).map { Int8(truncatingIfNeeded: $0 << 4) >> 4 }))
    }
  }

  /// 4-bit elements, low half of each byte first.
  private func nibbles(_ bytes: [UInt8], count: Int) -> [UInt8] {
    let packed = raw.map { Array(bytes[$0]) } ?? integers.map { UInt8(truncatingIfNeeded: $0) }
    return (0..<count).map { $0 % 2 == 0 ? packed[$0 / 2] & 15 : packed[$0 / 2] >> 4 }
  }
}

/// Little-endian words of a span, which must hold `count` of them.
private func littleEndian<Word: FixedWidthInteger>(_ bytes: Span<UInt8>, count: Int) -> [Word] {
  let width = Word.bitWidth / 8
  precondition(bytes.count >= count * width, "the raw data holds every element")
  var words = [Word](repeating: 0, count: count)
  var target = words.mutableSpan
  for index in 0..<count {
    var word: Word = 0
    for byte in 0..<width {
      unsafe word |= Word(truncatingIfNeeded: bytes[unchecked: index &* width &+ byte]) << Word(8 * byte)
    }
    unsafe target[unchecked: index] = word
  }
  return words
}
