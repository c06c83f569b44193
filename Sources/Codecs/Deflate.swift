/// Compresses bytes into a DEFLATE stream, piece by piece (RFC 1951), bare or in a zlib (1950) or gzip (1952) wrapper.
///
/// Every piece becomes blocks of its own, so that pieces should not be small; matches reach back across pieces. Two runs give
/// the same bytes: a gzip header carries no time and no name.
public struct Deflate: Sendable {
  /// Bytes that share a code.
  private static let blockSize = 1 << 16

  private let wrapper: Inflate.Wrapper
  private var matches = MatchFinder()
  private var bits = BitWriter()
  private var checksum: UInt32
  private var byteCount: UInt32 = 0
  private var hasBegun = false

  /// A stream that holds nothing yet.
  public init(wrapper: Inflate.Wrapper) {
    self.wrapper = wrapper
    checksum = wrapper == .zlib ? 1 : 0
  }

  /// Compresses a piece and appends it to `output`; up to 7 bits of it are held back.
  public mutating func append(_ bytes: ArraySlice<UInt8>, to output: inout [UInt8]) {
    begin(&output)
    byteCount &+= UInt32(truncatingIfNeeded: bytes.count)
    switch wrapper {
    case .raw: break
    case .zlib: checksum = Checksum.adler32(bytes, continuing: checksum)
    case .gzip: checksum = Checksum.crc32(bytes, continuing: checksum)
    }
    var start = bytes.startIndex
    while start < bytes.endIndex {
      let end = min(bytes.endIndex, start + Self.blockSize)
      let block = matches.tokens(of: bytes[start..<end])
      DeflateBlock(block, of: bytes[start..<end]).write(to: &bits, &output)
      start = end
    }
  }

  /// Appends what is held back, and an empty block: what was appended before can be decompressed up to here.
  public mutating func flush(to output: inout [UInt8]) {
    begin(&output)
    bits.put(0, 3, &output)
    bits.align(&output)
    output += [0, 0, 0xFF, 0xFF]
  }

  /// Ends the stream; nothing may be appended to it any more.
  public mutating func finish(to output: inout [UInt8]) {
    begin(&output)
    // An empty last block with the fixed code: its end symbol alone.
    bits.put(0b011, 3, &output)
    bits.put(0, 7, &output)
    bits.align(&output)
    switch wrapper {
    case .raw: break
    case .zlib: for shift in [24, 16, 8, 0] { output.append(UInt8(truncatingIfNeeded: checksum >> UInt32(shift))) }
    case .gzip:
      for word in [checksum, byteCount] {
        for shift in [0, 8, 16, 24] { output.append(UInt8(truncatingIfNeeded: word >> UInt32(shift))) }
      }
    }
  }

  private mutating func begin(_ output: inout [UInt8]) {
    if hasBegun { return }
    hasBegun = true
    switch wrapper {
    case .raw: break
    case .zlib: output += [0x78, 0x01]
    case .gzip: output += [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]
    }
  }

  /// A whole stream of the given bytes.
  public static func compress(_ bytes: [UInt8], wrapper: Inflate.Wrapper) -> [UInt8] {
    var deflate = Deflate(wrapper: wrapper)
    var output: [UInt8] = []
    deflate.append(bytes[...], to: &output)
    deflate.finish(to: &output)
    return output
  }
}

/// Puts bits into bytes, lowest bit first (RFC 1951 section 3.1.1).
struct BitWriter {
  private var held: UInt64 = 0
  private var heldBits = 0

  /// Appends the low `count` bits of a value, 32 at most; higher bits are 0.
  @inline(__always)
  mutating func put(_ value: UInt32, _ count: Int, _ output: inout [UInt8]) {
    held |= UInt64(value) &<< UInt64(heldBits)
    heldBits &+= count
    while heldBits >= 8 {
      output.append(UInt8(truncatingIfNeeded: held))
      held &>>= 8
      heldBits &-= 8
    }
  }

  /// Fills the byte that was begun with zeros.
  mutating func align(_ output: inout [UInt8]) {
    if heldBits > 0 { put(0, 8 - heldBits, &output) }
  }
}
