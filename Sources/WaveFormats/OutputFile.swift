#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file under construction: raw writes from a buffer of the caller's, patches, and an end that is always a whole record.
///
/// A write that fails half way (full disk) takes the file back to where the last complete write ended, so that what is there
/// still loads.
final class OutputFile {
  /// The path, as the user named it.
  let path: String
  /// Bytes written so far.
  private(set) var count = 0

  private var descriptor: Int32

  /// Creates or truncates the file.
  init(path: String) throws(WaveError) {
    self.path = path
    descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    if descriptor < 0 { throw Self.failure(path, "cannot be created", errno) }
  }

  deinit {
    if descriptor >= 0 { _ = Self.closing(descriptor) }
  }

  /// Appends bytes; all of them or none.
  func write(_ bytes: RawSpan) throws(WaveError) {
    var written = 0
    while written < bytes.byteCount {
      let result = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Self.writing(descriptor, buffer.baseAddress.map { unsafe $0 + written }, buffer.count - written)
      }
      if result < 0 {
        let reason = errno
        if reason == EINTR { continue }
        _ = ftruncate(descriptor, off_t(count))
        _ = lseek(descriptor, off_t(count), SEEK_SET)
        throw Self.failure(path, "cannot be written past byte \(count)", reason)
      }
      written += result
    }
    count += written
  }

  /// Overwrites bytes that are already there.
  func patch(_ bytes: [UInt8], at offset: Int) throws(WaveError) {
    let result = unsafe bytes.withUnsafeBytes { buffer in
      unsafe pwrite(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
    }
    if result != bytes.count { throw Self.failure(path, "cannot be patched at byte \(offset)", errno) }
  }

  /// Cuts the file back to `count` bytes, which a block that was begun but not finished may have passed.
  func truncate(to count: Int) throws(WaveError) {
    guard ftruncate(descriptor, off_t(count)) == 0, lseek(descriptor, off_t(count), SEEK_SET) >= 0 else {
      throw Self.failure(path, "cannot be cut back to \(count) bytes", errno)
    }
    self.count = count
  }

  /// Closes the file; further writes fail.
  func close() throws(WaveError) {
    guard descriptor >= 0 else { return }
    let result = Self.closing(descriptor)
    descriptor = -1
    if result != 0 { throw Self.failure(path, "cannot be closed", errno) }
  }

  private static func closing(_ descriptor: Int32) -> Int32 {
    #if canImport(Glibc)
      Glibc.close(descriptor)
    #else
      Darwin.close(descriptor)
    #endif
  }

  private static func writing(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
      unsafe Glibc.write(descriptor, bytes, count)
    #else
      unsafe Darwin.write(descriptor, bytes, count)
    #endif
  }

  private static func failure(_ path: String, _ what: String, _ reason: Int32) -> WaveError {
    WaveError(file: path, kind: .system, "\(what): \(unsafe String(cString: strerror(reason)))")
  }
}
