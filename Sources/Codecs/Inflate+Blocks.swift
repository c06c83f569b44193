internal import Tensors

/// The blocks of a DEFLATE stream (RFC 1951 section 3.2).
extension Inflate {
  /// Base and extra bits of the length codes 257 to 285 (section 3.2.5).
  private static let lengthBases: [UInt16] = [
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
  ]
  private static let lengthBits: [UInt8] = [
    0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
  ]
  /// Base and extra bits of the distance codes 0 to 29.
  private static let distanceBases: [UInt16] = [
    1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
    8193, 12289, 16385, 24577,
  ]
  private static let distanceBits: [UInt8] = [
    0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
  ]
  /// The order in which a block stores the lengths of its code length code (section 3.2.7).
  private static let lengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
  private static let fixedLiterals = HuffmanTable(
    lengths: ((0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 } as [UInt8])[...])
  private static let fixedDistances = HuffmanTable(lengths: [UInt8](repeating: 5, count: 32)[...])

  mutating func blockHeader() throws(InputError) {
    guard !isLastBlock else {
      state = .trailer
      return
    }
    isLastBlock = try bits(1) == 1
    switch try bits(2) {
    case 0:
      reader.alignToByte()
      let length = try bits(16)
      guard try bits(16) == length ^ 0xFFFF else { throw fault(.malformed, "a stored block's length is inconsistent") }
      state = .stored(length)
    case 1:
      literals = Self.fixedLiterals
      distances = Self.fixedDistances
      state = .coded
    case 2:
      try readCodes()
      state = .coded
    default: throw fault(.malformed, "block type 3 does not exist")
    }
  }

  private mutating func readCodes() throws(InputError) {
    let literalCount = try bits(5) + 257
    let distanceCount = try bits(5) + 1
    let lengthCount = try bits(4) + 4
    guard literalCount <= 286, distanceCount <= 30 else {
      throw fault(
        .malformed, "a block declares \(literalCount) literal and \(distanceCount) distance codes of 286 and 30")
    }
    var orderLengths = [UInt8](repeating: 0, count: 19)
    for place in Self.lengthOrder.prefix(lengthCount) { orderLengths[place] = UInt8(try bits(3)) }
    let lengthCode = HuffmanTable(lengths: orderLengths[...])
    guard lengthCode.fill == .complete else { throw fault(.malformed, "the code length code is not complete") }
    let lengths = try codeLengths(literalCount + distanceCount, lengthCode)
    guard lengths[256] > 0 else { throw fault(.malformed, "a block has no code for its end") }
    literals = HuffmanTable(lengths: lengths[..<literalCount])
    distances = HuffmanTable(lengths: lengths[literalCount...])
    for (name, table) in [("literal", literals), ("distance", distances)] {
      // One code of one bit may stand alone; a block without matches needs no distances.
      let isAlone = table.fill == .incomplete && table.longest == 1
      guard table.fill == .complete || isAlone || table.fill == .empty else {
        throw fault(.malformed, "the \(name) code is \(table.fill == .over ? "over-subscribed" : "incomplete")")
      }
    }
  }

  private mutating func codeLengths(_ count: Int, _ code: HuffmanTable) throws(InputError) -> [UInt8] {
    var lengths: [UInt8] = []
    while lengths.count < count {
      let symbol = try next(code, "code length")
      var value: UInt8 = 0
      var times = 1
      switch symbol {
      case 16:
        guard let last = lengths.last else { throw fault(.malformed, "a code length repeats one that is not there") }
        value = last
        times = 3 + (try bits(2))
      case 17: times = 3 + (try bits(3))
      case 18: times = 11 + (try bits(7))
      default: value = UInt8(symbol)
      }
      guard lengths.count + times <= count else { throw fault(.malformed, "a code length repeats past the last code") }
      lengths.append(contentsOf: repeatElement(value, count: times))
    }
    return lengths
  }

  private mutating func next(_ table: HuffmanTable, _ name: String) throws(InputError) -> Int {
    switch table.decode(&reader) {
    case .symbol(let symbol): return symbol
    case .noCode: throw fault(.malformed, "the bits are no \(name) code")
    case .ended: throw cutShort
    }
  }

  mutating func stored(_ count: Int, until target: Int) throws(InputError) {
    var left = count
    while left > 0, output.count < target {
      output.append(UInt8(try bits(8)))
      left -= 1
    }
    state = left == 0 ? .blockHeader : .stored(left)
  }

  mutating func coded(until target: Int) throws(InputError) {
    while output.count < target {
      let symbol = try next(literals, "literal")
      if symbol < 256 {
        output.append(UInt8(symbol))
      } else if symbol == 256 {
        state = .blockHeader
        return
      } else {
        try copyMatch(symbol - 257)
      }
    }
  }

  private mutating func copyMatch(_ code: Int) throws(InputError) {
    guard code < Self.lengthBases.count else { throw fault(.malformed, "length code \(code + 257) does not exist") }
    let length = Int(Self.lengthBases[code]) + (try bits(Int(Self.lengthBits[code])))
    let distanceCode = try next(distances, "distance")
    guard distanceCode < Self.distanceBases.count else {
      throw fault(.malformed, "distance code \(distanceCode) does not exist")
    }
    let distance = Int(Self.distanceBases[distanceCode]) + (try bits(Int(Self.distanceBits[distanceCode])))
    let reachable = memberBytes + output.count - memberStart
    guard distance <= reachable else {
      throw fault(.malformed, "a match reaches back \(distance) bytes, \(distance - reachable) before the start")
    }
    let start = output.count - distance
    for place in start..<(start + length) { output.append(output[place]) }
  }
}
