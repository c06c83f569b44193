internal import Foundation

/// What goes wrong with a file, as the error of whoever writes it.
public protocol FileFailure: Error {
  /// The system's answer `code` to an attempt: `cannot be created`, `cannot be written past byte 17`.
  init(path: String, attempt: String, code: Int32)
}

/// A file under construction: appended in pieces, patched, and at its end always a whole piece.
///
/// A write that fails half way (full disk) takes the file back to where the last complete write ended, so that what is there
/// still loads. Call `close`: what is only dropped may lack its last buffer.
public final class OutputFile<Failure: FileFailure> {
  /// The path, as the user named it.
  public let path: String
  /// Bytes so far, those in the buffer included.
  public var count: Int { written + buffer.count }

  private var descriptor: Int32
  private var written = 0
  private var buffer: [UInt8] = []
  private let bufferSize: Int

  /// Creates a file, or empties an existing one; pieces are gathered until they have `bufferSize` bytes.
  public init(path: String, bufferSize: Int = 0) throws(Failure) {
    (self.path, self.bufferSize) = (path, bufferSize)
    descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw Failure(path: path, attempt: "cannot be created", code: errno) }
  }

  deinit {
    if descriptor >= 0 { _ = Foundation.close(descriptor) }
  }

  /// Appends bytes; all of them or none.
  public func write(_ bytes: RawSpan) throws(Failure) {
    guard bufferSize > 0 else { return try send(bytes) }
    unsafe bytes.withUnsafeBytes { unsafe buffer.append(contentsOf: $0) }
    if buffer.count >= bufferSize { try flush() }
  }

  /// Appends bytes; all of them or none.
  public func write(_ bytes: [UInt8]) throws(Failure) { try unsafe write(bytes.span.bytes) }

  /// Appends a text as UTF-8.
  public func write(_ text: String) throws(Failure) { try write(Array(text.utf8)) }

  /// Overwrites bytes that the system has already.
  public func patch(_ bytes: [UInt8], at offset: Int) throws(Failure) {
    let result = unsafe bytes.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, off_t(offset)) }
    if result != bytes.count { throw failure("cannot be patched at byte \(offset)", errno) }
  }

  /// Hands all bytes to the system and closes the file; further writes fail.
  public func close() throws(Failure) {
    guard descriptor >= 0 else { return }
    try flush()
    let result = Foundation.close(descriptor)
    descriptor = -1
    if result != 0 { throw failure("cannot be closed", errno) }
  }

  private func flush() throws(Failure) {
    let pending = buffer
    buffer.removeAll(keepingCapacity: true)
    try unsafe send(pending.span.bytes)
  }

  private func send(_ bytes: RawSpan) throws(Failure) {
    if let code = Descriptor.write(bytes, to: descriptor) {
      _ = ftruncate(descriptor, off_t(written))
      _ = lseek(descriptor, off_t(written), SEEK_SET)
      throw failure("cannot be written past byte \(written)", code)
    }
    written += bytes.byteCount
  }

  private func failure(_ attempt: String, _ code: Int32) -> Failure {
    Failure(path: path, attempt: attempt, code: code)
  }
}

extension OutputFile {
  /// Writes a whole file beside its place and moves it there: the place holds the old file or the new one, never a part.
  public static func replace(_ path: String, with bytes: [UInt8]) throws(Failure) {
    let working = "\(path).partial-\(getpid())"
    do throws(SystemFailure) {
      let file = try OutputFile<SystemFailure>(path: working)
      try file.write(bytes)
      try file.close()
      guard unsafe rename(working, path) == 0 else {
        throw SystemFailure(path: path, attempt: "cannot be put into its place", code: errno)
      }
    } catch {
      _ = unsafe unlink(working)
      throw Failure(path: path, attempt: error.attempt, code: error.code)
    }
  }
}

/// An attempt and its answer, before it is known whose error they become.
private struct SystemFailure: FileFailure {
  let attempt: String
  let code: Int32

  init(path: String, attempt: String, code: Int32) {
    (self.attempt, self.code) = (attempt, code)
  }
}
