internal import Foundation

/// Open files and streams of the process, by their numbers.
public enum Descriptor {
  /// Writes all bytes; returns the system's error, if any, when some of them may be written.
  public static func write(_ bytes: RawSpan, to descriptor: Int32) -> Int32? {
    var sent = 0
    while sent < bytes.byteCount {
      let (count, code) = unsafe bytes.withUnsafeBytes { pointer -> (Int, Int32) in
        let rest = unsafe UnsafeRawBufferPointer(rebasing: pointer[sent...])
        let count = unsafe Foundation.write(descriptor, rest.baseAddress, rest.count)
        return (count, errno)
      }
      if count < 0, code == EINTR { continue }
      guard count > 0 else { return count == 0 ? ENOSPC : code }
      sent += count
    }
    return nil
  }
}
