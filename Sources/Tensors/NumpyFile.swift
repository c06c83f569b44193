/// NumPy's `.npy` files, versions 1.0, 2.0 and 3.0 (numpy/lib/_format_impl.py, "Format Specification").
///
/// Reading takes every `ElementType`, either byte order (`<`, `>`, and `=` or `|` as little-endian) and either element
/// order; a Fortran-order file is converted to row-major. NumPy has no bfloat16: the two-byte void `V2` that
/// `ml_dtypes` stores is read as bfloat16, and bfloat16 is written as `<V2`, which is what `numpy.save` writes of an
/// `ml_dtypes.bfloat16` array.
public enum NumpyFile {
  /// The six bytes every file starts with: `\x93NUMPY`.
  static let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]

  /// The tensor in a file's bytes; `file` names it in errors.
  ///
  /// Throws `InputError` when the bytes are cut short or too many, or of a type that no `AnyTensor` holds.
  public static func read(_ bytes: [UInt8], file: String) throws(InputError) -> AnyTensor {
    let header = try NumpyHeader(bytes, file: file)
    let payload = try header.checkPayload(bytes.count, file: file)
    let elements = RawElements(
      bytes: bytes, offset: payload, type: header.type, shape: header.shape, isBigEndian: header.isBigEndian,
      isFortran: header.isFortran)
    return elements.tensor()
  }

  /// The bytes that `numpy.save` writes for the same array in C order: version 1.0, or 2.0 for a header past 65,535
  /// bytes.
  public static func write(_ tensor: AnyTensor) -> [UInt8] {
    let descr = NumpyDescriptor.text(tensor.elementType)
    var bytes = headerBytes(descr: descr, shape: tensor.shape)
    bytes.reserveCapacity(bytes.count + tensor.shape.count * tensor.elementType.byteCount)
    appendElements(tensor, to: &bytes)
    return bytes
  }

  static func headerBytes(descr: String, shape: Shape) -> [UInt8] {
    let extents = shape.dimensions.map(String.init)
    let tuple = extents.count == 1 ? "(\(extents[0]),)" : "(\(extents.joined(separator: ", ")))"
    var text = "{'descr': '\(descr)', 'fortran_order': False, 'shape': \(tuple), }"
    // NumPy leaves room for the first extent to grow to 21 digits in place.
    if let first = extents.first { text += String(repeating: " ", count: 21 - first.utf8.count) }
    let isLong = text.utf8.count + 1 + 64 > 0xFFFF
    let prefix = magic.count + 2 + (isLong ? 4 : 2)
    // One newline, and 1 to 64 bytes of padding to a multiple of 64, as NumPy counts it.
    let unpadded = prefix + text.utf8.count + 1
    text += String(repeating: " ", count: 64 - unpadded % 64) + "\n"
    let length = UInt32(text.utf8.count)
    var bytes = magic + [isLong ? 2 : 1, 0]
    for byte in 0..<(isLong ? 4 : 2) {
      bytes.append(UInt8(truncatingIfNeeded: length >> UInt32(8 * byte)))
    }
    return bytes + Array(text.utf8)
  }

  static func appendElements(_ tensor: AnyTensor, to bytes: inout [UInt8]) {
    switch tensor {
    case .bool(let tensor): bytes.append(contentsOf: tensor.elements.lazy.map { $0 ? 1 : 0 })
    case .int8(let tensor): append(tensor.elements, to: &bytes)
    case .uint8(let tensor): bytes.append(contentsOf: tensor.elements)
    case .int16(let tensor): append(tensor.elements, to: &bytes)
    case .uint16(let tensor): append(tensor.elements, to: &bytes)
    case .int32(let tensor): append(tensor.elements, to: &bytes)
    case .uint32(let tensor): append(tensor.elements, to: &bytes)
    case .int64(let tensor): append(tensor.elements, to: &bytes)
    case .uint64(let tensor): append(tensor.elements, to: &bytes)
    case .float16(let tensor): append(tensor.elements.map(\.bitPattern), to: &bytes)
    case .bfloat16(let tensor): append(tensor.elements.map(\.bitPattern), to: &bytes)
    case .float32(let tensor): append(tensor.elements.map(\.bitPattern), to: &bytes)
    case .float64(let tensor): append(tensor.elements.map(\.bitPattern), to: &bytes)
    }
  }

  private static func append<Word: FixedWidthInteger>(_ words: [Word], to bytes: inout [UInt8]) {
    for word in words {
      for byte in 0..<(Word.bitWidth / 8) {
        bytes.append(UInt8(truncatingIfNeeded: word >> Word(8 * byte)))
      }
    }
  }
}

/// The element types that a `.npy` header names.
enum NumpyDescriptor {
  /// What NumPy writes for an element type on a little-endian machine.
  static func text(_ type: ElementType) -> String {
    switch type {
    case .bool: "|b1"
    case .int8: "|i1"
    case .uint8: "|u1"
    case .int16: "<i2"
    case .uint16: "<u2"
    case .int32: "<i4"
    case .uint32: "<u4"
    case .int64: "<i8"
    case .uint64: "<u8"
    case .float16: "<f2"
    case .bfloat16: "<V2"
    case .float32: "<f4"
    case .float64: "<f8"
    }
  }

  /// The element type and byte order of a `descr` text, or nil if no `ElementType` fits.
  static func parse(_ text: String) -> (type: ElementType, isBigEndian: Bool)? {
    if let named = ElementType(rawValue: text) { return (named, false) }
    var code = Substring(text)
    var isBigEndian = false
    if let order = code.first, "<>=|".contains(order) {
      isBigEndian = order == ">"
      code.removeFirst()
    }
    if code == "?" { return (.bool, false) }
    for type in ElementType.allCases where Self.text(type).dropFirst() == code {
      return (type, isBigEndian)
    }
    return nil
  }
}
