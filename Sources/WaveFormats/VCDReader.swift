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
  public private(set) var notes: [String]
  /// What was read although it is not as it should be.
  public private(set) var warnings: [WaveWarning]
  /// The file that is read.
  public var path: String { scanner.path }

  private var scanner: VCDScanner
  private let codes: VCDCodes
  /// Width of each signal as the fast path needs it: 1...64 bits, or 0 for all others.
  private let fastWidths: [UInt8]
  private var time: UInt64 = 0
  private var hasStep = false
  private var isDone = false

  /// Opens a `.vcd` or `.vcd.gz` file and reads its header.
  public init(path: String) throws(WaveError) {
    let file = try InputFile(path: path)
    let magic = try file.bytes(at: 0, count: 2)
    try self.init(magic == [0x1f, 0x8b] ? .gzip(GzipStream(file)) : .file(file))
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
    for byte in scanner.bytes[token].dropFirst() {
      let digit = UInt64(byte &- 0x30)
      let (product, overflows) = value.multipliedReportingOverflow(by: 10)
      let (sum, carries) = product.addingReportingOverflow(digit)
      guard digit < 10, !overflows, !carries else {
        throw scanner.failure(
          "'\(text(token))' is no time: # and a whole number of ticks below 2^64", at: token.lowerBound)
      }
      value = sum
    }
    if token.count == 1 { throw scanner.failure("a time is missing after #", at: token.lowerBound) }
    return value
  }

  private func text(_ range: Range<Int>) -> String {
    String(decoding: scanner.bytes[range].prefix(60), as: UTF8.self)
  }

  private mutating func warn(_ message: String, at position: Int) {
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

// MARK: - Token by token

extension VCDReader {
  private mutating func readValue(_ token: Range<Int>, into step: inout WaveStep) throws(WaveError) {
    let first = scanner.bytes[token.lowerBound] | 0x20
    switch first {
    case UInt8(ascii: "b"), UInt8(ascii: "r"), UInt8(ascii: "s"):
      let content = Array(scanner.bytes[token].dropFirst())
      guard let code = try scanner.token() else {
        return warn("the file ends within a value change", at: scanner.end)
      }
      try readLong(first, content, code, into: &step)
    case UInt8(ascii: "$"): try readKeyword(text(token), token)
    case UInt8(ascii: "p"):
      warn("extended VCD (port values) is not read", at: token.lowerBound)
      for _ in 0..<3 { _ = try scanner.token() }
    default:
      guard let (value, unknown) = Self.state(scanner.bytes[token.lowerBound]) else {
        throw scanner.failure("'\(text(token))' is no value change", at: token.lowerBound)
      }
      let code = scanner.bytes[token].dropFirst()
      guard let signal = codes.signal(for: code) else { return unknownCode(code, at: token.lowerBound) }
      guard fastWidths[signal] > 0 || hierarchy.signals[signal] == .event else {
        return warn("a single digit is no value of a \(hierarchy.signals[signal])", at: token.lowerBound)
      }
      let isWide = hierarchy.signals[signal].bitCount > 64
      if isWide {
        step.append(signal: signal, content: CollectionOfOne(scanner.bytes[token.lowerBound]))
      } else {
        let mask = value | unknown > 0 ? WaveValue.mask(Int(fastWidths[signal])) : 0
        let extends = unknown > 0
        step.changes.append(
          WaveChange(
            signal: UInt32(signal), value: extends ? (value > 0 ? mask : 0) : value, unknown: extends ? mask : 0))
      }
    }
  }

  /// Bit and unknown flag of one character; nine-state values of VHDL are taken as their nearest.
  private static func state(_ character: UInt8) -> (value: UInt64, unknown: UInt64)? {
    switch character | 0x20 {
    case UInt8(ascii: "0") | 0x20, UInt8(ascii: "l"): (0, 0)
    case UInt8(ascii: "1") | 0x20, UInt8(ascii: "h"): (1, 0)
    case UInt8(ascii: "x"), UInt8(ascii: "u"), UInt8(ascii: "w"), UInt8(ascii: "-"): (0, 1)
    case UInt8(ascii: "z"): (1, 1)
    default: nil
    }
  }

  private mutating func unknownCode(_ code: ArraySlice<UInt8>, at position: Int) {
    warn("code '\(String(decoding: code.prefix(20), as: UTF8.self))' is not declared", at: position)
  }

  private mutating func readKeyword(_ keyword: String, _ token: Range<Int>) throws(WaveError) {
    switch keyword {
    case "$dumpvars", "$dumpon", "$dumpoff", "$dumpall", "$end", "$dumpflush": return
    case "$comment":
      let words = try scanner.section(keyword)
      if notes.count < WaveWarning.limit { notes.append(words.joined(separator: " ")) }
    case "$date", "$version", "$timescale", "$vcdclose", "$dumpports": _ = try scanner.section(keyword)
    default: warn("keyword \(keyword) is not known here", at: token.lowerBound)
    }
  }

  private mutating func readLong(
    _ kind: UInt8, _ content: [UInt8], _ code: Range<Int>, into step: inout WaveStep
  ) throws(WaveError) {
    guard let signal = codes.signal(for: scanner.bytes[code]) else {
      return unknownCode(scanner.bytes[code], at: code.lowerBound)
    }
    let excerpt = String(decoding: content.prefix(40), as: UTF8.self)
    switch (kind, hierarchy.signals[signal]) {
    case (UInt8(ascii: "r"), .real):
      guard let value = Double(String(decoding: content, as: UTF8.self)) else {
        throw scanner.failure("'\(excerpt)' is no real number", at: code.lowerBound)
      }
      step.changes.append(WaveChange(signal: UInt32(signal), value: value.bitPattern))
    case (UInt8(ascii: "s"), .text):
      step.append(signal: signal, content: Self.unescaped(content))
    case (UInt8(ascii: "s"), _), (UInt8(ascii: "r"), _), (_, .real), (_, .text):
      warn("the value's kind is not that of the variable", at: code.lowerBound)
    case (_, .event):
      step.changes.append(WaveChange(signal: UInt32(signal), value: 1))
    case (_, .bits(let bits)):
      guard !content.isEmpty, let change = Self.vector(content, signal, bits, &step) else {
        throw scanner.failure("'\(excerpt)' is no vector of 0, 1, x and z", at: code.lowerBound)
      }
      if content.count > bits {
        warn("a vector of \(content.count) digits is longer than its \(bits) bits", at: code.lowerBound)
      }
      step.changes.append(change)
    }
  }

  /// A vector, extended on the left; nil if a digit is none.
  private static func vector(_ content: [UInt8], _ signal: Int, _ bits: Int, _ step: inout WaveStep) -> WaveChange? {
    var value: UInt64 = 0
    var unknown: UInt64 = 0
    if bits > 64 {
      let digits = content.suffix(bits).map { character -> UInt8? in
        state(character).map { $0.unknown == 1 ? ($0.value == 1 ? 0x7a : 0x78) : 0x30 | UInt8($0.value) }
      }
      let known = digits.compactMap { $0 }
      guard known.count == digits.count else { return nil }
      let start = step.bytes.count
      step.bytes.append(contentsOf: known)
      return WaveChange(signal: UInt32(signal), value: UInt64(start), length: UInt32(known.count))
    }
    guard let first = content.first, let lead = state(first) else { return nil }
    if lead.unknown == 1 {
      unknown = UInt64.max
      value = lead.value == 1 ? UInt64.max : 0
    }
    for character in content {
      guard let digit = state(character) else { return nil }
      value = value << 1 | digit.value
      unknown = unknown << 1 | digit.unknown
    }
    let mask = WaveValue.mask(bits)
    return WaveChange(signal: UInt32(signal), value: value & mask, unknown: unknown & mask)
  }

  /// A string value without its escapes `\xHH`, `\ooo`, `\n` and so on.
  static func unescaped(_ content: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var index = 0
    func digit(_ position: Int, _ radix: Int) -> Int? {
      position < content.count
        ? Character(UnicodeScalar(content[position])).hexDigitValue.flatMap { $0 < radix ? $0 : nil } : nil
    }
    while index < content.count {
      let byte = content[index]
      index += 1
      guard byte == UInt8(ascii: "\\"), index < content.count else {
        result.append(byte)
        continue
      }
      if content[index] == UInt8(ascii: "x"), let high = digit(index + 1, 16), let low = digit(index + 2, 16) {
        result.append(UInt8(high << 4 | low))
        index += 3
      } else if let high = digit(index, 4), let middle = digit(index + 1, 8), let low = digit(index + 2, 8) {
        result.append(UInt8(high << 6 | middle << 3 | low))
        index += 3
      } else {
        let simple: [UInt8: UInt8] = [0x6e: 0x0a, 0x74: 0x09, 0x72: 0x0d]
        result.append(simple[content[index]] ?? content[index])
        index += 1
      }
    }
    return result
  }
}
