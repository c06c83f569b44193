/// Reads the Python dictionary literal in a `.npy` header: strings, True, False, and tuples of integers.
struct NumpyLiteral {
  /// The three keys of the format, each with where its value starts.
  struct Fields {
    var descr: (text: String, offset: Int)?
    var isFortran: Bool?
    var shape: (values: [Int], offset: Int)?
  }

  let bytes: ArraySlice<UInt8>
  let file: String
  private var position: Int

  init(bytes: ArraySlice<UInt8>, file: String) {
    self.bytes = bytes
    self.file = file
    position = bytes.startIndex
  }

  /// The whole header.
  mutating func dictionary() throws(InputError) -> Fields {
    var fields = Fields()
    try expect("{")
    while !accept("}") {
      let keyOffset = position
      let key = try string()
      try expect(":")
      skipSpaces()
      let offset = position
      switch key {
      case "descr" where fields.descr == nil: fields.descr = (try descriptor(), offset)
      case "fortran_order" where fields.isFortran == nil: fields.isFortran = try boolean()
      case "shape" where fields.shape == nil: fields.shape = (try tuple(), offset)
      case "descr", "fortran_order", "shape": throw fault(keyOffset, "the .npy header has the key '\(key)' twice")
      default: throw fault(keyOffset, "the .npy header has an unknown key '\(key)'")
      }
      if !accept(",") {
        try expect("}")
        break
      }
    }
    skipSpaces()
    guard position == bytes.endIndex else { throw fault(position, "text follows the .npy header's dictionary") }
    return fields
  }

  private mutating func descriptor() throws(InputError) -> String {
    if peek == UInt8(ascii: "[") || peek == UInt8(ascii: "(") {
      throw InputError(
        file: file, place: .byte(position), kind: .unsupported, problem: "structured element types are not supported",
        remedy: "save one array for each field")
    }
    return try string()
  }

  private mutating func boolean() throws(InputError) -> Bool {
    for (word, value) in [("True", true), ("False", false)]
    where bytes[position...].starts(with: word.utf8) {
      position += word.utf8.count
      return value
    }
    throw fault(position, "'fortran_order' is neither True nor False")
  }

  private mutating func tuple() throws(InputError) -> [Int] {
    var values: [Int] = []
    try expect("(")
    while !accept(")") {
      values.append(try integer())
      if !accept(",") {
        try expect(")")
        break
      }
    }
    return values
  }

  private mutating func integer() throws(InputError) -> Int {
    skipSpaces()
    let start = position
    var value = 0
    while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      let (scaled, overflows) = value.multipliedReportingOverflow(by: 10)
      let (next, overflowsToo) = scaled.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
      guard !overflows, !overflowsToo else {
        throw InputError(
          file: file, place: .byte(start), kind: .outOfRange, problem: "an extent of 'shape' is above \(Int.max)")
      }
      value = next
      position += 1
    }
    guard position > start else { throw fault(start, "'shape' is not a tuple of extents of 0 or more") }
    // Python 2 wrote long integers with a suffix.
    if peek == UInt8(ascii: "L") { position += 1 }
    return value
  }

  private mutating func string() throws(InputError) -> String {
    skipSpaces()
    guard let quote = peek, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      throw fault(position, "the .npy header has no string where one is needed")
    }
    let start = position + 1
    guard let end = bytes[start...].firstIndex(of: quote) else { throw fault(position, "a string has no end") }
    position = end + 1
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  private var peek: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

  private mutating func skipSpaces() {
    while let byte = peek, byte == 0x20 || (0x09...0x0D).contains(byte) { position += 1 }
  }

  private mutating func accept(_ character: Unicode.Scalar) -> Bool {
    skipSpaces()
    guard let byte = peek, UInt32(byte) == character.value else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(InputError) {
    guard accept(character) else { throw fault(position, "the .npy header lacks a '\(character)'") }
  }

  private func fault(_ offset: Int, _ problem: String) -> InputError {
    InputError(file: file, place: .byte(offset), kind: .malformed, problem: problem)
  }
}
