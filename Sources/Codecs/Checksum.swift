/// The checksums of gzip, PNG and zlib.
public enum Checksum {
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { crc, _ in crc & 1 == 1 ? 0xEDB8_8320 ^ (crc >> 1) : crc >> 1 }
  }

  /// CRC-32 of ISO 3309 (RFC 1952 section 8), continued from `crc`.
  public static func crc32(_ bytes: [UInt8], continuing crc: UInt32 = 0) -> UInt32 {
    crc32(bytes[...], continuing: crc)
  }

  /// CRC-32 of a part of some bytes, continued from `crc`.
  public static func crc32(_ bytes: ArraySlice<UInt8>, continuing crc: UInt32 = 0) -> UInt32 {
    let table = table.span
    let bytes = bytes.span
    var state = ~crc
    for index in bytes.indices {
      state = table[Int(truncatingIfNeeded: state ^ UInt32(bytes[index])) & 0xFF] ^ (state >> 8)
    }
    return ~state
  }

  /// Adler-32 (RFC 1950 section 9), continued from `adler`.
  public static func adler32(_ bytes: [UInt8], continuing adler: UInt32 = 1) -> UInt32 {
    adler32(bytes[...], continuing: adler)
  }

  /// Adler-32 of a part of some bytes, continued from `adler`.
  public static func adler32(_ bytes: ArraySlice<UInt8>, continuing adler: UInt32 = 1) -> UInt32 {
    var low = adler & 0xFFFF
    var high = adler >> 16
    var start = bytes.startIndex
    // 5552 bytes are the most whose sums stay within 32 bits.
    while start < bytes.endIndex {
      let end = min(bytes.endIndex, start + 5552)
      for byte in bytes[start..<end] {
        low &+= UInt32(byte)
        high &+= low
      }
      low %= 65521
      high %= 65521
      start = end
    }
    return high << 16 | low
  }
}
