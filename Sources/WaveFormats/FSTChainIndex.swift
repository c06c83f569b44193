/// Where each signal's chain is: the index at the end of a block, in both of its encodings.
struct FSTChainIndex {
  /// Range of each signal's chain from the packing byte on.
  private(set) var chains: [Range<Int>?]
  /// Signal whose chain a signal shares.
  private(set) var aliases: [Int?]
  private var starts: [(signal: Int, offset: Int)] = []

  init(signals: Int) {
    chains = Array(repeating: nil, count: signals)
    aliases = Array(repeating: nil, count: signals)
  }

  /// Reads the index; `length` is where the last chain ends.
  mutating func read(_ cursor: inout ByteCursor, isNew: Bool, length: Int) -> Bool {
    var signal = 0
    var alias: Int64 = 0
    while !cursor.isAtEnd, signal < chains.count {
      let isRead = isNew ? readNew(&cursor, &signal, &alias) : readOld(&cursor, &signal)
      if !isRead { return false }
    }
    for (position, start) in starts.enumerated() {
      let end = position + 1 < starts.count ? starts[position + 1].offset : length
      guard start.offset >= 1, start.offset <= end, end <= length else { return false }
      chains[start.signal] = start.offset..<end
    }
    return true
  }

  private mutating func readNew(_ cursor: inout ByteCursor, _ signal: inout Int, _ alias: inout Int64) -> Bool {
    guard cursor.bytes[cursor.position] & 1 == 1 else {
      guard let run = cursor.varint() else { return false }
      signal = Int(clamping: UInt64(signal) + run >> 1)
      return true
    }
    guard let value = cursor.signedVarint() else { return false }
    if value >> 1 > 0 { return add(signal: &signal, distance: UInt64(value >> 1)) }
    if value >> 1 < 0 { alias = value >> 1 }
    guard alias < 0, alias > Int64(-chains.count) - 1 else { return false }
    aliases[signal] = Int(-alias) - 1
    signal += 1
    return true
  }

  private mutating func readOld(_ cursor: inout ByteCursor, _ signal: inout Int) -> Bool {
    guard let value = cursor.varint() else { return false }
    if value == 0 {
      guard let target = cursor.varint(), target > 0, target <= UInt64(chains.count) else { return false }
      aliases[signal] = Int(target) - 1
      signal += 1
      return true
    }
    if value & 1 == 1 { return add(signal: &signal, distance: value >> 1) }
    signal = Int(clamping: UInt64(signal) + value >> 1)
    return true
  }

  private mutating func add(signal: inout Int, distance: UInt64) -> Bool {
    let previous = starts.last?.offset ?? 0
    guard distance < UInt64(Int32.max) else { return false }
    starts.append((signal, previous + Int(distance)))
    signal += 1
    return true
  }
}
