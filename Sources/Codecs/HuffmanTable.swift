/// A canonical Huffman code (RFC 1951 section 3.2.2), decoded through a table of its first bits.
struct HuffmanTable {
  /// Bits that one look into the table decodes; longer codes are walked bit by bit.
  static let lookupBits = 10

  /// `symbol << 4 | length` for every pattern of the next bits; 0 for long codes and for patterns that are no code.
  private var lookup: [UInt16]
  private var counts = [Int](repeating: 0, count: 16)
  private var symbols: [UInt16] = []

  /// How a set of code lengths fills the code space.
  enum Fill { case over, complete, incomplete, empty }
  let fill: Fill
  /// The longest code.
  let longest: Int

  /// The code of these lengths; 0 means that a symbol has none.
  init(lengths: ArraySlice<UInt8>) {
    lookup = [UInt16](repeating: 0, count: 1 << Self.lookupBits)
    for length in lengths { counts[Int(length)] += 1 }
    counts[0] = 0
    longest = counts.lastIndex { $0 > 0 } ?? 0
    var left = 1
    var offsets = [Int](repeating: 0, count: 17)
    for length in 1...15 {
      left = left << 1 - counts[length]
      guard left >= 0 else {
        fill = .over
        return
      }
      offsets[length + 1] = offsets[length] + counts[length]
    }
    fill = longest == 0 ? .empty : left == 0 ? .complete : .incomplete
    symbols = [UInt16](repeating: 0, count: offsets[16])
    for (symbol, length) in lengths.enumerated() where length > 0 {
      symbols[offsets[Int(length)]] = UInt16(symbol)
      offsets[Int(length)] += 1
    }
    fillLookup()
  }

  private mutating func fillLookup() {
    var code = 0
    var index = 0
    for length in 1...Self.lookupBits {
      for _ in 0..<counts[length] {
        var reversed = 0
        for bit in 0..<length where code >> bit & 1 == 1 { reversed |= 1 << (length - 1 - bit) }
        let entry = symbols[index] << 4 | UInt16(length)
        for place in stride(from: reversed, to: lookup.count, by: 1 << length) { lookup[place] = entry }
        code += 1
        index += 1
      }
      code <<= 1
    }
  }

  /// What decoding one symbol gave.
  enum Step {
    case symbol(Int)
    case noCode
    case ended
  }

  /// The next symbol.
  @inline(__always)
  func decode(_ reader: inout BitReader) -> Step {
    let bits = reader.peek()
    let entry = lookup[Int(truncatingIfNeeded: bits) & (1 << Self.lookupBits - 1)]
    guard entry == 0 else { return reader.take(Int(entry & 15)) ? .symbol(Int(entry >> 4)) : .ended }
    return decodeSlowly(&reader, bits)
  }

  private func decodeSlowly(_ reader: inout BitReader, _ bits: UInt64) -> Step {
    var code = 0
    var first = 0
    var index = 0
    for length in 1...15 {
      code |= Int(truncatingIfNeeded: bits >> UInt64(length - 1)) & 1
      let count = counts[length]
      if code - count < first {
        return reader.take(length) ? .symbol(Int(symbols[index + code - first])) : .ended
      }
      index += count
      first = (first + count) << 1
      code <<= 1
    }
    return reader.take(15) ? .noCode : .ended
  }
}
