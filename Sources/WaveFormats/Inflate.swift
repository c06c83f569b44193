/// A canonical Huffman code of DEFLATE, decoded through a table of 10 bits and, beyond, length by length.
struct HuffmanCode {
  private static let fastBits = 10
  /// Symbol and length of every short code, by the next 10 bits; 0 for longer ones.
  private var fast: [UInt16]
  /// Number of codes of each length.
  private var counts: [UInt16]
  private var symbols: [UInt16]

  /// The code of the given lengths; nil if they ask for more codes than there are.
  init?(lengths: ArraySlice<UInt8>) {
    counts = Array(repeating: 0, count: 16)
    for length in lengths { counts[Int(length)] += 1 }
    counts[0] = 0
    var offsets = [Int](repeating: 0, count: 17)
    var first = [Int](repeating: 0, count: 17)
    var code = 0
    for length in 1...15 {
      first[length] = code
      offsets[length + 1] = offsets[length] + Int(counts[length])
      code += Int(counts[length])
      if code > 1 << length { return nil }
      code <<= 1
    }
    symbols = Array(repeating: 0, count: max(lengths.count, 1))
    fast = Array(repeating: 0, count: 1 << Self.fastBits)
    var next = offsets
    for (symbol, length) in lengths.enumerated() where length > 0 {
      let length = Int(length)
      let rank = next[length] - offsets[length]
      symbols[next[length]] = UInt16(symbol)
      next[length] += 1
      guard length <= Self.fastBits else { continue }
      let reversed = Self.reverse(first[length] + rank, bits: length)
      for entry in stride(from: reversed, to: 1 << Self.fastBits, by: 1 << length) {
        fast[entry] = UInt16(symbol << 4 | length)
      }
    }
  }

  private static func reverse(_ code: Int, bits: Int) -> Int {
    var result = 0
    for bit in 0..<bits where code >> bit & 1 == 1 { result |= 1 << (bits - 1 - bit) }
    return result
  }

  /// The next symbol and its length in bits; nil if the bits are no code.
  func decode(_ bits: UInt64) -> (symbol: Int, length: Int)? {
    let entry = fast[Int(bits & 1023)]
    if entry != 0 { return (Int(entry >> 4), Int(entry & 15)) }
    var code = 0
    var first = 0
    var index = 0
    for length in 1...15 {
      code |= Int(bits >> UInt64(length - 1) & 1)
      let count = Int(counts[length])
      if code - first < count { return (Int(symbols[index + code - first]), length) }
      index += count
      first = (first + count) << 1
      code <<= 1
    }
    return nil
  }

  /// The fixed code of literals and lengths. Source: RFC 1951, section 3.2.6.
  static let fixedLiterals = HuffmanCode(
    lengths: ([UInt8](repeating: 8, count: 144) + [UInt8](repeating: 9, count: 112)
      + [UInt8](repeating: 7, count: 24) + [UInt8](repeating: 8, count: 8))[...])
  /// The fixed code of distances.
  static let fixedDistances = HuffmanCode(lengths: [UInt8](repeating: 5, count: 30)[...])
}

/// Decodes a DEFLATE stream piece by piece, with bounded memory. Source: RFC 1951.
struct Inflater {
  /// What the stream's bytes were found to be.
  enum Failure: Error, Equatable {
    case truncated
    case invalid(String)
  }

  /// Hands over more compressed bytes; empty at the end.
  typealias Refill = () throws(WaveError) -> [UInt8]

  private enum State {
    case header
    case stored(Int)
    case codes(HuffmanCode, HuffmanCode)
    case end
  }

  /// Decoded bytes: up to 32 KiB of history, then what was not yet taken.
  private(set) var output: [UInt8] = []
  /// Where the bytes that were not yet taken begin.
  private(set) var taken = 0
  /// Compressed bytes that were read.
  private(set) var consumed = 0
  /// Whether the stream has ended.
  private(set) var isFinished = false

  private var state = State.header
  private var isLastBlock = false
  private var input: [UInt8]
  private var cursor = 0
  private var bits: UInt64 = 0
  private var bitCount = 0
  private var isExhausted = false

  init(_ input: [UInt8] = []) {
    self.input = input
  }

