internal import Foundation

/// A file that is written in pieces, buffered; every error of the system is thrown, a full disk included.
///
/// Call `close`: what is only dropped may lack its last buffer.
public final class OutputFile {
  /// The path.
  public let path: String
  /// Bytes written so far, those in the buffer included.
  public private(set) var byteCount = 0
  private var descriptor: Int32
  private var buffer: [UInt8] = []
  private static let bufferSize = 1 << 20

  /// Creates a file, or empties an existing one.
  public init(_ path: String) throws(OutputError) {
    self.path = path
    descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw OutputError(path: path, attempt: "create the file", code: errno) }
    buffer.reserveCapacity(Self.bufferSize)
  }

  /// Writes a whole file beside its place and moves it there: the place holds the old file or the new one, never a part.
  public static func replace(_ path: String, with bytes: [UInt8]) throws(OutputError) {
    let working = "\(path).partial-\(getpid())"
    do throws(OutputError) {
      let file = try OutputFile(working)
      try file.write(bytes)
      try file.close()
      guard unsafe rename(working, path) == 0 else {
        throw OutputError(path: path, attempt: "put the file into its place", code: errno)
      }
    } catch {
      _ = unsafe unlink(working)
      var named = error
      named.path = path
      throw named
    }
  }

  deinit {
    if descriptor >= 0 { _ = Foundation.close(descriptor) }
  }

  /// Appends bytes.
  public func write(_ bytes: [UInt8]) throws(OutputError) {
    byteCount += bytes.count
    if buffer.count + bytes.count > Self.bufferSize { try flush() }
    if bytes.count >= Self.bufferSize { try send(bytes) } else { buffer += bytes }
  }

  /// Appends a text as UTF-8.
  public func write(_ text: String) throws(OutputError) {
    try write(Array(text.utf8))
  }

  /// Hands all bytes to the system.
  public func flush() throws(OutputError) {
    let pending = buffer
    buffer.removeAll(keepingCapacity: true)
    try send(pending)
  }

  /// Hands all bytes to the system and closes the file.
  public func close() throws(OutputError) {
    guard descriptor >= 0 else { return }
    try flush()
    let result = Foundation.close(descriptor)
    descriptor = -1
    guard result == 0 else { throw OutputError(path: path, attempt: "close the file", code: errno) }
  }

  private func send(_ bytes: [UInt8]) throws(OutputError) {
    precondition(descriptor >= 0, "a closed file is not written")
    var sent = 0
    while sent < bytes.count {
      let (count, code) = unsafe bytes.withUnsafeBytes { pointer -> (Int, Int32) in
        let rest = unsafe UnsafeRawBufferPointer(rebasing: pointer[sent...])
        let count = unsafe Foundation.write(descriptor, rest.baseAddress, rest.count)
        return (count, errno)
      }
      if count < 0, code == EINTR { continue }
      guard count > 0 else {
        throw OutputError(
          path: path, attempt: "write (\(bytes.count - sent) bytes left)", code: count == 0 ? ENOSPC : code)
      }
      sent += count
    }
  }
}
