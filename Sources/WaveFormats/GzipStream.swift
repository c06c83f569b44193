/// The content of a `.gz` file as a stream, checked against its checksum and length. Source: RFC 1952.
final class GzipStream {
  /// The path, as the user named it.
  var path: String { file.path }

  private let file: InputFile
  /// Offset in the file at which the compressed data begin.
  private let start: Int
  private var inflater: Inflater
  private var hasHeader = false
  private var isAtEnd = false
  private var checksum = CRC32()
  private var length: UInt32 = 0

  /// The stream that begins at `start`; nothing has been read from the file yet.
  init(_ file: InputFile, from start: Int = 0) {
    self.file = file
    self.start = start
    inflater = Inflater()
  }

  /// Reads up to `count` bytes; 0 at the end. A file that ends early, as after a kill, hands over what it has and then ends.
  func read(into bytes: inout [UInt8], at start: Int, count: Int) throws(WaveError) -> Int {
    if isAtEnd || count == 0 { return 0 }
    do {
      if !hasHeader { try skipHeader() }
      do {
        try inflater.produce(min(count, 1 << 16), refill: refill)
      } catch Inflater.Failure.truncated where inflater.available > 0 {}
      let taken = min(count, inflater.available)
      for index in 0..<taken { bytes[start + index] = inflater.output[inflater.taken + index] }
      checksum.add(bytes[start..<start + taken])
      length &+= UInt32(truncatingIfNeeded: taken)
      inflater.take(taken)
      if taken == 0 { try checkTrailer() }
      return taken
    } catch let error as WaveError {
      throw error
    } catch Inflater.Failure.invalid(let reason) {
      throw failure(reason)
    } catch {
      throw failure("the compressed data end early")
    }
  }

  private func refill() throws(WaveError) -> [UInt8] {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    let count = try file.read(into: &chunk, at: 0, count: chunk.count)
    chunk.removeLast(chunk.count - count)
    return chunk
  }

  private func skipHeader() throws {
    let bytes = try file.bytes(at: start, count: 1 << 16)
    guard bytes.count >= 18, bytes[0] == 0x1f, bytes[1] == 0x8b, bytes[2] == 8 else {
      throw failure("it does not begin as gzip data")
    }
    let flags = bytes[3]
    var cursor = 10
    if flags & 4 != 0 { cursor += 2 + Int(bytes[10]) + Int(bytes[11]) << 8 }
    for flag in [UInt8(8), 16] where flags & flag != 0 {
      while cursor < bytes.count, bytes[cursor] != 0 { cursor += 1 }
      cursor += 1
    }
    if flags & 2 != 0 { cursor += 2 }
    guard cursor < bytes.count else { throw failure("its header does not end within 64 KiB") }
    file.seek(to: start + cursor)
    hasHeader = true
  }

  private func checkTrailer() throws {
    isAtEnd = true
    let trailer = try inflater.trailer(8, refill: refill)
    let words = [0, 4].map { start in (0..<4).reduce(UInt32(0)) { $0 | UInt32(trailer[start + $1]) << UInt32($1 * 8) } }
    guard words[0] == checksum.value else { throw failure("its checksum is wrong") }
    guard words[1] == length else { throw failure("it holds \(length) bytes instead of \(words[1])") }
  }

  private func failure(_ reason: String) -> WaveError {
    WaveError(
      file: path, place: .block(0, offset: inflater.consumed), kind: .format, "the gzip data are damaged: \(reason)")
  }
}

/// The checksum of gzip and of PNG. Source: RFC 1952, section 8.
struct CRC32 {
  private var register: UInt32 = 0xffff_ffff
  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xedb8_8320 : value >> 1 }
  }

  /// The checksum of what was added so far.
  var value: UInt32 { ~register }

  /// Adds bytes.
  mutating func add(_ bytes: ArraySlice<UInt8>) {
    for byte in bytes { register = register >> 8 ^ Self.table[Int(UInt8(truncatingIfNeeded: register) ^ byte)] }
  }
}
