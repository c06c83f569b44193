/// Looks at the text of a VCD file for what a reader of values passes over and a viewer does not.
struct VCDTextCheck {
  /// Something found: findings of one kind are counted together.
  struct Finding {
    let kind: String
    let isError: Bool
    let message: String
  }

  private(set) var findings: [Finding] = []

  private var line = 1
  private var lastByte = UInt8(ascii: "\n")
  /// The keyword that is being read; nil within any other word.
  private var keyword: [UInt8]?
  private var foreignLine = 0
  private var hasTimescale = false

  /// Reads a file, compressed or not, to its end.
  init(path: String) throws(WaveError) {
    var stream = try ByteStream(try InputFile(path: path))
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = try stream.read(into: &chunk, at: 0, count: chunk.count)
      if count == 0 { break }
      for byte in chunk[..<count] { take(byte) }
    }
    if lastByte != UInt8(ascii: "\n") {
      add("newline", "the file does not end with a newline: some readers drop its last line")
    }
    if !hasTimescale { add("timescale", "there is no $timescale: every viewer takes a tick for something else") }
  }

  private mutating func add(_ kind: String, isError: Bool = false, _ message: String) {
    findings.append(Finding(kind: kind, isError: isError, message: message))
  }

  @inline(__always)
  private mutating func take(_ byte: UInt8) {
    if byte >= 0x80, foreignLine != line {
      foreignLine = line
      add("bytes", isError: true, "line \(line): a byte is not ASCII: GTKWave ends a token or the whole file there")
    }
    if byte == UInt8(ascii: "$"), lastByte <= 0x20 { keyword = [] }
    if keyword != nil { extend(byte) }
    if byte == UInt8(ascii: "\n") { line += 1 }
    lastByte = byte
  }

  /// Collects a word that may be a keyword, up to the blank behind it.
  private mutating func extend(_ byte: UInt8) {
    guard let word = keyword else { return }
    if byte <= 0x20 { look(String(decoding: word, as: UTF8.self)) }
    keyword = byte <= 0x20 || word.count > 16 ? nil : word + [byte]
  }

  private mutating func look(_ keyword: String) {
    switch keyword {
    case "$timescale": hasTimescale = true
    case "$dumpall": add("dumpall", "line \(line): Surfer takes $dumpall for time 0")
    case "$dumpflush": add("dumpflush", isError: true, "line \(line): Surfer rejects files with $dumpflush in them")
    default: break
    }
  }
}
