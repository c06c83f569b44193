internal import Codecs
internal import Foundation
public import Tensors

/// The files that a run reads: each is read once, and remembered with its hash for the manifest.
public final class InputFiles {
  /// One file that was read.
  public struct Record: Sendable, Equatable {
    /// The path as the user, or a configuration, gave it.
    public let path: String
    /// Its size.
    public let byteCount: Int
    /// The SHA-256 of its bytes, in hexadecimal.
    public let sha256: String
  }

  /// The largest file that is read: far above any layer's tensors, and below what a stream without end would fill.
  public static let maximumBytes = 1 << 32

  /// What was read, in the order of first reading.
  public private(set) var records: [Record] = []
  private var contents: [String: [UInt8]] = [:]

  /// No files yet.
  public init() {}

  /// Files that are in memory already, by their paths.
  init(_ contents: [String: [UInt8]]) { self.contents = contents }

  /// A file's bytes; throws `InputError` with the system's reason.
  public func bytes(of path: String) throws(InputError) -> [UInt8] {
    if let known = contents[path] { return known }
    let bytes = try Self.read(path)
    contents[path] = bytes
    records.append(Record(path: path, byteCount: bytes.count, sha256: SHA256.hexadecimal(bytes)))
    return bytes
  }

  /// A tensor in NumPy's format.
  public func tensor(_ path: String) throws(InputError) -> AnyTensor {
    try NumpyFile.read(try bytes(of: path), file: path)
  }

  /// The bytes of a file that no manifest needs to know.
  static func read(_ path: String) throws(InputError) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path, errno) }
    defer { _ = close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let (count, code) = unsafe chunk.withUnsafeMutableBytes { pointer in
        unsafe (Foundation.read(descriptor, pointer.baseAddress, pointer.count), errno)
      }
      if count < 0, code == EINTR { continue }
      guard count >= 0 else { throw failure(path, code) }
      guard count > 0 else { return bytes }
      bytes += chunk[..<count]
      guard bytes.count <= maximumBytes else {
        throw InputError(
          file: path, place: .file, kind: .outOfRange, problem: "the file has more than \(maximumBytes) bytes")
      }
    }
  }

  private static func failure(_ path: String, _ code: Int32) -> InputError {
    let reason = unsafe String(cString: strerror(code)).lowercased()
    return InputError(file: path, place: .file, kind: .missing, problem: reason)
  }
}
