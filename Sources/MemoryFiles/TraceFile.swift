import Codecs
public import Memory
import Tensors

/// An address trace from a file's bytes, packed by gzip or not.
public enum TraceFile {
  /// Bytes that are unpacked at a time.
  private static let piece = 1 << 16

  /// A reader of a trace for a memory of `capacity` bytes; `.gz` is known by its first two bytes, not by its name.
  public static func reader(_ bytes: [UInt8], file: String, capacity: Int) -> TraceReader {
    guard bytes.starts(with: [0x1F, 0x8B]) else {
      var whole: [UInt8]? = bytes
      return TraceReader(file: file, capacity: capacity) {
        defer { whole = nil }
        return whole
      }
    }
    var stream = Inflate(bytes, wrapper: .gzip, file: file)
    return TraceReader(file: file, capacity: capacity) {
      let unpacked = try stream.read(piece)
      return unpacked.isEmpty ? nil : unpacked
    }
  }
}
