/// What a value in a saved run begins with.
enum CheckpointTag: UInt8 {
  case null, no, yes
  /// A signed number, seven bits a byte, the sign in the lowest bit.
  case integer
  /// A number beyond `Int64.max`.
  case unsigned
  /// IEEE 754 binary64.
  case real
  case text
  /// Keys and values; preceded by its length, so that a reader can step over it.
  case keyed
  /// Values in order; preceded by its length.
  case list
  /// Whole numbers of one width, packed: width in bytes, count, and the numbers.
  case numbers
}

/// Bytes being written.
struct CheckpointBytes {
  var bytes: [UInt8] = []

  mutating func append(_ tag: CheckpointTag) { bytes.append(tag.rawValue) }

  mutating func append(fixed value: UInt64, bytes count: Int) {
    for byte in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * byte))) }
  }

  mutating func append(variable value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  mutating func append(text: String) {
    append(variable: UInt64(text.utf8.count))
    bytes += text.utf8
  }

  mutating func append(integer value: some FixedWidthInteger) {
    if let small = Int64(exactly: value) {
      append(.integer)
      append(variable: UInt64(bitPattern: small << 1 ^ small >> 63))
    } else {
      append(.unsigned)
      append(variable: UInt64(truncatingIfNeeded: value))
    }
  }

  mutating func append<Number: FixedWidthInteger>(numbers: [Number]) {
    let width = Number.bitWidth / 8
    append(.numbers)
    bytes.append(UInt8(width))
    append(variable: UInt64(numbers.count))
    bytes.reserveCapacity(bytes.count + width * numbers.count)
    for number in numbers { append(fixed: UInt64(truncatingIfNeeded: number), bytes: width) }
  }
}

/// Bytes being read; every access is checked.
struct CheckpointReader {
  let bytes: ArraySlice<UInt8>
  var offset: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    offset = bytes.startIndex
  }

  var isAtEnd: Bool { offset == bytes.endIndex }

  func failure(_ problem: String) -> CheckpointError { CheckpointError(offset: offset, problem) }

  mutating func byte() throws(CheckpointError) -> UInt8 {
    guard offset < bytes.endIndex else { throw failure("the state ends within a value") }
    defer { offset += 1 }
    return bytes[offset]
  }

  mutating func fixed(bytes count: Int) throws(CheckpointError) -> UInt64 {
    var value: UInt64 = 0
    for byte in 0..<count { value |= UInt64(try self.byte()) << UInt64(8 * byte) }
    return value
  }

  mutating func variable() throws(CheckpointError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      let byte = try byte()
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw failure("a number is longer than 64 bits")
  }

  /// A length of something that must lie within the bytes.
  mutating func length() throws(CheckpointError) -> Int {
    let length = try variable()
    guard length <= UInt64(bytes.endIndex - offset) else { throw failure("a length of \(length) bytes leads outside") }
    return Int(length)
  }

  mutating func tag() throws(CheckpointError) -> CheckpointTag {
    guard let tag = CheckpointTag(rawValue: try byte()) else { throw failure("no value begins like this") }
    return tag
  }

  mutating func text() throws(CheckpointError) -> String {
    let length = try length()
    defer { offset += length }
    return String(decoding: bytes[offset..<offset + length], as: UTF8.self)
  }

  /// The bytes of a keyed or listed value behind its tag.
  mutating func contents() throws(CheckpointError) -> ArraySlice<UInt8> {
    let length = try fixed(bytes: 8)
    guard length <= UInt64(bytes.endIndex - offset) else { throw failure("a length of \(length) bytes leads outside") }
    defer { offset += Int(length) }
    return bytes[offset..<offset + Int(length)]
  }

  /// Steps over a value.
  mutating func skip() throws(CheckpointError) {
    switch try tag() {
    case .null, .no, .yes: break
    case .integer, .unsigned: _ = try variable()
    case .real: _ = try fixed(bytes: 8)
    case .text: _ = try text()
    case .keyed, .list: _ = try contents()
    case .numbers:
      let width = Int(try byte())
      let count = try length()
      guard width * count <= bytes.endIndex - offset else { throw failure("the state ends within numbers") }
      offset += width * count
    }
  }

  mutating func integer<Number: FixedWidthInteger>(_ type: Number.Type) throws(CheckpointError) -> Number {
    let start = offset
    let number: Number?
    switch try tag() {
    case .integer:
      let folded = try variable()
      number = Number(exactly: Int64(bitPattern: folded >> 1) ^ -Int64(bitPattern: folded & 1))
    case .unsigned: number = Number(exactly: try variable())
    case .null, .no, .yes, .real, .text, .keyed, .list, .numbers: number = nil
    }
    guard let number else { throw CheckpointError(offset: start, "a whole number of type \(type) is expected") }
    return number
  }

  mutating func numbers<Number: FixedWidthInteger>(_ type: Number.Type) throws(CheckpointError) -> [Number] {
    let width = Number.bitWidth / 8
    guard try tag() == .numbers, try byte() == UInt8(width) else {
      throw failure("numbers of \(width) bytes are expected")
    }
    let count = try variable()
    guard count <= UInt64((bytes.endIndex - offset) / width) else { throw failure("the state ends within numbers") }
    var numbers: [Number] = []
    numbers.reserveCapacity(Int(count))
    for _ in 0..<count { numbers.append(Number(truncatingIfNeeded: try fixed(bytes: width))) }
    return numbers
  }
}
