/// Reads the fields of one protobuf message, never outside its bytes.
///
/// Wire format: protobuf.dev/programming-guides/encoding. Groups (wire types 3 and 4) have been deprecated since before
/// ONNX and are refused. Nested messages are ranges that the caller reads with a reader of their own, so that no input
/// can recurse.
struct ProtobufReader {
  /// The value of one field, by its wire type.
  enum Value {
    case varint(UInt64)
    case fixed64(UInt64)
    case bytes(Range<Int>)
    case fixed32(UInt32)
  }

  let bytes: [UInt8]
  let file: String
  private(set) var position: Int
  let end: Int

  init(bytes: [UInt8], range: Range<Int>, file: String) {
    self.bytes = bytes
    self.file = file
    position = range.lowerBound
    end = range.upperBound
  }

  /// The next field, or nil at the end of the message.
  mutating func next() throws(NetworkError) -> (number: Int, value: Value)? {
    if position == end { return nil }
    let start = position
    let key = try varint()
    let number = Int(truncatingIfNeeded: key >> 3)
    if key >> 32 != 0 || number == 0 { throw malformed(start, "field number \(key >> 3) is not in 1...536870911") }
    switch key & 7 {
    case 0: return (number, .varint(try varint()))
    case 1: return (number, .fixed64(try fixed(8)))
    case 2: return (number, .bytes(try lengthDelimited()))
    case 5: return (number, .fixed32(UInt32(truncatingIfNeeded: try fixed(4))))
    default: throw malformed(start, "field \(number) has wire type \(key & 7), which is none of 0, 1, 2, 5")
    }
  }

  /// A base-128 number of at most 64 bits.
  mutating func varint() throws(NetworkError) -> UInt64 {
    let start = position
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard position < end else { throw malformed(start, "the number is cut short at byte \(end)") }
      let byte = bytes[position]
      position += 1
      if shift == 63 && byte > 1 { break }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw malformed(start, "the number is longer than 64 bits")
  }

  /// A little-endian number of `count` bytes.
  mutating func fixed(_ count: Int) throws(NetworkError) -> UInt64 {
    guard end - position >= count else {
      throw malformed(position, "a number of \(count) bytes is cut short after \(end - position)")
    }
    var value: UInt64 = 0
    for index in 0..<count { value |= UInt64(bytes[position + index]) << UInt64(8 * index) }
    position += count
    return value
  }

  private mutating func lengthDelimited() throws(NetworkError) -> Range<Int> {
    let start = position
    let length = try varint()
    guard length <= UInt64(end - position) else {
      throw malformed(start, "a field of \(length) bytes does not fit the \(end - position) bytes left")
    }
    let range = position..<position + Int(length)
    position = range.upperBound
    return range
  }

  func malformed(_ offset: Int, _ problem: String) -> NetworkError {
    NetworkError(.malformed, file: file, at: .offset(offset), problem)
  }
}

extension ProtobufReader {
  /// A reader of a nested message.
  func message(_ value: Value, _ what: String) throws(NetworkError) -> ProtobufReader {
    ProtobufReader(bytes: bytes, range: try range(value, what), file: file)
  }

  /// The bytes of a length-delimited value.
  func range(_ value: Value, _ what: String) throws(NetworkError) -> Range<Int> {
    guard case .bytes(let range) = value else { throw malformed(position, "\(what) is not length-delimited") }
    return range
  }

  /// The text of a value; bytes that are not UTF-8 are repaired.
  func string(_ value: Value, _ what: String) throws(NetworkError) -> String {
    String(decoding: bytes[try range(value, what)], as: UTF8.self)
  }

  /// A signed 64-bit integer.
  func integer(_ value: Value, _ what: String) throws(NetworkError) -> Int64 {
    guard case .varint(let number) = value else { throw malformed(position, "\(what) is not an integer") }
    return Int64(bitPattern: number)
  }

  /// A binary32.
  func float(_ value: Value, _ what: String) throws(NetworkError) -> Float {
    guard case .fixed32(let bits) = value else { throw malformed(position, "\(what) is not a 32-bit float") }
    return Float(bitPattern: bits)
  }

  /// Appends a repeated integer field, packed or not.
  func integers(_ value: Value, _ what: String, into list: inout [Int64]) throws(NetworkError) {
    switch value {
    case .varint(let number): list.append(Int64(bitPattern: number))
    case .bytes(let range):
      var packed = ProtobufReader(bytes: bytes, range: range, file: file)
      while packed.position < packed.end { list.append(Int64(bitPattern: try packed.varint())) }
    case .fixed32, .fixed64: throw malformed(position, "\(what) is not a list of integers")
    }
  }

  /// Appends a repeated 4- or 8-byte field, packed or not, as bit patterns.
  func fixedWords(_ value: Value, width: Int, _ what: String, into list: inout [UInt64]) throws(NetworkError) {
    switch value {
    case .fixed32(let bits) where width == 4: list.append(UInt64(bits))
    case .fixed64(let bits) where width == 8: list.append(bits)
    case .bytes(let range):
      guard range.count % width == 0 else {
        throw malformed(range.lowerBound, "\(what) has \(range.count) bytes, not a multiple of \(width)")
      }
      var packed = ProtobufReader(bytes: bytes, range: range, file: file)
      list.reserveCapacity(list.count + range.count / width)
      while packed.position < packed.end { list.append(try packed.fixed(width)) }
    case .varint, .fixed32, .fixed64: throw malformed(position, "\(what) is not a list of \(width)-byte numbers")
    }
  }
}
