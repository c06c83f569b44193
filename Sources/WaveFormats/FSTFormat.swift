/// Constants and primitive encodings of the FST format. Source: the format description that comes with libfst.
enum FSTFormat {
  enum Block: UInt8 {
    case header = 0, values, blackout, geometry, hierarchyGzip, valuesAlias, hierarchyLZ4, hierarchyLZ4Twice,
      valuesAlias2
    case wrapper = 254, skip = 255
  }

  /// Bytes of the header block, its length field included, its type byte not.
  static let headerLength = 329
  /// The number whose bytes tell the byte order of reals.
  static let euler = 2.7182818284590452354
  /// A length of geometry that stands for a text.
  static let textLength: UInt64 = 0xffff_ffff
  /// What the unknown values of 1-bit changes stand for.
  static let unknownStates = Array("xzhuwl-?".utf8)

  static let scopeTag: UInt8 = 254
  static let upscopeTag: UInt8 = 255
  static let attributeTag: UInt8 = 252
  static let attributeEndTag: UInt8 = 253
  /// Subtype of a `misc` attribute that declares or refers to an enumeration table.
  static let enumerationSubtype: UInt8 = 7
}

extension [UInt8] {
  /// Appends a variable-length number, 7 bits a byte, least significant first.
  mutating func appendVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(rest))
  }

  /// Appends a signed variable-length number, two's complement.
  mutating func appendSignedVarint(_ value: Int64) {
    var rest = value
    while true {
      let byte = UInt8(truncatingIfNeeded: rest & 0x7f)
      rest >>= 7
      if rest == 0 && byte & 0x40 == 0 || rest == -1 && byte & 0x40 != 0 {
        append(byte)
        return
      }
      append(byte | 0x80)
    }
  }

  /// Appends 8 bytes, most significant first.
  mutating func appendBigEndian(_ value: UInt64) {
    for shift in stride(from: UInt64(56), through: 0, by: -8) { append(UInt8(truncatingIfNeeded: value >> shift)) }
  }

  /// Appends a text and its end.
  mutating func appendTerminated(_ text: String) {
    append(contentsOf: text.utf8.filter { $0 != 0 })
    append(0)
  }
}

/// Reads numbers from bytes without trust: nil past the end.
struct ByteCursor {
  let bytes: [UInt8]
  var position: Int
  let end: Int

  init(_ bytes: [UInt8], _ range: Range<Int>? = nil) {
    self.bytes = bytes
    position = range?.lowerBound ?? 0
    end = range?.upperBound ?? bytes.count
  }

  var isAtEnd: Bool { position >= end }

  @inline(__always)
  mutating func byte() -> UInt8? {
    guard position < end else { return nil }
    defer { position += 1 }
    return bytes[position]
  }

  @inline(__always)
  mutating func varint() -> UInt64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while position < end, shift < 64 {
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    return nil
  }

  mutating func signedVarint() -> Int64? {
    var value: Int64 = 0
    var shift: Int64 = 0
    while position < end, shift < 64 {
      let byte = bytes[position]
      position += 1
      value |= Int64(byte & 0x7f) << shift
      shift += 7
      if byte < 0x80 { return byte & 0x40 != 0 && shift < 64 ? value | (-1 << shift) : value }
    }
    return nil
  }

  mutating func bigEndian() -> UInt64? {
    guard end - position >= 8 else { return nil }
    defer { position += 8 }
    return (0..<8).reduce(UInt64(0)) { $0 << 8 | UInt64(bytes[position + $1]) }
  }

  /// Bytes up to the next 0, which is skipped.
  mutating func terminated() -> String? {
    guard let stop = bytes[position..<end].firstIndex(of: 0) else { return nil }
    defer { position = stop + 1 }
    return String(decoding: bytes[position..<stop], as: UTF8.self)
  }
}
