internal import Tensors

/// What surrounds the blocks: headers and checksums of zlib (RFC 1950) and gzip (RFC 1952).
extension Inflate {
  mutating func wrapperHeader() throws(InputError) {
    switch wrapper {
    case .raw: break
    case .zlib: try zlibHeader()
    case .gzip: try gzipHeader()
    }
    state = .blockHeader
  }

  private mutating func zlibHeader() throws(InputError) {
    let method = try bits(8)
    let flags = try bits(8)
    guard method & 15 == 8, method >> 4 <= 7, (method << 8 | flags) % 31 == 0 else {
      throw fault(.malformed, "not a zlib stream: its header is wrong")
    }
    guard flags & 0x20 == 0 else { throw fault(.unsupported, "the zlib stream needs a preset dictionary") }
  }

  private mutating func gzipHeader() throws(InputError) {
    guard try bits(8) == 0x1F, try bits(8) == 0x8B else { throw fault(.malformed, "not a gzip file") }
    guard try bits(8) == 8 else { throw fault(.unsupported, "the gzip file uses an unknown method") }
    let flags = try bits(8)
    guard flags & 0xE0 == 0 else { throw fault(.unsupported, "the gzip file uses reserved flags") }
    for _ in 0..<6 { _ = try bits(8) }
    if flags & 4 != 0 {
      for _ in 0..<(try bits(16)) { _ = try bits(8) }
    }
    for flag in [8, 16] where flags & flag != 0 {
      while try bits(8) != 0 {}
    }
    if flags & 2 != 0 { _ = try bits(16) }
  }

  /// Sums up what the member has given since the last sum.
  mutating func updateChecksum() {
    guard wrapper != .raw else { return }
    let fresh = Array(output[summed...])
    checksum =
      wrapper == .zlib
      ? Checksum.adler32(fresh, continuing: checksum) : Checksum.crc32(fresh, continuing: checksum)
    summed = output.count
  }

  mutating func trailer() throws(InputError) {
    reader.alignToByte()
    updateChecksum()
    switch wrapper {
    case .raw: state = .finished
    case .zlib:
      var stored: UInt32 = 0
      for _ in 0..<4 { stored = stored << 8 | UInt32(try bits(8)) }
      try compare(stored, "Adler-32")
      state = .finished
    case .gzip:
      let stored = UInt32(try bits(16)) | UInt32(try bits(16)) << 16
      try compare(stored, "CRC-32")
      let length = UInt32(try bits(16)) | UInt32(try bits(16)) << 16
      let given = UInt32(truncatingIfNeeded: memberBytes + output.count - memberStart)
      guard length == given else {
        throw fault(.checksum, "the gzip file promises \(length) bytes, but \(given) came out")
      }
      try nextMember()
    }
  }

  private func compare(_ stored: UInt32, _ name: String) throws(InputError) {
    guard stored == checksum else {
      let (left, right) = (String(stored, radix: 16), String(checksum, radix: 16))
      throw fault(.checksum, "the stream's \(name) is \(left), its data's \(right)")
    }
  }

  /// A gzip file may hold several members, one after the other (RFC 1952 section 2.2).
  private mutating func nextMember() throws(InputError) {
    guard !reader.isAtEnd else {
      state = .finished
      return
    }
    checksum = 0
    isLastBlock = false
    memberBytes = 0
    memberStart = output.count
    state = .wrapperHeader
  }
}
