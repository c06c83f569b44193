/// The bytes of all signals' changes in one block: for each signal a chain of chunks in one piece of memory.
struct FSTArena {
  /// Chunks, one behind the other.
  var bytes: [UInt8]
  /// Which chunks make up which chain.
  var chunks: FSTChunks

  /// An arena with room for `capacity` bytes, which grows where one instant needs more.
  init(signalCount: Int, capacity: Int) {
    bytes = [UInt8](repeating: 0, count: capacity)
    chunks = FSTChunks(signalCount: signalCount, capacity: capacity)
  }

  /// Bytes in use.
  var used: Int { chunks.count * chunks.size }

  /// Makes room for so many more chunks.
  mutating func reserve(_ count: Int) {
    let needed = (chunks.count + count + 1) * chunks.size
    if needed > bytes.count { grow(to: needed) }
  }

  private mutating func grow(to count: Int) {
    bytes.append(contentsOf: repeatElement(0, count: max(count - bytes.count, bytes.count / 2)))
  }

  /// The chain of a signal in place of what `output` held.
  func gather(_ signal: Int, into output: inout [UInt8]) {
    output.removeAll(keepingCapacity: true)
    chunks.forEach(of: signal) { output.append(contentsOf: bytes[$0]) }
  }
}

/// How the chunks of an arena follow each other, signal by signal.
struct FSTChunks {
  /// Bytes of a chunk, a power of two.
  let size: Int
  /// First chunk of each signal's chain; -1 before its first change.
  private var first: [Int32]
  /// Chunk that follows each chunk; -1 at the end of a chain.
  private var next: [Int32] = []
  /// Where the data of each chunk end.
  private var end: [Int32] = []

  init(signalCount: Int, capacity: Int) {
    // Many signals share the arena, so that a chunk of each must be a small part of it.
    let share = max(capacity / max(8 * signalCount, 1), 1)
    size = 1 << max(6, min(10, Int.bitWidth - 1 - share.leadingZeroBitCount))
    first = [Int32](repeating: -1, count: signalCount)
  }

  /// Chunks in use.
  var count: Int { next.count }

  /// Gives a signal's chain, whose data end at `stop`, another chunk, and returns where that begins.
  mutating func extend(_ signal: Int, endingAt stop: Int) -> Int {
    let chunk = next.count
    next.append(-1)
    end.append(0)
    if first[signal] < 0 {
      first[signal] = Int32(chunk)
    } else {
      let last = (stop - 1) / size
      next[last] = Int32(chunk)
      end[last] = Int32(stop)
    }
    return chunk * size
  }

  /// Notes where the last chunk of a chain ends.
  mutating func seal(endingAt stop: Int) { end[(stop - 1) / size] = Int32(stop) }

  /// Forgets all chains.
  mutating func removeAll() {
    next.removeAll(keepingCapacity: true)
    end.removeAll(keepingCapacity: true)
    for signal in first.indices { first[signal] = -1 }
  }

  /// The bytes of each chunk of a chain in order.
  func forEach(of signal: Int, _ take: (Range<Int>) -> Void) {
    var chunk = Int(first[signal])
    while chunk >= 0 {
      take(chunk * size..<Int(end[chunk]))
      chunk = Int(next[chunk])
    }
  }

  /// Bytes of a signal's chain.
  func byteCount(of signal: Int) -> Int {
    var count = 0
    forEach(of: signal) { count += $0.count }
    return count
  }
}
