import Signals

/// The value changes of one block, signal by signal, as FST stores them: chains of chunks in one arena.
struct FSTChains {
  enum Kind: UInt8 {
    case bit, vector, real, text
  }

  /// Where a signal's chain ends and what its changes look like.
  struct Slot {
    /// Where the next byte goes in the arena; -1 before the first change of the block.
    var position = -1
    /// End of the chunk.
    var limit = -1
    /// First chunk of the chain.
    var firstChunk = -1
    /// Time index of the last change.
    var lastTime = 0
    /// Current value, top-aligned in 64 bits; also the pattern of a real.
    var value: UInt64 = 0
    /// Unknown bits, top-aligned.
    var unknown = UInt64.max
    var kind = Kind.bit
    /// Bytes of a packed vector.
    var byteCount: UInt8 = 0
    /// Left shift that aligns a value to the top.
    var shift: UInt8 = 0
    let bits: Int

    init(_ shape: SignalShape) {
      bits = shape.bitCount
      switch shape {
      case .bits(1), .event: kind = .bit
      case .bits: kind = .vector
      case .real: kind = .real
      case .text: kind = .text
      }
      byteCount = UInt8(clamping: (bits + 7) / 8)
      shift = UInt8(clamping: max(0, 64 - bits))
    }
  }

  static let chunkSize = 128
  /// The longest change of the fast path: a time of 10 bytes and 8 of value, and what an 8-byte store may pass.
  static let longestChange = 26

  private(set) var slots: [Slot]
  /// Values of vectors wider than 64 bits, as digits; empty for all others.
  private(set) var wide: [[UInt8]]
  private var arena: [UInt8]
  /// Chunk that follows each chunk; -1 at the end of a chain.
  private var nextChunk: [Int32] = []
  /// Where the data of each chunk end.
  private var chunkEnd: [Int32] = []

  init(_ shapes: [SignalShape], capacity: Int) {
    slots = shapes.map(Slot.init)
    wide = shapes.map { _ in [] }
    arena = [UInt8](repeating: 0, count: capacity)
  }

  /// Bytes of the arena in use.
  var used: Int { nextChunk.count * Self.chunkSize }

  /// Forgets all chains; current values stay.
  mutating func removeAll() {
    nextChunk.removeAll(keepingCapacity: true)
    chunkEnd.removeAll(keepingCapacity: true)
    for index in slots.indices {
      slots[index].position = -1
      slots[index].limit = -1
      slots[index].firstChunk = -1
      slots[index].lastTime = 0
    }
  }

  /// The chain of a signal, appended to `output`.
  func gather(_ signal: Int, into output: inout [UInt8]) {
    var chunk = slots[signal].firstChunk
    while chunk >= 0 {
      let next = Int(nextChunk[chunk])
      let end = next < 0 ? slots[signal].position : Int(chunkEnd[chunk])
      output.append(contentsOf: arena[chunk * Self.chunkSize..<end])
      chunk = next
    }
  }
}

// MARK: - The fast path

/// How a selected signal maps to its chain: which slot, and how far its register's bits are shifted to the top.
struct FSTPlan {
  var slot: UInt32
  var shift: UInt8
  /// Whether the change is written by the fast path: no event, no text.
  var isFast: Bool
}

extension FSTChains {
  /// Appends changes from `start` on, and returns where it stopped: at the end, or at an event or text.
  mutating func append(
    _ changes: Span<SignalChange>, from start: Int, plans: [FSTPlan], timeIndex: Int
  ) -> Int {
    var index = start
    while index < changes.count {
      let end = min(changes.count, index + 4096)
      reserveChunks(end - index)
      let stop = Self.appendBatch(
        changes, index..<end, plans.span, timeIndex, &slots, &arena, &nextChunk, &chunkEnd)
      if stop < end { return stop }
      index = end
    }
    return index
  }

  private mutating func reserveChunks(_ count: Int) {
    let needed = (nextChunk.count + count) * Self.chunkSize + Self.chunkSize
    if needed > arena.count {
      arena.append(contentsOf: repeatElement(0, count: max(needed - arena.count, arena.count / 2)))
    }
  }

  private static func appendBatch(
    _ changes: Span<SignalChange>, _ range: Range<Int>, _ plans: Span<FSTPlan>, _ timeIndex: Int,
    _ allSlots: inout [Slot], _ arena: inout [UInt8], _ nextChunk: inout [Int32], _ chunkEnd: inout [Int32]
  ) -> Int {
    precondition(range.upperBound <= changes.count, "the batch lies within the changes")
    var slots = allSlots.mutableSpan
    var arenaSpan = arena.mutableSpan
    var bytes = unsafe arenaSpan.mutableBytes
    for index in range {
      let change = unsafe changes[unchecked: index]
      let plan = plans[Int(change.signal)]
      guard plan.isFast else { return index }
      let signal = Int(plan.slot)
      var slot = slots[signal]
      if slot.position &+ longestChange > slot.limit { extend(&slot, &nextChunk, &chunkEnd) }
      let delta = UInt64(timeIndex &- slot.lastTime)
      slot.lastTime = timeIndex
      slot.value = change.value &<< UInt64(plan.shift)
      slot.unknown = 0
      var cursor = slot.position
      switch slot.kind {
      case .bit:
        cursor = store((delta &<< 2) | (slot.value &>> 63) &<< 1, in: &bytes, at: cursor)
      case .vector:
        cursor = store(delta &<< 1, in: &bytes, at: cursor)
        unsafe bytes.storeBytes(of: slot.value.byteSwapped, toUncheckedByteOffset: cursor, as: UInt64.self)
        cursor = cursor &+ Int(slot.byteCount)
      case .real:
        cursor = store((delta &<< 1) | 1, in: &bytes, at: cursor)
        unsafe bytes.storeBytes(of: slot.value, toUncheckedByteOffset: cursor, as: UInt64.self)
        cursor = cursor &+ 8
      case .text: break
      }
      slot.position = cursor
      slots[signal] = slot
    }
    return range.upperBound
  }

