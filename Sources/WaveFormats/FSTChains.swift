import Signals

/// The value changes of the block that is being filled, signal by signal as FST stores them, and the values of all signals.
struct FSTChains {
  enum Kind: UInt8 {
    case bit, vector, real, event, text
  }

  /// Where a signal's chain ends and what its changes look like.
  struct Slot {
    /// Where the next byte goes in the arena, and the end of the chunk: 0 and 0 before the first change of a block.
    var position: UInt32 = 0
    var limit: UInt32 = 0
    /// Time index of the last change.
    var lastTime: UInt32 = 0
    let kind: Kind
    /// Bytes of a packed vector.
    let byteCount: UInt8
    /// Left shift that aligns a recorded value to the top of 64 bits.
    let shift: UInt8
    /// Whether the value has no unknown bit.
    var isKnown = false
    /// Current value, top-aligned; the pattern of a real as it is.
    var value: UInt64 = 0

    /// A slot; `valueBits` of what is recorded are significant, at the vector's top end.
    init(_ shape: SignalShape, valueBits: Int) {
      switch shape {
      case .bits(1): kind = .bit
      case .event: kind = .event
      case .bits: kind = .vector
      case .real: kind = .real
      case .text: kind = .text
      }
      byteCount = UInt8(clamping: (shape.bitCount + 7) / 8)
      shift = shape == .real ? 0 : UInt8(clamping: max(0, 64 - valueBits))
    }
  }

  /// The longest change of the fast path, a time of 10 bytes and 8 of value, and what an 8-byte store may pass.
  static let longestChange = 26

  private(set) var slots: [Slot]
  /// Unknown bits, top-aligned, of signals that are not known.
  private(set) var unknown: [UInt64]
  /// Values of vectors wider than 64 bits, as digits; empty for all others.
  private(set) var wide: [[UInt8]]
  private let widths: [Int]
  private var arena: FSTArena

  /// Chains of signals of the given shapes; `valueBits` tells how many bits of each a recorded value has.
  init(_ shapes: [SignalShape], valueBits: [Int], arena: FSTArena) {
    slots = zip(shapes, valueBits).map { Slot($0, valueBits: $1) }
    unknown = shapes.map { _ in UInt64.max }
    wide = shapes.map { _ in [] }
    widths = shapes.map(\.bitCount)
    self.arena = arena
  }

  /// Bytes of the arena in use.
  var used: Int { arena.used }

  /// Hands out the filled arena in exchange for an empty one; current values stay.
  mutating func exchange(_ other: inout FSTArena) {
    for signal in slots.indices {
      if slots[signal].position > 0 { arena.chunks.seal(endingAt: Int(slots[signal].position)) }
      slots[signal].position = 0
      slots[signal].limit = 0
      slots[signal].lastTime = 0
    }
    swap(&arena, &other)
    arena.chunks.removeAll()
  }
}

// MARK: - The fast path

extension FSTChains {
  /// Appends changes from `start` on, and returns where it stopped: at the end, or at a text.
  ///
  /// `firstSlot` is the slot of the change that is numbered 0.
  mutating func append(
    _ changes: Span<SignalChange>, from start: Int, firstSlot: Int, timeIndex: Int
  ) -> Int {
    var index = start
    while index < changes.count {
      let end = min(changes.count, index + 4096)
      arena.reserve(end - index)
      let stop = Self.appendBatch(
        changes, index..<end, firstSlot, UInt32(truncatingIfNeeded: timeIndex), &slots, &arena.bytes, &arena.chunks)
      if stop < end { return stop }
      index = end
    }
    return index
  }

  /// Appends one two-state value, aligned to the bottom.
  mutating func append(_ signal: Int, value: UInt64, timeIndex: Int) {
    arena.reserve(1)
    Self.append(
      value, to: &slots[signal], signal, UInt32(truncatingIfNeeded: timeIndex), &arena.bytes, &arena.chunks)
  }

  private static func append(
    _ value: UInt64, to slot: inout Slot, _ signal: Int, _ timeIndex: UInt32, _ arena: inout [UInt8],
    _ chunks: inout FSTChunks
  ) {
    var span = arena.mutableSpan
    var bytes = unsafe span.mutableBytes
    append(value, to: &slot, signal, timeIndex, in: &bytes, &chunks)
  }

  private static func appendBatch(
    _ changes: Span<SignalChange>, _ range: Range<Int>, _ firstSlot: Int, _ timeIndex: UInt32,
    _ allSlots: inout [Slot], _ arena: inout [UInt8], _ chunks: inout FSTChunks
  ) -> Int {
    precondition(range.upperBound <= changes.count, "the batch lies within the changes")
    var slots = allSlots.mutableSpan
    var span = arena.mutableSpan
    var bytes = unsafe span.mutableBytes
    for index in range {
      let change = unsafe changes[unchecked: index]
      let signal = firstSlot &+ Int(change.signal)
      if slots[signal].kind == .text { return index }
      append(change.value, to: &slots[signal], signal, timeIndex, in: &bytes, &chunks)
    }
    return range.upperBound
  }

