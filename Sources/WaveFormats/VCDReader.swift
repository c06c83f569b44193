/// Reads a VCD file of any producer, step by step. Source: IEEE 1364-2005 clause 18.2.3.
///
/// Lines of vectors and scalars with two-state values and short codes take a fast path of 8-byte loads; everything else goes
/// token by token. What other tools pass over is passed over with a warning; what no tool reads is an error with its line.
public struct VCDReader: WaveSource {
  /// Scopes, variables and signals of the file.
  public let hierarchy: WaveHierarchy
  /// What a tick of the file is.
  public let timescale: Timescale
  /// Comments in the file.
  public internal(set) var notes: [String]
  /// What was read although it is not as it should be.
  public private(set) var warnings: [WaveWarning]
  /// The file that is read.
  public var path: String { scanner.path }

  var scanner: VCDScanner
  let codes: VCDCodes
  private let ticksPerStep: UInt64
  /// Width of each signal as the fast path needs it: 1...64 bits, or 0 for all others.
  let fastWidths: [UInt8]
  private var time: UInt64 = 0
  private var hasStep = false
  private var isDone = false

  /// Opens a `.vcd` or `.vcd.gz` file and reads its header.
  public init(path: String) throws(WaveError) { try self.init(try InputFile(path: path)) }

  init(_ file: InputFile) throws(WaveError) {
    try self.init(try ByteStream(file))
  }

  init(_ stream: ByteStream) throws(WaveError) {
    scanner = VCDScanner(stream)
    var header = VCDHeaderReader()
    try header.read(&scanner)
    hierarchy = header.hierarchy
    timescale = header.timescale
    notes = header.notes
    warnings = header.warnings
    codes = header.codes
    ticksPerStep = header.ticksPerStep
    fastWidths = hierarchy.signals.map { shape in
      if case .bits(let bits) = shape, bits <= 64 { return UInt8(bits) }
      return 0
    }
  }

  /// Reads the next instant; false at the end of the file.
  public mutating func next(into step: inout WaveStep) throws(WaveError) -> Bool {
    step.removeAll()
    if isDone { return false }
    step.time = time
    while true {
      readFast(into: &step)
      guard let token = try scanner.token() else {
        isDone = true
        if scanner.isCutShort { warn("the compressed data end early: the rest is lost", at: scanner.end) }
        return hasStep || !step.changes.isEmpty
      }
      if scanner.bytes[token.lowerBound] == UInt8(ascii: "#") {
        let next = try instant(token)
        if next < time {
          warn("time \(next) comes after \(time); times never decrease", at: token.lowerBound)
        } else if next > time || !hasStep {
          let isComplete = hasStep || !step.changes.isEmpty
          time = next
          hasStep = true
          if isComplete, next > step.time { return true }
          step.time = next
        }
      } else {
        try readValue(token, into: &step)
      }
    }
  }

  private mutating func instant(_ token: Range<Int>) throws(WaveError) -> UInt64 {
    var value: UInt64 = 0
    var position = token.lowerBound + 1
    while position < token.upperBound {
      let digit = UInt64(scanner.bytes[position] &- 0x30)
      let (product, overflows) = value.multipliedReportingOverflow(by: 10)
      let (sum, carries) = product.addingReportingOverflow(digit)
      guard digit < 10, !overflows, !carries else { break }
      value = sum
      position += 1
    }
    let (ticks, overflows) = value.multipliedReportingOverflow(by: ticksPerStep)
    if token.count == 1 { throw scanner.failure("a time is missing after #", at: token.lowerBound) }
    let isFraction = position > token.lowerBound + 1 && scanner.bytes[position] == UInt8(ascii: ".")
    guard position == token.upperBound || isFraction, !overflows else {
      throw scanner.failure(
        "'\(text(token))' is no time: # and a whole number of ticks below 2^64", at: token.lowerBound)
    }
    if isFraction, !scanner.bytes[position + 1..<token.upperBound].allSatisfy({ $0 == BitState.zero }) {
      warn("time \(text(token)) is no whole number of ticks; its fraction is dropped", at: token.lowerBound)
    }
    return ticks
  }

  func text(_ range: Range<Int>) -> String {
    String(decoding: scanner.bytes[range].prefix(60), as: UTF8.self)
  }

  mutating func warn(_ message: String, at position: Int) {
    guard warnings.count < WaveWarning.limit else { return }
    warnings.append(WaveWarning(place: .line(scanner.line(at: position)), message: message))
  }
}

// MARK: - The fast path

extension VCDReader {
  /// Reads lines of two-state scalars and vectors while the window holds them whole; stops before anything else.
  private mutating func readFast(into step: inout WaveStep) {
    // The longest line of the fast path is b, 64 digits, a blank, three characters of code and a newline.
    let cursor = parseTwoState(
      scanner.bytes.span, from: scanner.cursor, end: scanner.end - 72, codes: codes.dense.span, widths: fastWidths.span,
      into: &step.changes)
    scanner.cursor = cursor
  }
}

/// Parses `b0101 !` and `1!` lines from `start` on, and returns where it stopped: at `end` or before any other line.
private func parseTwoState(
  _ bytes: Span<UInt8>, from start: Int, end: Int, codes: Span<UInt32>, widths: Span<UInt8>,
  into changes: inout [WaveChange]
) -> Int {
  precondition(start >= 0 && end <= bytes.count - 72, "a line may be read whole")
  var cursor = start
  while cursor < end, unsafe bytes[unchecked: cursor] <= 0x20 { cursor = cursor &+ 1 }
  while cursor < end {
    let first = unsafe bytes[unchecked: cursor]
    var code = cursor &+ 1
    var value = UInt64(first & 1)
    var digits = 1
    if first == UInt8(ascii: "b") {
      value = 0
      digits = 0
      while true {
        let word = unsafe bytes.bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: code, as: UInt64.self)
        let others = (word ^ 0x3030_3030_3030_3030) & 0xfefe_fefe_fefe_fefe
        let count = others.trailingZeroBitCount / 8
        // Digits move to the top lanes; a lane below them counts as a leading 0.
        let lanes = count == 0 ? 0 : (word &<< UInt64(64 &- count &* 8)) & 0x0101_0101_0101_0101
        value = value &<< UInt64(count) | (lanes &* 0x8040_2010_0804_0201) &>> 56
        digits = digits &+ count
        code = code &+ count
        if count < 8 || digits > 64 { break }
      }
      guard unsafe bytes[unchecked: code] == 0x20, digits > 0, digits <= 64 else { return cursor }
      code = code &+ 1
    } else if first & 0xfe != 0x30 {
      return cursor
    }
    var number = Int(unsafe bytes[unchecked: code]) &- 32
    var next = code &+ 1
    let second = Int(unsafe bytes[unchecked: next])
    if second > 32 {
      number = number &+ (second &- 32) &* 94
      next = next &+ 1
      let third = Int(unsafe bytes[unchecked: next])
      if third > 32 {
        number = number &+ (third &- 32) &* 8836
        next = next &+ 1
      }
    }
    guard unsafe bytes[unchecked: next] == 0x0a, number > 0, number <= codes.count else { return cursor }
    let signal = Int(codes[number &- 1]) &- 1
    guard signal >= 0, signal < widths.count, Int(widths[signal]) >= digits else { return cursor }
    changes.append(WaveChange(signal: UInt32(truncatingIfNeeded: signal), value: value))
    cursor = next &+ 1
  }
  return cursor
}
