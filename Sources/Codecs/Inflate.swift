public import Tensors

/// Decompresses a DEFLATE stream in pieces of any size (RFC 1951), bare or in a zlib (1950) or gzip (1952) wrapper.
///
/// The input is in memory or comes in pieces; the output is handed out as it is asked for, so that 32 KB of it and one piece
/// are held. Throws `InputError` with the byte offset where the stream breaks; after an error the stream gives nothing
/// more.
public struct Inflate {
  /// What surrounds the compressed data.
  public enum Wrapper: Sendable {
    case raw, zlib, gzip
  }

  /// Distance that a match can reach back.
  static let windowSize = 32768

  enum State {
    case wrapperHeader
    case blockHeader
    case stored(Int)
    case coded
    case trailer
    case finished
  }

  let file: String
  let wrapper: Wrapper
  var reader: BitReader
  var state: State
  var isLastBlock = false
  var literals = HuffmanTable(lengths: [])
  var distances = HuffmanTable(lengths: [])
  /// Up to a window of bytes that were handed out, then those that were not yet.
  var output: [UInt8] = []
  var handedOut = 0
  var checksum: UInt32
  /// Bytes of the current member that are no longer in `output`.
  var memberBytes = 0
  /// Where the current member starts in `output`.
  var memberStart = 0
  /// Bytes of `output` that the checksum covers.
  var summed = 0

  /// A stream that starts at an offset of some bytes; `file` names them in errors.
  public init(_ bytes: [UInt8], at offset: Int = 0, wrapper: Wrapper, file: String) {
    self.file = file
    self.wrapper = wrapper
    reader = BitReader(bytes, at: offset)
    state = .wrapperHeader
    checksum = wrapper == .zlib ? 1 : 0
  }

  /// A stream whose bytes `more` hands over, piece by piece, and none at its end; `file` names them in errors.
  public init(wrapper: Wrapper, file: String, more: @escaping () -> [UInt8]) {
    self.file = file
    self.wrapper = wrapper
    reader = BitReader([], at: 0, more: more)
    state = .wrapperHeader
    checksum = wrapper == .zlib ? 1 : 0
  }

  /// Whether the stream has ended, its checksum been compared, and all of it handed out.
  public var isFinished: Bool {
    if case .finished = state { handedOut == output.count } else { false }
  }

  /// The offset of the first input byte that was not needed.
  public var inputOffset: Int { reader.byteOffset }

  /// Up to `count` further bytes; fewer only where the stream ends.
  public mutating func read(_ count: Int) throws(InputError) -> [UInt8] {
    while output.count - handedOut < count, try step(until: handedOut + min(count, Int.max - handedOut)) {}
    let end = min(output.count, handedOut + min(count, Int.max - handedOut))
    let piece = Array(output[handedOut..<end])
    handedOut = end
    if handedOut > 4 * Self.windowSize {
      dropOldOutput(handedOut - Self.windowSize)
    }
    return piece
  }

  /// What was decompressed before an error and not handed out yet: all that a stream holds which was cut short.
  public mutating func remainder() -> [UInt8] {
    defer { handedOut = output.count }
    return Array(output[handedOut...])
  }

  private mutating func dropOldOutput(_ count: Int) {
    updateChecksum()
    output.removeFirst(count)
    handedOut -= count
    summed -= count
    memberBytes += max(0, count - memberStart)
    memberStart = max(0, memberStart - count)
  }

  /// All of a stream, at most `limit` bytes; what follows it in the input is an error.
  public static func decompress(
    _ bytes: [UInt8], wrapper: Wrapper, limit: Int = .max, file: String
  ) throws(InputError) -> [UInt8] {
    var inflate = Inflate(bytes, wrapper: wrapper, file: file)
    let result = try inflate.read(limit)
    if !inflate.isFinished, !(try inflate.read(1)).isEmpty {
      throw inflate.fault(.outOfRange, "the stream decompresses to more than the limit of \(limit) bytes")
    }
    guard inflate.inputOffset == bytes.count else {
      throw inflate.fault(
        .trailing, "\(bytes.count - inflate.inputOffset) bytes follow the end of the compressed stream")
    }
    return result
  }

  /// Works on until the output has `target` bytes or a block ends; false at the end of the stream.
  mutating func step(until target: Int) throws(InputError) -> Bool {
    switch state {
    case .wrapperHeader: try wrapperHeader()
    case .blockHeader: try blockHeader()
    case .stored(let count): try stored(count, until: target)
    case .coded: try coded(until: target)
    case .trailer: try trailer()
    case .finished: return false
    }
    return true
  }

  func fault(_ kind: InputError.Kind, _ problem: String) -> InputError {
    InputError(file: file, place: .byte(reader.byteOffset), kind: kind, problem: problem)
  }

  mutating func bits(_ count: Int) throws(InputError) -> Int {
    guard let value = reader.bits(count) else { throw cutShort }
    return value
  }

  var cutShort: InputError { fault(.cutShort, "the compressed stream is cut short") }
}
