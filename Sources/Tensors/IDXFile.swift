/// IDX files, the format of MNIST (yann.lecun.com/exdb/mnist, "The IDX file format"): big-endian, row-major.
public enum IDXFile {
  private static let codes: [(code: UInt8, type: ElementType)] = [
    (0x08, .uint8), (0x09, .int8), (0x0B, .int16), (0x0C, .int32), (0x0D, .float32), (0x0E, .float64),
  ]

  /// Whether some bytes start like an IDX file.
  public static func isLikely(_ bytes: [UInt8]) -> Bool {
    bytes.count >= 4 && bytes[0] == 0 && bytes[1] == 0 && codes.contains { $0.code == bytes[2] }
  }

  /// The tensor in a file's bytes; `file` names it in errors.
  ///
  /// Throws `InputError` when the bytes are cut short, too many, or no IDX file.
  public static func read(_ bytes: [UInt8], file: String) throws(InputError) -> AnyTensor {
    func fault(_ offset: Int, _ kind: InputError.Kind, _ problem: String) -> InputError {
      InputError(file: file, place: .byte(offset), kind: kind, problem: problem)
    }
    guard bytes.count >= 4 else {
      throw fault(bytes.count, .cutShort, "the file ends within the 4 bytes of an IDX magic")
    }
    guard bytes[0] == 0, bytes[1] == 0 else {
      throw fault(0, .malformed, "not an IDX file: it does not start with 0 0")
    }
    guard let type = codes.first(where: { $0.code == bytes[2] })?.type else {
      throw fault(2, .unsupported, "IDX element type 0x\(String(bytes[2], radix: 16)) does not exist")
    }
    let rank = Int(bytes[3])
    let start = 4 + 4 * rank
    guard bytes.count >= start else {
      throw fault(
        bytes.count, .cutShort, "\(rank) extents end at byte \(start), but the file has \(bytesPhrase(bytes.count))")
    }
    var extents: [Int] = []
    var product = 8
    for axis in 0..<rank {
      let extent = (0..<4).reduce(0) { $0 << 8 | Int(bytes[4 + 4 * axis + $1]) }
      let (next, overflows) = product.multipliedReportingOverflow(by: max(1, extent))
      guard !overflows else { throw fault(4 + 4 * axis, .outOfRange, "the extents have more than 2^60 elements") }
      product = next
      extents.append(extent)
    }
    let shape = Shape(extents)
    let needed = shape.count * type.byteCount
    let present = bytes.count - start
    guard present == needed else {
      let difference = "\(bytesPhrase(abs(needed - present))) \(present < needed ? "missing" : "too many")"
      throw fault(
        present < needed ? bytes.count : start + needed, present < needed ? .cutShort : .trailing,
        "shape \(shape) of \(type.rawValue) takes \(bytesPhrase(needed)) after the header, "
          + "but \(bytesPhrase(present)) follow: \(difference)")
    }
    let elements = RawElements(
      bytes: bytes, offset: start, type: type, shape: shape, isBigEndian: true, isFortran: false)
    return elements.tensor()
  }

  /// The bytes of a file, or nil for an element type or an extent that IDX cannot hold.
  public static func write(_ tensor: AnyTensor) -> [UInt8]? {
    guard let code = codes.first(where: { $0.type == tensor.elementType })?.code, tensor.shape.rank < 256,
      tensor.shape.dimensions.allSatisfy({ $0 <= 0xFFFF_FFFF })
    else { return nil }
    var bytes: [UInt8] = [0, 0, code, UInt8(tensor.shape.rank)]
    func append<Word: FixedWidthInteger>(_ word: Word) {
      for byte in 1...(Word.bitWidth / 8) {
        bytes.append(UInt8(truncatingIfNeeded: word >> Word(Word.bitWidth - 8 * byte)))
      }
    }
    for extent in tensor.shape.dimensions { append(UInt32(extent)) }
    switch tensor {
    case .uint8(let tensor): bytes += tensor.elements
    case .int8(let tensor): tensor.elements.forEach { append(UInt8(bitPattern: $0)) }
    case .int16(let tensor): tensor.elements.forEach { append($0) }
    case .int32(let tensor): tensor.elements.forEach { append($0) }
    case .float32(let tensor): tensor.elements.forEach { append($0.bitPattern) }
    case .float64(let tensor): tensor.elements.forEach { append($0.bitPattern) }
    case .bool, .uint16, .uint32, .int64, .uint64, .float16, .bfloat16: return nil
    }
    return bytes
  }
}
