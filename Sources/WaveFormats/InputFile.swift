#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file that is read, in order or at given offsets.
final class InputFile {
  /// The path, as the user named it.
  let path: String
  /// Size in bytes when it was opened.
  let size: Int

  private let descriptor: Int32

  /// Opens a file; `-` is the standard input. What cannot be read twice, such as a pipe, is copied into a temporary file first.
  init(path: String) throws(WaveError) {
    self.path = path == "-" ? "standard input" : path
    let opened = path == "-" ? dup(STDIN_FILENO) : unsafe open(path, O_RDONLY | O_CLOEXEC)
    if opened < 0 { throw Self.failure(self.path, "cannot be opened", errno) }
    let end = lseek(opened, 0, SEEK_END)
    if end >= 0 {
      descriptor = opened
      size = Int(end)
      _ = lseek(opened, 0, SEEK_SET)
      return
    }
    defer { Self.close(opened) }
    descriptor = try Self.temporary(for: self.path)
    do throws(WaveError) {
      size = try Self.copy(from: opened, named: self.path, to: descriptor)
    } catch {
      // A class that is not whole yet has no deinit.
      Self.close(descriptor)
      throw error
    }
  }

  /// The content of a compressed stream, unpacked into a temporary file that has no name; at most `limit` bytes.
  init(unpacking stream: GzipStream, limit: UInt64) throws(WaveError) {
    path = stream.path
    descriptor = try Self.temporary(for: path)
    do throws(WaveError) {
      size = try Self.copy(stream, to: descriptor, limit: limit)
    } catch {
      // A class that is not whole yet has no deinit.
      Self.close(descriptor)
      throw error
    }
  }

  /// A temporary file without a name.
  private static func temporary(for path: String) throws(WaveError) -> Int32 {
    let directory = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    var name = Array("\(directory)/systole-wave-XXXXXX".utf8CString)
    let descriptor = unsafe mkstemp(&name)
    if descriptor < 0 { throw failure(path, "cannot be unpacked in \(directory)", errno) }
    _ = unsafe unlink(name)
    return descriptor
  }

  private static func copy(_ stream: GzipStream, to descriptor: Int32, limit: UInt64) throws(WaveError) -> Int {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    var size = 0
    while true {
      let count = try stream.read(into: &chunk, at: 0, count: chunk.count)
      if count == 0 {
        guard !stream.isCutShort else {
          throw WaveError(file: stream.path, kind: .format, "the compressed data end early, after \(size) bytes")
        }
        return size
      }
      guard UInt64(size + count) <= limit else {
        throw WaveError(file: stream.path, kind: .format, "it unpacks to more than the \(limit) bytes it announces")
      }
      try write(chunk, count: count, to: descriptor, at: size, of: stream.path)
      size += count
    }
  }

  private static func copy(from source: Int32, named path: String, to descriptor: Int32) throws(WaveError) -> Int {
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    var size = 0
    while true {
      let count = try read(source, named: path, into: &chunk, at: 0, count: chunk.count)
      if count == 0 { return size }
      try write(chunk, count: count, to: descriptor, at: size, of: path)
      size += count
    }
  }

  private static func write(
    _ chunk: [UInt8], count: Int, to descriptor: Int32, at offset: Int, of path: String
  ) throws(WaveError) {
    var written = 0
    while written < count {
      let result = unsafe chunk.withUnsafeBytes { bytes in
        unsafe pwrite(
          descriptor, bytes.baseAddress.map { unsafe $0 + written }, count - written, off_t(offset + written))
      }
      if result < 0, errno == EINTR { continue }
      if result < 0 { throw failure(path, "cannot be unpacked in a temporary file", errno) }
      written += result
    }
  }

  private static func close(_ descriptor: Int32) {
    #if canImport(Glibc)
      _ = Glibc.close(descriptor)
    #else
      _ = Darwin.close(descriptor)
    #endif
  }

  deinit { Self.close(descriptor) }

  /// Reads up to `count` bytes into `bytes` from `start` on, and returns how many came; 0 at the end of the file.
  func read(into bytes: inout [UInt8], at start: Int, count: Int) throws(WaveError) -> Int {
    try Self.read(descriptor, named: path, into: &bytes, at: start, count: count)
  }

  private static func read(
    _ descriptor: Int32, named path: String, into bytes: inout [UInt8], at start: Int, count: Int
  ) throws(WaveError) -> Int {
    precondition(start >= 0 && count >= 0 && count <= bytes.count - start, "the buffer has room")
    while true {
      let result = unsafe bytes.withUnsafeMutableBytes { buffer in
        #if canImport(Glibc)
          unsafe Glibc.read(descriptor, buffer.baseAddress.map { unsafe $0 + start }, count)
        #else
          unsafe Darwin.read(descriptor, buffer.baseAddress.map { unsafe $0 + start }, count)
        #endif
      }
      if result >= 0 { return result }
      if errno != EINTR { throw failure(path, "cannot be read", errno) }
    }
  }

  /// The `count` bytes at `offset`, or fewer if the file ends before.
  func bytes(at offset: Int, count: Int) throws(WaveError) -> [UInt8] {
    let available = max(0, min(count, size - offset))
    var bytes = [UInt8](repeating: 0, count: available)
    var filled = 0
    while filled < available {
      let result = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe pread(
          descriptor, buffer.baseAddress.map { unsafe $0 + filled }, available - filled, off_t(offset + filled))
      }
      if result < 0, errno == EINTR { continue }
      if result < 0 { throw Self.failure(path, "cannot be read at byte \(offset + filled)", errno) }
      if result == 0 { break }
      filled += result
    }
    bytes.removeLast(available - filled)
    return bytes
  }

  private static func failure(_ path: String, _ what: String, _ reason: Int32) -> WaveError {
    WaveError(file: path, kind: .system, "\(what): \(unsafe String(cString: strerror(reason)))")
  }
}

/// Bytes in order: a file, or the content of a compressed one.
enum ByteStream {
  case file(InputFile)
  case gzip(GzipStream)

  /// The bytes of a file, unpacked if it is compressed.
  init(_ file: InputFile) throws(WaveError) {
    let magic = try file.bytes(at: 0, count: 2)
    self = magic == [0x1f, 0x8b] ? .gzip(GzipStream(file)) : .file(file)
  }

  /// The path, as the user named it.
  var path: String {
    switch self {
    case .file(let file): file.path
    case .gzip(let stream): stream.path
    }
  }

  /// Whether compressed data ended before their content did.
  var isCutShort: Bool {
    switch self {
    case .file: false
    case .gzip(let stream): stream.isCutShort
    }
  }

  /// Reads up to `count` bytes; 0 at the end.
  mutating func read(into bytes: inout [UInt8], at start: Int, count: Int) throws(WaveError) -> Int {
    switch self {
    case .file(let file): return try file.read(into: &bytes, at: start, count: count)
    case .gzip(let stream): return try stream.read(into: &bytes, at: start, count: count)
    }
  }
}
