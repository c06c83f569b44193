/// The header of a `.npy` file: element type, byte order, element order and shape.
struct NumpyHeader {
  var type: ElementType
  var isBigEndian: Bool
  var isFortran: Bool
  var shape: Shape
  /// Offset of the first element.
  var payload: Int

  /// Reads and checks the header of `bytes`.
  init(_ bytes: [UInt8], file: String) throws(InputError) {
    let range = try Self.headerRange(bytes, file: file)
    var literal = NumpyLiteral(bytes: bytes[range], file: file)
    let fields = try literal.dictionary()
    guard let descr = fields.descr, let order = fields.isFortran, let extents = fields.shape else {
      let missing = [
        fields.descr == nil ? "'descr'" : nil, fields.isFortran == nil ? "'fortran_order'" : nil,
        fields.shape == nil ? "'shape'" : nil,
      ].compactMap { $0 }
      throw InputError(
        file: file, place: .byte(range.lowerBound), kind: .missing,
        problem: "the .npy header has no \(missing.joined(separator: " and no "))")
    }
    guard let element = NumpyDescriptor.parse(descr.text) else {
      throw InputError(
        file: file, place: .byte(descr.offset), kind: .unsupported,
        problem: "element type '\(descr.text)' is none that a tensor can have",
        remedy: "supported are " + ElementType.allCases.map { NumpyDescriptor.text($0) }.joined(separator: " ")
          + " (V2 is bfloat16)")
    }
    try Self.checkExtents(extents.values, at: extents.offset, file: file)
    type = element.type
    isBigEndian = element.isBigEndian
    isFortran = order
    shape = Shape(extents.values)
    payload = range.upperBound
  }

  /// The bytes of the header's text, after magic, version and length.
  private static func headerRange(_ bytes: [UInt8], file: String) throws(InputError) -> Range<Int> {
    let magic = NumpyFile.magic
    guard bytes.starts(with: magic.prefix(min(bytes.count, magic.count))), !bytes.isEmpty else {
      throw InputError(
        file: file, place: .byte(0), kind: .malformed,
        problem: bytes.isEmpty ? "the file is empty" : "not a .npy file: it does not start with \\x93NUMPY",
        remedy: "write it with numpy.save")
    }
    try need(10, of: bytes, "the .npy preamble", file: file)
    let version = (bytes[6], bytes[7])
    guard (1...3).contains(version.0), version.1 == 0 else {
      throw InputError(
        file: file, place: .byte(6), kind: .unsupported, problem: ".npy version \(version.0).\(version.1) is unknown",
        remedy: "versions 1.0, 2.0 and 3.0 are read")
    }
    let lengthBytes = version.0 == 1 ? 2 : 4
    try need(8 + lengthBytes, of: bytes, "the .npy preamble", file: file)
    var length = 0
    for byte in 0..<lengthBytes { length |= Int(bytes[8 + byte]) << (8 * byte) }
    let start = 8 + lengthBytes
    try need(start + length, of: bytes, "the .npy header", file: file)
    return start..<(start + length)
  }

  private static func need(_ count: Int, of bytes: [UInt8], _ what: String, file: String) throws(InputError) {
    guard bytes.count < count else { return }
    throw InputError(
      file: file, place: .byte(bytes.count), kind: .cutShort,
      problem: "\(what) ends at byte \(count), but the file has \(bytesPhrase(bytes.count)): "
        + "\(bytesPhrase(count - bytes.count)) missing")
  }

  /// Refuses extents whose product, empty ones left out, is no `Int`: no arithmetic on the shape can then overflow.
  private static func checkExtents(_ extents: [Int], at offset: Int, file: String) throws(InputError) {
    var product = 8
    for extent in extents where extent != 0 {
      let (next, overflows) = product.multipliedReportingOverflow(by: extent)
      guard !overflows else {
        throw InputError(
          file: file, place: .byte(offset), kind: .outOfRange,
          problem: "shape (\(extents.map(String.init).joined(separator: ", "))) has more than 2^60 elements")
      }
      product = next
    }
  }

  /// Checks that exactly the promised elements follow the header; returns their offset.
  func checkPayload(_ fileBytes: Int, file: String) throws(InputError) -> Int {
    let needed = shape.count * type.byteCount
    let present = fileBytes - payload
    guard present != needed else { return payload }
    let promise = "shape \(shape) of \(type.rawValue) takes \(bytesPhrase(needed)) after the header"
    throw InputError(
      file: file, place: .byte(present < needed ? fileBytes : payload + needed),
      kind: present < needed ? .cutShort : .trailing,
      problem: "\(promise), but \(bytesPhrase(present)) follow: "
        + (present < needed ? "\(bytesPhrase(needed - present)) missing" : "\(bytesPhrase(present - needed)) too many"))
  }
}