  /// Appends a change to a chain; the arena has room for another chunk.
  @inline(__always)
  private static func append(
    _ value: UInt64, to place: inout Slot, _ signal: Int, _ timeIndex: UInt32, in bytes: inout MutableRawSpan,
    _ chunks: inout FSTChunks
  ) {
    var slot = place
    if slot.kind == .event, value & 1 == 0 { return }
    if slot.position &+ UInt32(longestChange) > slot.limit {
      slot.position = UInt32(truncatingIfNeeded: chunks.extend(signal, endingAt: Int(slot.position)))
      slot.limit = slot.position &+ UInt32(truncatingIfNeeded: chunks.size)
    }
    let delta = UInt64(timeIndex &- slot.lastTime)
    slot.lastTime = timeIndex
    slot.value = value &<< UInt64(slot.shift)
    slot.isKnown = true
    slot.position = UInt32(truncatingIfNeeded: store(slot, delta, in: &bytes))
    place = slot
  }

  /// Writes a change behind the chain of its slot, which has room for it, and returns where it ends.
  @inline(__always)
  private static func store(_ slot: Slot, _ delta: UInt64, in bytes: inout MutableRawSpan) -> Int {
    var cursor = Int(slot.position)
    switch slot.kind {
    case .bit, .event, .text:
      return store((delta &<< 2) | (slot.value &>> 63) &<< 1, in: &bytes, at: cursor)
    case .vector:
      cursor = store(delta &<< 1, in: &bytes, at: cursor)
      unsafe bytes.storeBytes(of: slot.value.byteSwapped, toUncheckedByteOffset: cursor, as: UInt64.self)
      return cursor &+ Int(slot.byteCount)
    case .real:
      cursor = store((delta &<< 1) | 1, in: &bytes, at: cursor)
      unsafe bytes.storeBytes(of: slot.value, toUncheckedByteOffset: cursor, as: UInt64.self)
      return cursor &+ 8
    }
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

// MARK: - Any value

extension FSTChains {
  /// Appends a change of up to 64 bits with unknown bits, aligned to the bottom.
  mutating func append(_ signal: Int, value: UInt64, unknown bits: UInt64, timeIndex: Int) {
    let width = widths[signal]
    if bits & WaveValue.mask(width) == 0 || slots[signal].kind == .real {
      return append(signal, value: value, timeIndex: timeIndex)
    }
    let shift = UInt64(64 - width)
    slots[signal].value = value << shift
    slots[signal].isKnown = false
    unknown[signal] = bits << shift
    let delta = step(signal, to: timeIndex)
    var change: [UInt8] = []
    if slots[signal].kind == .vector {
      change.appendVarint(delta << 1 | 1)
      change += WaveValue.bits(value, unknown: bits, width: width).digits ?? []
    } else {
      change.appendVarint(delta << 4 | (value & 1) << 1 | 1)
    }
    push(change, signal)
  }

  /// Appends a change of a vector given as all its states, or of a text.
  mutating func append(_ signal: Int, content: some Collection<UInt8>, timeIndex: Int) {
    let delta = step(signal, to: timeIndex)
    var change: [UInt8] = []
    switch slots[signal].kind {
    case .text:
      change.appendVarint(delta << 1)
      change.appendVarint(UInt64(content.count))
      change += content
    case .bit:
      let state = FSTFormat.unknownStates.firstIndex(of: content.first ?? BitState.x) ?? 0
      change.appendVarint(delta << 4 | UInt64(state) << 1 | 1)
    case .vector, .real, .event:
      let isKnown = content.allSatisfy { $0 | 1 == 0x31 }
      change.appendVarint(delta << 1 | (isKnown ? 0 : 1))
      change += isKnown ? Self.packed(Array(content)) : Array(content)
    }
    show(content, signal)
    push(change, signal)
  }

  /// Takes states as the current value. A block begins with the nearest of Verilog's four states for vectors of up to 64 bits.
  private mutating func show(_ states: some Collection<UInt8>, _ signal: Int) {
    if widths[signal] > 64 { wide[signal] = Array(states) }
    guard slots[signal].kind != .text, widths[signal] <= 64 else { return }
    let (value, unknownBits) = BitState.pack(states, bits: widths[signal])
    slots[signal].value = value << UInt64(64 - widths[signal])
    slots[signal].isKnown = false
    unknown[signal] = unknownBits << UInt64(64 - widths[signal])
  }

  private mutating func step(_ signal: Int, to timeIndex: Int) -> UInt64 {
    defer { slots[signal].lastTime = UInt32(truncatingIfNeeded: timeIndex) }
    return UInt64(UInt32(truncatingIfNeeded: timeIndex) &- slots[signal].lastTime)
  }

  /// Digits 0 and 1, eight a byte, most significant first.
  private static func packed(_ digits: [UInt8]) -> [UInt8] {
    stride(from: 0, to: digits.count, by: 8).map { start in
      (0..<8).reduce(UInt8(0)) { $0 << 1 | (start + $1 < digits.count ? digits[start + $1] & 1 : 0) }
    }
  }

  private mutating func push(_ change: [UInt8], _ signal: Int) {
    arena.reserve(change.count / arena.chunks.size + 2)
    var rest = change[...]
    while !rest.isEmpty {
      if slots[signal].position >= slots[signal].limit {
        slots[signal].position = UInt32(arena.chunks.extend(signal, endingAt: Int(slots[signal].position)))
        slots[signal].limit = slots[signal].position + UInt32(arena.chunks.size)
      }
      let start = Int(slots[signal].position)
      let part = rest.prefix(Int(slots[signal].limit) - start)
      arena.bytes.replaceSubrange(start..<start + part.count, with: part)
      slots[signal].position += UInt32(part.count)
      rest = rest.dropFirst(part.count)
    }
  }
}
