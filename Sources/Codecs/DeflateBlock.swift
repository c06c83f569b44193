/// One block of a DEFLATE stream: stored, with the fixed code, or with a code of its own, whichever is the shortest.
struct DeflateBlock {
  private let tokens: [DeflateToken]
  private let bytes: ArraySlice<UInt8>
  private var literalCounts = [Int](repeating: 0, count: 286)
  private var distanceCounts = [Int](repeating: 0, count: 30)
  /// Bits behind the codes of lengths and distances.
  private var extraBits = 0

  /// A block of these tokens, which stand for these bytes.
  init(_ tokens: [DeflateToken], of bytes: ArraySlice<UInt8>) {
    self.tokens = tokens
    self.bytes = bytes
    literalCounts[256] = 1
    for token in tokens {
      guard token.isMatch else {
        literalCounts[token.literal] += 1
        continue
      }
      let (length, distance) = (Bucket(length: token.length), Bucket(distance: token.distance))
      literalCounts[257 + length.symbol] += 1
      distanceCounts[distance.symbol] += 1
      extraBits += length.extraBits + distance.extraBits
    }
  }

  /// Writes the block; it is not the last.
  func write(to bits: inout BitWriter, _ output: inout [UInt8]) {
    let literals = HuffmanCode(counts: literalCounts, limit: 15)
    let distances = HuffmanCode(counts: distanceCounts, limit: 15)
    let header = CodeDescription(literals, distances)
    let (fixedLiterals, fixedDistances) = (HuffmanCode.fixedLiterals, HuffmanCode.fixedDistances)
    let own = header.bitCount + literals.bitCount(literalCounts) + distances.bitCount(distanceCounts) + extraBits
    let fixed = fixedLiterals.bitCount(literalCounts) + fixedDistances.bitCount(distanceCounts) + extraBits
    if 8 * bytes.count + 40 < min(own, fixed) { return store(&bits, &output) }
    bits.put(own < fixed ? 0b100 : 0b010, 3, &output)
    if own < fixed {
      header.write(to: &bits, &output)
      write(literals, distances, &bits, &output)
    } else {
      write(fixedLiterals, fixedDistances, &bits, &output)
    }
  }

  private func write(
    _ literals: HuffmanCode, _ distances: HuffmanCode, _ bits: inout BitWriter, _ output: inout [UInt8]
  ) {
    for token in tokens {
      guard token.isMatch else {
        literals.put(token.literal, &bits, &output)
        continue
      }
      let (length, distance) = (Bucket(length: token.length), Bucket(distance: token.distance))
      literals.put(257 + length.symbol, &bits, &output)
      bits.put(UInt32(length.rest), length.extraBits, &output)
      distances.put(distance.symbol, &bits, &output)
      bits.put(UInt32(distance.rest), distance.extraBits, &output)
    }
    literals.put(256, &bits, &output)
  }

  /// The bytes as they are; a stored block holds at most 65,535.
  private func store(_ bits: inout BitWriter, _ output: inout [UInt8]) {
    var rest = bytes
    while !rest.isEmpty {
      let part = rest.prefix(0xFFFF)
      rest = rest.dropFirst(part.count)
      bits.put(0, 3, &output)
      bits.align(&output)
      for count in [part.count, part.count ^ 0xFFFF] {
        output += [UInt8(truncatingIfNeeded: count), UInt8(truncatingIfNeeded: count >> 8)]
      }
      output += part
    }
  }

  /// The symbol of a length or a distance, and what its extra bits say: ever more values share a symbol (section 3.2.5).
  private struct Bucket {
    let symbol: Int
    let extraBits: Int
    let rest: Int

    /// Lengths: four symbols for each number of extra bits. `length` is counted from 3.
    @inline(__always)
    init(length: Int) {
      self.init(length == 255 ? 0 : length, shift: 2, first: length == 255 ? 28 : 0)
    }

    /// Distances: two symbols for each number of extra bits. `distance` is counted from 1.
    @inline(__always)
    init(distance: Int) { self.init(distance, shift: 1, first: 0) }

    @inline(__always)
    private init(_ value: Int, shift: Int, first: Int) {
      let top = Int.bitWidth &- 1 &- (value | 1).leadingZeroBitCount
      extraBits = max(0, top &- shift)
      symbol = first &+ extraBits &<< shift &+ value &>> extraBits
      rest = value & ((1 &<< extraBits) &- 1)
    }
  }
}

/// The description of a block's two codes: their lengths, run-length coded, behind a code of its own (RFC 1951 section 3.2.7).
private struct CodeDescription {
  private static let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
  private static let extraBits = [16: 2, 17: 3, 18: 7]

  private var runs: [(symbol: Int, rest: Int)] = []
  private let literalCount: Int
  private let distanceCount: Int
  private let code: HuffmanCode
  private let orderCount: Int
  /// Bits of the description.
  let bitCount: Int

  init(_ literals: HuffmanCode, _ distances: HuffmanCode) {
    literalCount = max(257, (literals.lengths.lastIndex { $0 > 0 } ?? 0) + 1)
    distanceCount = max(1, (distances.lengths.lastIndex { $0 > 0 } ?? 0) + 1)
    let lengths = literals.lengths[..<literalCount] + distances.lengths[..<distanceCount]
    runs = Self.runs(Array(lengths))
    var counts = [Int](repeating: 0, count: 19)
    for run in runs { counts[run.symbol] += 1 }
    let code = HuffmanCode(counts: counts, limit: 7)
    self.code = code
    orderCount = max(4, (Self.order.lastIndex { code.lengths[$0] > 0 } ?? 0) + 1)
    bitCount = runs.reduce(14 + 3 * orderCount) { $0 + Int(code.lengths[$1.symbol]) + (Self.extraBits[$1.symbol] ?? 0) }
  }

  /// Lengths as symbols: 16 repeats the last 3 ... 6 times, 17 and 18 are 3 ... 10 and 11 ... 138 zeros.
  private static func runs(_ lengths: [UInt8]) -> [(symbol: Int, rest: Int)] {
    var runs: [(symbol: Int, rest: Int)] = []
    var start = 0
    while start < lengths.count {
      let value = Int(lengths[start])
      let count = lengths[start...].prefix { Int($0) == value }.count
      let isRepeated = value != 0
      var left = count
      if isRepeated {
        runs.append((value, 0))
        left -= 1
      }
      while left >= 3 {
        let part = min(left, isRepeated ? 6 : 138)
        runs.append(isRepeated ? (16, part - 3) : part <= 10 ? (17, part - 3) : (18, part - 11))
        left -= part
      }
      for _ in 0..<left { runs.append((value, 0)) }
      start += count
    }
    return runs
  }

  func write(to bits: inout BitWriter, _ output: inout [UInt8]) {
    bits.put(UInt32(literalCount - 257), 5, &output)
    bits.put(UInt32(distanceCount - 1), 5, &output)
    bits.put(UInt32(orderCount - 4), 4, &output)
    for symbol in Self.order.prefix(orderCount) { bits.put(UInt32(code.lengths[symbol]), 3, &output) }
    for run in runs {
      code.put(run.symbol, &bits, &output)
      bits.put(UInt32(run.rest), Self.extraBits[run.symbol] ?? 0, &output)
    }
  }
}
