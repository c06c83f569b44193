import Codecs
import Tensors

/// The content of a `.gz` file as a stream, checked against its checksum and length.
final class GzipStream {
  /// The path, as the user named it.
  let path: String
  /// Whether the file ended before its content did, as after a kill; what could be read was handed over.
  private(set) var isCutShort = false

  private let source: Source
  private var inflate: Inflate

  /// The compressed bytes in pieces.
  private final class Source {
    private let file: InputFile
    private var position: Int
    private(set) var error: WaveError?

    init(_ file: InputFile, from start: Int) {
      self.file = file
      position = start
    }

    func next() -> [UInt8] {
      do throws(WaveError) {
        let bytes = try file.bytes(at: position, count: 1 << 16)
        position += bytes.count
        return bytes
      } catch {
        self.error = error
        return []
      }
    }
  }

  /// The stream that begins at `start`; nothing has been read from the file yet.
  init(_ file: InputFile, from start: Int = 0) {
    path = file.path
    let source = Source(file, from: start)
    self.source = source
    inflate = Inflate(wrapper: .gzip, file: file.path) { source.next() }
  }

  /// Reads up to `count` bytes; 0 at the end, be it too early.
  func read(into bytes: inout [UInt8], at start: Int, count: Int) throws(WaveError) -> Int {
    if isCutShort { return 0 }
    let piece: [UInt8]
    do throws(InputError) {
      piece = try inflate.read(min(count, 1 << 16))
    } catch {
      if let error = source.error { throw error }
      guard error.kind == .cutShort else { throw failure(error) }
      // At most one piece was asked for, so that no more is left.
      piece = inflate.remainder()
      isCutShort = true
    }
    precondition(piece.count <= count, "no more than was asked for")
    bytes.replaceSubrange(start..<start + piece.count, with: piece)
    return piece.count
  }

  private func failure(_ error: InputError) -> WaveError {
    WaveError(
      file: path, place: .block(0, offset: inflate.inputOffset), kind: .format,
      "the gzip data are damaged: \(error.problem)")
  }
}

/// Zlib streams within a file.
enum Zlib {
  /// Decompresses to exactly `count` bytes, checksum verified.
  static func decompress(_ bytes: [UInt8], count: Int) throws(InputError) -> [UInt8] {
    var inflate = Inflate(bytes, wrapper: .zlib, file: "")
    let result = try inflate.read(count)
    guard result.count == count, try inflate.read(1).isEmpty else {
      throw InputError(
        file: "", place: .byte(inflate.inputOffset), kind: .mismatch,
        problem:
          "it holds \(result.count == count ? "more than \(count)" : "\(result.count) instead of \(count)") bytes")
    }
    return result
  }
}