  /// Decoded bytes that were not yet taken.
  var available: Int { output.count - taken }

  /// Marks `count` bytes as taken, and forgets history that no distance can reach.
  mutating func take(_ count: Int) {
    taken += count
    if taken > 1 << 18 {
      let excess = taken - 32768
      output.removeFirst(excess)
      taken -= excess
    }
  }

  /// Decodes until `wanted` bytes are available or the stream ends.
  mutating func produce(_ wanted: Int, refill: Refill = { () throws(WaveError) in [] }) throws {
    while available < wanted {
      switch state {
      case .header: try readHeader(refill)
      case .stored(let remaining): try copyStored(remaining, refill)
      case .codes(let literals, let distances): try decode(literals, distances, wanted, refill)
      case .end:
        isFinished = true
        return
      }
    }
  }

  /// What remains after the end of the stream, from the next whole byte on.
  mutating func trailer(_ count: Int, refill: Refill) throws -> [UInt8] {
    _ = take(bits: bitCount % 8)
    return try (0..<count).map { _ in UInt8(try self.need(8, refill)) }
  }
}

// MARK: - Bits

extension Inflater {
  /// Fills the bit buffer as far as there is input; false at its end.
  @inline(__always)
  private mutating func fill(_ refill: Refill) throws {
    while bitCount <= 56 {
      if cursor == input.count {
        if isExhausted { return }
        input = try refill()
        cursor = 0
        isExhausted = input.isEmpty
        if isExhausted { return }
      }
      bits |= UInt64(input[cursor]) << UInt64(bitCount)
      cursor += 1
      consumed += 1
      bitCount += 8
    }
  }

  private mutating func take(bits count: Int) -> Int {
    let value = Int(bits & ((1 << UInt64(count)) - 1))
    bits >>= UInt64(count)
    bitCount -= count
    return value
  }

  private mutating func need(_ count: Int, _ refill: Refill) throws -> Int {
    if bitCount < count { try fill(refill) }
    guard bitCount >= count else { throw Failure.truncated }
    return take(bits: count)
  }

  private mutating func symbol(_ code: HuffmanCode, _ refill: Refill) throws -> Int {
    if bitCount < 15 { try fill(refill) }
    guard let (symbol, length) = code.decode(bits) else {
      throw bitCount < 15 ? Failure.truncated : Failure.invalid("a bit pattern is no Huffman code")
    }
    guard length <= bitCount else { throw Failure.truncated }
    bits >>= UInt64(length)
    bitCount -= length
    return symbol
  }
}

// MARK: - Blocks

extension Inflater {
  private mutating func readHeader(_ refill: Refill) throws {
    if isLastBlock {
      state = .end
      return
    }
    isLastBlock = try need(1, refill) == 1
    switch try need(2, refill) {
    case 0:
      _ = take(bits: bitCount % 8)
      let length = try need(16, refill)
      guard try need(16, refill) == length ^ 0xffff else { throw Failure.invalid("a stored block's length is wrong") }
      state = .stored(length)
    case 1:
      guard let literals = HuffmanCode.fixedLiterals, let distances = HuffmanCode.fixedDistances else { return }
      state = .codes(literals, distances)
    case 2: try readCodes(refill)
    default: throw Failure.invalid("block type 3 does not exist")
    }
  }

  private mutating func readCodes(_ refill: Refill) throws {
    let literalCount = try need(5, refill) + 257
    let distanceCount = try need(5, refill) + 1
    let lengthCount = try need(4, refill) + 4
    var codeLengths = [UInt8](repeating: 0, count: 19)
    let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
    for place in order.prefix(lengthCount) { codeLengths[place] = UInt8(try need(3, refill)) }
    guard let code = HuffmanCode(lengths: codeLengths[...]) else {
      throw Failure.invalid("the code of code lengths is over-subscribed")
    }
    var lengths: [UInt8] = []
    while lengths.count < literalCount + distanceCount {
      let symbol = try symbol(code, refill)
      if symbol < 16 {
        lengths.append(UInt8(symbol))
        continue
      }
      guard symbol > 16 || !lengths.isEmpty else { throw Failure.invalid("a repeated code length has no first") }
      let value = symbol == 16 ? lengths[lengths.count - 1] : 0
      let repeats = try symbol == 16 ? 3 + need(2, refill) : symbol == 17 ? 3 + need(3, refill) : 11 + need(7, refill)
      lengths.append(contentsOf: repeatElement(value, count: repeats))
    }
    guard lengths.count == literalCount + distanceCount,
      let literals = HuffmanCode(lengths: lengths[..<literalCount]),
      let distances = HuffmanCode(lengths: lengths[literalCount...])
    else { throw Failure.invalid("the code lengths do not fit") }
    state = .codes(literals, distances)
  }

