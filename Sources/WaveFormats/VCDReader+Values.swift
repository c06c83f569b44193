/// Value changes and keywords of a VCD file, token by token: whatever the fast path leaves.
extension VCDReader {
  mutating func readValue(_ token: Range<Int>, into step: inout WaveStep) throws(WaveError) {
    let first = scanner.bytes[token.lowerBound]
    switch first | 0x20 {
    case UInt8(ascii: "b"), UInt8(ascii: "r"), UInt8(ascii: "s"):
      let content = Array(scanner.bytes[token].dropFirst())
      guard let code = try scanner.token() else {
        return warn("the file ends within a value change", at: scanner.end)
      }
      try readLong(first | 0x20, content, code, into: &step)
    case UInt8(ascii: "$"): try readKeyword(text(token), token)
    case UInt8(ascii: "p"):
      let content = scanner.bytes[token].dropFirst().map(Self.portState)
      // The strengths of 0 and of 1 stand before the code.
      for _ in 0..<2 { _ = try scanner.token() }
      guard let code = try scanner.token() else {
        return warn("the file ends within a value change", at: scanner.end)
      }
      try readLong(UInt8(ascii: "b"), content, code, into: &step)
    default:
      guard let state = BitState.state(first) else {
        throw scanner.failure("'\(text(token))' is no value change", at: token.lowerBound)
      }
      guard let signal = try signal(ofScalar: token) else { return }
      guard fastWidths[signal] > 0 || hierarchy.signals[signal] == .event || hierarchy.signals[signal].bitCount > 64
      else {
        return warn("a single digit is no value of a \(hierarchy.signals[signal])", at: scanner.cursor)
      }
      readDigit(state, signal, into: &step)
    }
  }

  /// The signal of a scalar's code, which belongs right behind the digit and stands after a blank in some files.
  private mutating func signal(ofScalar token: Range<Int>) throws(WaveError) -> Int? {
    if token.count > 1 {
      let code = scanner.bytes[token].dropFirst()
      if let signal = codes.signal(for: code) { return signal }
      unknownCode(code, at: token.lowerBound)
      return nil
    }
    guard let next = try scanner.token() else {
      warn("the file ends within a value change", at: scanner.end)
      return nil
    }
    if let signal = codes.signal(for: scanner.bytes[next]) {
      warn("a blank parts a digit from its code, which GTKWave and Surfer do not read", at: next.lowerBound)
      return signal
    }
    warn("a digit stands without a code", at: next.lowerBound)
    scanner.cursor = next.lowerBound
    return nil
  }

  private func readDigit(_ state: UInt8, _ signal: Int, into step: inout WaveStep) {
    switch hierarchy.signals[signal] {
    case .event: step.changes.append(WaveChange(signal: UInt32(signal), value: BitState.nearest(state).value))
    case .bits(let bits): step.append(signal: signal, states: CollectionOfOne(state), bits: bits)
    case .real, .text: return
    }
  }

  /// A state of a port as GTKWave shows it: who drives it, and how strongly, is left out. Source: IEEE 1364-2005 clause 18.4.3.2.
  private static func portState(_ character: UInt8) -> UInt8 {
    switch UnicodeScalar(character) {
    case "D", "d", "L", "l", "0": BitState.zero
    case "U", "u", "H", "h", "1": UInt8(ascii: "1")
    case "Z", "T", "F", "f": UInt8(ascii: "z")
    default: BitState.x
    }
  }

  private mutating func unknownCode(_ code: ArraySlice<UInt8>, at position: Int) {
    warn("code '\(String(decoding: code.prefix(20), as: UTF8.self))' is not declared", at: position)
  }

  private mutating func readKeyword(_ keyword: String, _ token: Range<Int>) throws(WaveError) {
    switch keyword {
    case "$dumpvars", "$dumpon", "$dumpoff", "$dumpall", "$end", "$dumpflush", "$vcdclose": return
    case _ where keyword.hasPrefix("$dumpports"): return
    case "$comment":
      let words = try scanner.section(keyword).words
      if notes.count < WaveWarning.limit { notes.append(words.joined(separator: " ")) }
    case "$date", "$version", "$timescale", "$attrbegin", "$attrend": _ = try scanner.section(keyword)
    case "$var", "$scope", "$upscope", "$enddefinitions":
      warn("\(keyword) stands behind the header and is not read", at: token.lowerBound)
      _ = try scanner.section(keyword)
    default: warn("keyword \(keyword) is not known here", at: token.lowerBound)
    }
  }

  private mutating func readLong(
    _ kind: UInt8, _ content: [UInt8], _ code: Range<Int>, into step: inout WaveStep
  ) throws(WaveError) {
    guard let signal = codes.signal(for: scanner.bytes[code]) else {
      return unknownCode(scanner.bytes[code], at: code.lowerBound)
    }
    switch (kind, hierarchy.signals[signal]) {
    case (UInt8(ascii: "r"), .real):
      guard let value = Double(String(decoding: content, as: UTF8.self)) else {
        throw scanner.failure("'\(Self.excerpt(content))' is no real number", at: code.lowerBound)
      }
      step.changes.append(WaveChange(signal: UInt32(signal), value: value.bitPattern))
    case (UInt8(ascii: "s"), .text):
      step.append(signal: signal, content: Self.unescaped(content))
    case (UInt8(ascii: "s"), _), (UInt8(ascii: "r"), _), (_, .real), (_, .text):
      warn("the value's kind is not that of the variable", at: code.lowerBound)
    case (_, .event):
      step.changes.append(WaveChange(signal: UInt32(signal), value: 1))
    case (_, .bits(let bits)): try readVector(content, signal, bits, at: code.lowerBound, into: &step)
    }
  }

  private mutating func readVector(
    _ content: [UInt8], _ signal: Int, _ bits: Int, at position: Int, into step: inout WaveStep
  ) throws(WaveError) {
    var states = content[...]
    if states.count > 2, states[0] == BitState.zero, states[1] | 0x20 == UInt8(ascii: "b") {
      warn("a vector begins with 0b instead of its digits", at: position)
      states = states.dropFirst(2)
    }
    if states.count > bits {
      warn("a vector of \(states.count) digits is longer than its \(bits) bits", at: position)
      states = states.suffix(bits)
    }
    // A vector of no bits, such as nvc writes for a null array.
    if states.isEmpty { return warn("a vector has no digits", at: position) }
    let known = states.compactMap(BitState.state)
    guard known.count == states.count else {
      throw scanner.failure("'\(Self.excerpt(content))' is no vector of 0, 1, x and z", at: position)
    }
    step.append(signal: signal, states: known, bits: bits)
  }

  private static func excerpt(_ content: [UInt8]) -> String { String(decoding: content.prefix(40), as: UTF8.self) }

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
        result.append(controls[content[index]] ?? content[index])
        index += 1
      }
    }
    return result
  }

  /// Control characters by the letter of their escape, as C names them.
  private static let controls: [UInt8: UInt8] = [
    0x61: 0x07, 0x62: 0x08, 0x66: 0x0c, 0x6e: 0x0a, 0x72: 0x0d, 0x74: 0x09, 0x76: 0x0b,
  ]
}
