/// A window over the bytes of a VCD file that always holds whole tokens.
struct VCDScanner {
  /// The window; zeros follow `end`, so that 8-byte loads never pass the array.
  private(set) var bytes: [UInt8]
  /// The next byte to be read.
  var cursor = 0
  /// End of the bytes that the window holds.
  private(set) var end = 0
  /// Whether nothing follows the window.
  private(set) var isAtEnd = false

  private var stream: ByteStream
  private var linesBefore = 0
  static let padding = 64
  /// The longest token that is read; a longer one is an error, so that damaged files cannot fill the memory.
  static let longestToken = 1 << 24

  init(_ stream: ByteStream, capacity: Int = 1 << 18) {
    self.stream = stream
    bytes = [UInt8](repeating: 0, count: capacity + Self.padding)
  }

  /// The file.
  var path: String { stream.path }
  /// Whether compressed data ended early.
  var isCutShort: Bool { stream.isCutShort }

  /// Line of the byte at `position`, from 1 on.
  func line(at position: Int) -> Int {
    linesBefore + 1 + countOfNewlines(in: 0..<min(position, end))
  }

  private func countOfNewlines(in range: Range<Int>) -> Int {
    var count = 0
    for byte in bytes[range] where byte == UInt8(ascii: "\n") { count += 1 }
    return count
  }

  /// Drops what was read before `cursor` and reads on; false if there is nothing more.
  mutating func refill() throws(WaveError) -> Bool {
    if isAtEnd { return false }
    linesBefore += countOfNewlines(in: 0..<cursor)
    let kept = end - cursor
    if cursor > 0 {
      for index in 0..<kept { bytes[index] = bytes[cursor + index] }
      cursor = 0
      end = kept
    }
    if kept > (bytes.count - Self.padding) / 2 {
      guard kept < Self.longestToken else {
        throw failure("a token is longer than \(Self.longestToken) bytes", at: 0)
      }
      bytes.append(contentsOf: repeatElement(0, count: bytes.count))
    }
    let count = try stream.read(into: &bytes, at: end, count: bytes.count - Self.padding - end)
    isAtEnd = count == 0
    end += count
    for index in end..<end + Self.padding { bytes[index] = 0 }
    return count > 0
  }

  /// The next token as a range of the window; nil at the end of the file.
  mutating func token() throws(WaveError) -> Range<Int>? {
    while true {
      while cursor < end, bytes[cursor] <= 0x20 { cursor += 1 }
      var stop = cursor
      while stop < end, bytes[stop] > 0x20 { stop += 1 }
      if stop < end || isAtEnd {
        if cursor == stop { return nil }
        defer { cursor = stop }
        return cursor..<stop
      }
      _ = try refill()
    }
  }

  /// A token as text.
  func text(_ token: Range<Int>) -> String { String(decoding: bytes[token], as: UTF8.self) }

  /// All words up to `$end`; or, where that is missing, up to one of the keywords that cannot stand within the section.
  mutating func section(
    _ keyword: String, endingAlsoBefore others: Set<String> = []
  ) throws(WaveError) -> (words: [String], isEnded: Bool) {
    let line = line(at: cursor)
    var words: [String] = []
    var size = 0
    while let token = try token() {
      let word = text(token)
      if word == "$end" { return (words, true) }
      // The third word of a declaration is a code, which may look like anything.
      if others.contains(word), keyword != "$var" || words.count != 2 {
        cursor = token.lowerBound
        return (words, false)
      }
      size += word.utf8.count
      guard size < Self.longestToken else {
        throw failure("section \(keyword) is longer than \(Self.longestToken) bytes", at: cursor)
      }
      words.append(word)
    }
    throw WaveError(file: path, place: .line(line), kind: .format, "section \(keyword) is not ended by $end")
  }

  func failure(_ message: String, at position: Int) -> WaveError {
    WaveError(file: path, place: .line(line(at: position)), kind: .format, message)
  }
}
