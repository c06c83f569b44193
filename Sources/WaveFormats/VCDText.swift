import Signals

/// A buffer of VCD text in front of a file; whatever leaves it ends with a whole line.
struct VCDText {
  /// Bytes in the buffer.
  private(set) var position = 0
  private var bytes: [UInt8]
  private let limit: Int
  private let file: OutputFile

  init(file: OutputFile, capacity: Int = 1 << 18) {
    self.file = file
    bytes = [UInt8](repeating: 0, count: capacity + VCDPlan.longestLine)
    limit = capacity
  }

  /// Bytes written and buffered.
  var count: Int { file.count + position }

  /// Hands the buffer to the operating system.
  mutating func flush() throws(WaveError) {
    if position == 0 { return }
    let filled = position
    position = 0
    try unsafe file.write(bytes.span.extracting(0..<filled).bytes)
  }

  /// Flushes and closes.
  mutating func close() throws(WaveError) {
    try flush()
    try file.close()
  }

  /// Flushes if the buffer is half full: called between lines.
  mutating func flushIfFull() throws(WaveError) {
    if position > limit / 2 { try flush() }
  }

  /// Writes changes up to the first real, text or event, and returns its index.
  mutating func append(
    _ changes: Span<SignalChange>, from start: Int, plans: [VCDPlan]
  ) throws(WaveError) -> Int {
    var index = start
    let limit = limit
    while true {
      var end = position
      var target = bytes.mutableSpan
      var raw = unsafe target.mutableBytes
      index = formatChanges(changes, from: index, plans: plans.span, into: &raw, at: &end, limit: limit)
      position = end
      if end <= limit { return index }
      try flush()
    }
  }

  /// A text of any length.
  mutating func append(_ text: some Collection<UInt8>) throws(WaveError) {
    for byte in text {
      if position >= limit { try flush() }
      bytes[position] = byte
      position += 1
    }
  }

  /// A text of any length.
  mutating func append(_ text: String) throws(WaveError) {
    try append(text.utf8)
  }

  /// The blank, identifier and newline that end the lines of a signal.
  mutating func appendEnd(of plan: VCDPlan) throws(WaveError) {
    if position > limit { try flush() }
    var suffix = plan.suffix
    for _ in 0..<plan.suffixLength {
      bytes[position] = UInt8(truncatingIfNeeded: suffix)
      suffix >>= 8
      position += 1
    }
  }

  /// `#time` and a newline.
  mutating func appendTime(_ time: UInt64) throws(WaveError) {
    if position > limit { try flush() }
    bytes[position] = UInt8(ascii: "#")
    position += 1
    var digits = 1
    var power: UInt64 = 10
    while digits < 20, time >= power {
      digits += 1
      let (next, overflows) = power.multipliedReportingOverflow(by: 10)
      if overflows { break }
      power = next
    }
    if time >= 10_000_000_000_000_000_000 { digits = 20 }
    var rest = time
    for place in stride(from: position + digits - 1, through: position, by: -1) {
      bytes[place] = 0x30 | UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
    position += digits
    bytes[position] = UInt8(ascii: "\n")
    position += 1
  }
}

/// A text as a VCD string value: blanks, control characters, backslashes and non-ASCII bytes as `\xHH`.
///
/// GTKWave reads signed characters, so that a byte from 0x80 on would end its file.
func escapedText(_ text: some Sequence<UInt8>) -> [UInt8] {
  var escaped: [UInt8] = []
  let digits = Array("0123456789ABCDEF".utf8)
  for byte in text {
    if byte > 0x20, byte < 0x7f, byte != UInt8(ascii: "\\") {
      escaped.append(byte)
    } else {
      escaped += [UInt8(ascii: "\\"), UInt8(ascii: "x"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
  }
  return escaped
}