  private mutating func copyStored(_ remaining: Int, _ refill: Refill) throws {
    var remaining = remaining
    while remaining > 0, available < 1 << 16 || remaining == 0 {
      output.append(UInt8(try need(8, refill)))
      remaining -= 1
    }
    state = remaining == 0 ? .header : .stored(remaining)
  }

  private mutating func decode(
    _ literals: HuffmanCode, _ distances: HuffmanCode, _ wanted: Int, _ refill: Refill
  ) throws {
    while available < wanted {
      let symbol = try symbol(literals, refill)
      if symbol < 256 {
        output.append(UInt8(symbol))
      } else if symbol == 256 {
        state = .header
        return
      } else {
        try copyMatch(symbol - 257, distances, refill)
      }
    }
  }

  private mutating func copyMatch(_ symbol: Int, _ distances: HuffmanCode, _ refill: Refill) throws {
    guard symbol < 29 else { throw Failure.invalid("length code \(symbol + 257) does not exist") }
    let extra = symbol < 8 || symbol == 28 ? 0 : symbol / 4 - 1
    let base = symbol < 8 ? 3 + symbol : symbol == 28 ? 258 : 3 + (4 + symbol % 4) << extra
    let length = try base + need(extra, refill)
    let distanceSymbol = try self.symbol(distances, refill)
    guard distanceSymbol < 30 else { throw Failure.invalid("distance code \(distanceSymbol) does not exist") }
    let distanceExtra = distanceSymbol < 4 ? 0 : distanceSymbol / 2 - 1
    let distanceBase = distanceSymbol < 4 ? 1 + distanceSymbol : 1 + (2 + distanceSymbol % 2) << distanceExtra
    let distance = try distanceBase + need(distanceExtra, refill)
    guard distance <= output.count else {
      throw Failure.invalid("a match begins \(distance - output.count) bytes before the data")
    }
    var source = output.count - distance
    for _ in 0..<length {
      output.append(output[source])
      source += 1
    }
  }
}

/// The whole of a zlib or bare DEFLATE stream. Source: RFC 1950, RFC 1951.
enum Inflate {
  /// Decodes a zlib stream to exactly `count` bytes, checksum verified.
  static func zlib(_ bytes: [UInt8], count: Int) throws(Inflater.Failure) -> [UInt8] {
    guard bytes.count >= 6 else { throw .truncated }
    guard bytes[0] & 15 == 8, (Int(bytes[0]) << 8 | Int(bytes[1])) % 31 == 0, bytes[1] & 32 == 0 else {
      throw .invalid("it does not begin as zlib data")
    }
    var inflater = Inflater(Array(bytes[2...]))
    do {
      try inflater.produce(count + 1)
      let result = Array(inflater.output)
      guard result.count == count, inflater.isFinished else {
        throw Inflater.Failure.invalid(
          "it holds \(result.count)\(inflater.isFinished ? "" : " or more") bytes instead of \(count)")
      }
      let sum = try inflater.trailer(4) { () throws(WaveError) in [] }.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      guard sum == adler32(result) else { throw Inflater.Failure.invalid("its checksum is wrong") }
      return result
    } catch let failure as Inflater.Failure {
      throw failure
    } catch {
      throw .invalid("\(error)")
    }
  }

  /// Adler-32. Source: RFC 1950, section 9.
  static func adler32(_ bytes: [UInt8]) -> UInt32 {
    var low: UInt32 = 1
    var high: UInt32 = 0
    for byte in bytes {
      low = (low + UInt32(byte)) % 65521
      high = (high + low) % 65521
    }
    return high << 16 | low
  }
}