  @inline(__always)
  private static func store(_ value: UInt64, in bytes: inout MutableRawSpan, at start: Int) -> Int {
    var cursor = start
    var rest = value
    while rest >= 0x80 {
      unsafe bytes.storeBytes(of: UInt8(truncatingIfNeeded: rest) | 0x80, toUncheckedByteOffset: cursor, as: UInt8.self)
      rest = rest &>> 7
      cursor = cursor &+ 1
    }
    unsafe bytes.storeBytes(of: UInt8(truncatingIfNeeded: rest), toUncheckedByteOffset: cursor, as: UInt8.self)
    return cursor &+ 1
  }
}

/// Gives a chain another chunk.
private func extend(_ slot: inout FSTChains.Slot, _ nextChunk: inout [Int32], _ chunkEnd: inout [Int32]) {
  let chunk = nextChunk.count
  nextChunk.append(-1)
  chunkEnd.append(0)
  if slot.position < 0 {
    slot.firstChunk = chunk
  } else {
    let last = (slot.limit - 1) / FSTChains.chunkSize
    nextChunk[last] = Int32(chunk)
    chunkEnd[last] = Int32(slot.position)
  }
  slot.position = chunk * FSTChains.chunkSize
  slot.limit = slot.position + FSTChains.chunkSize
}

// MARK: - Any value

extension FSTChains {
  /// Appends a change of up to 64 bits, or of a real, aligned to the bottom.
  mutating func append(_ signal: Int, value: UInt64, unknown: UInt64, timeIndex: Int) {
    let slot = slots[signal]
    let shift = slot.kind == .real ? 0 : UInt64(slot.shift)
    slots[signal].value = value << shift
    slots[signal].unknown = unknown << shift
    let delta = UInt64(timeIndex - slot.lastTime)
    slots[signal].lastTime = timeIndex
    var bytes: [UInt8] = []
    switch slot.kind {
    case .bit where unknown & 1 == 1: bytes.appendVarint(delta << 4 | (value & 1) << 1 | 1)
    case .bit: bytes.appendVarint(delta << 2 | (value & 1) << 1)
    case .vector where unknown & WaveValue.mask(slot.bits) != 0:
      bytes.appendVarint(delta << 1 | 1)
      bytes += WaveValue.bits(value, unknown: unknown, width: slot.bits).digits ?? []
    case .vector:
      bytes.appendVarint(delta << 1)
      var rest = value << shift
      for _ in 0..<slot.byteCount {
        bytes.append(UInt8(truncatingIfNeeded: rest >> 56))
        rest <<= 8
      }
    case .real:
      bytes.appendVarint(delta << 1 | 1)
      for shift in stride(from: UInt64(0), to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
    case .text: return
    }
    push(bytes, signal)
  }

  /// Appends a change of a vector wider than 64 bits, given as all its digits, or of a text.
  mutating func append(_ signal: Int, content: [UInt8], timeIndex: Int) {
    let delta = UInt64(timeIndex - slots[signal].lastTime)
    slots[signal].lastTime = timeIndex
    var bytes: [UInt8] = []
    if slots[signal].kind == .text {
      bytes.appendVarint(delta << 1)
      bytes.appendVarint(UInt64(content.count))
      bytes += content
    } else {
      wide[signal] = content
      let isKnown = content.allSatisfy { $0 | 1 == 0x31 }
      bytes.appendVarint(delta << 1 | (isKnown ? 0 : 1))
      bytes += isKnown ? Self.packed(content) : content
    }
    push(bytes, signal)
  }

  /// Digits 0 and 1, eight a byte, most significant first.
  private static func packed(_ digits: [UInt8]) -> [UInt8] {
    stride(from: 0, to: digits.count, by: 8).map { start in
      (0..<8).reduce(UInt8(0)) { $0 << 1 | (start + $1 < digits.count ? digits[start + $1] & 1 : 0) }
    }
  }

  private mutating func push(_ bytes: [UInt8], _ signal: Int) {
    reserveChunks(bytes.count / 64 + 2)
    for byte in bytes {
      if slots[signal].position >= slots[signal].limit { extend(&slots[signal], &nextChunk, &chunkEnd) }
      arena[slots[signal].position] = byte
      slots[signal].position += 1
    }
  }
}
