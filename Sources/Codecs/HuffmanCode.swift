/// A canonical Huffman code to write with (RFC 1951 section 3.2.2).
struct HuffmanCode {
  /// Bits of each symbol's code; 0 for symbols that have none.
  let lengths: [UInt8]
  /// The codes, first bit lowest, as they are written.
  let codes: [UInt32]

  /// The code of these lengths.
  init(lengths: [UInt8]) {
    self.lengths = lengths
    var counts = [UInt32](repeating: 0, count: 17)
    for length in lengths where length > 0 { counts[Int(length)] += 1 }
    var next = [UInt32](repeating: 0, count: 17)
    for length in 1...15 { next[length + 1] = (next[length] + counts[length]) << 1 }
    codes = lengths.map { length in
      guard length > 0 else { return 0 }
      defer { next[Int(length)] += 1 }
      let code = next[Int(length)]
      return (0..<UInt32(length)).reduce(0) { $0 | (code >> $1 & 1) << (UInt32(length) - 1 - $1) }
    }
  }

  /// The code that needs the fewest bits for symbols that occur so often, none longer than `limit` bits.
  ///
  /// At least two symbols get a code, because some decoders want a complete one.
  init(counts: [Int], limit: Int) {
    var counts = counts
    for symbol in 0..<2 where counts.count(where: { $0 > 0 }) < 2 { counts[symbol] = max(counts[symbol], 1) }
    while true {
      let lengths = Self.lengths(counts)
      if lengths.allSatisfy({ Int($0) <= limit }) {
        self.init(lengths: lengths)
        return
      }
      // Rare symbols come nearer to the others, until the longest code fits.
      counts = counts.map { $0 == 0 ? 0 : $0 / 2 + 1 }
    }
  }

  /// Depths in Huffman's tree: the two rarest nodes are joined until one is left.
  private static func lengths(_ counts: [Int]) -> [UInt8] {
    let leaves = counts.indices.filter { counts[$0] > 0 }.sorted { (counts[$0], $0) < (counts[$1], $1) }
    var weights = leaves.map { counts[$0] }
    var parents = [Int](repeating: 0, count: 2 * leaves.count)
    // Leaves and joined nodes both come in order of weight, so that the rarest is always first in one of the two.
    var (leaf, joined) = (0, leaves.count)
    func rarest() -> Int {
      let takesLeaf = leaf < leaves.count && (joined >= weights.count || weights[leaf] <= weights[joined])
      defer { if takesLeaf { leaf += 1 } else { joined += 1 } }
      return takesLeaf ? leaf : joined
    }
    for _ in 1..<max(leaves.count, 1) {
      let (first, second) = (rarest(), rarest())
      parents[first] = weights.count
      parents[second] = weights.count
      weights.append(weights[first] + weights[second])
    }
    var depths = [UInt8](repeating: 0, count: weights.count)
    for node in (0..<max(weights.count - 1, 0)).reversed() { depths[node] = depths[parents[node]] + 1 }
    var lengths = [UInt8](repeating: 0, count: counts.count)
    for (place, symbol) in leaves.enumerated() { lengths[symbol] = depths[place] }
    return lengths
  }

  /// Bits that symbols take which occur so often.
  func bitCount(_ counts: [Int]) -> Int {
    zip(counts, lengths).reduce(0) { $0 + $1.0 * Int($1.1) }
  }

  @inline(__always)
  func put(_ symbol: Int, _ bits: inout BitWriter, _ output: inout [UInt8]) {
    bits.put(codes[symbol], Int(lengths[symbol]), &output)
  }

  /// The fixed code of literals and lengths (section 3.2.6).
  static let fixedLiterals = HuffmanCode(
    lengths: (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 })
  /// The fixed code of distances.
  static let fixedDistances = HuffmanCode(lengths: [UInt8](repeating: 5, count: 30))
}
