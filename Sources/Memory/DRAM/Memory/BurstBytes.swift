/// The bytes of one burst, up to 128, and which of them count.
struct BurstBytes: Sendable, Codable, Equatable {
  var low = MemoryBeat(repeating: 0)
  var high = MemoryBeat(repeating: 0)
  var lowEnables: UInt64 = 0
  var highEnables: UInt64 = 0

  /// No bytes.
  init() {}

  /// `count` bytes of a write from byte `start` of the request on, put at byte `place` of the burst.
  init(_ request: MemoryRequest, from start: Int, count: Int, at place: Int) {
    let mask: UInt64 = count == 64 ? ~0 : (1 &<< UInt64(count)) &- 1
    let enables = request.enables &>> UInt64(start) & mask
    if start == 0, place & 63 == 0 {
      if place == 0 {
        (low, lowEnables) = (request.data, enables)
      } else {
        (high, highEnables) = (request.data, enables)
      }
      return
    }
    for byte in 0..<count where enables &>> UInt64(byte) & 1 != 0 {
      let to = place &+ byte
      if to < 64 {
        low[to] = request.data[start &+ byte]
        lowEnables |= 1 &<< UInt64(to)
      } else {
        high[to &- 64] = request.data[start &+ byte]
        highEnables |= 1 &<< UInt64(to &- 64)
      }
    }
  }

  /// A burst as the cells hold it.
  init(_ contents: PagedMemory, at address: Int, count: Int) {
    low = contents.read(address, count: min(count, 64))
    if count > 64 { high = contents.read(address &+ 64, count: count &- 64) }
  }

  /// Whether every byte of a burst counts.
  func isComplete(_ count: Int) -> Bool {
    if count <= 64 { return lowEnables == Self.mask(count) }
    return lowEnables == ~0 && highEnables == Self.mask(count &- 64)
  }

  private static func mask(_ count: Int) -> UInt64 { count == 64 ? ~0 : (1 &<< UInt64(count)) &- 1 }

  /// Puts the bytes that count in another over these.
  mutating func merge(_ other: BurstBytes) {
    low.replace(with: other.low, where: Self.lanes(other.lowEnables))
    high.replace(with: other.high, where: Self.lanes(other.highEnables))
    lowEnables |= other.lowEnables
    highEnables |= other.highEnables
  }

  private static func lanes(_ enables: UInt64) -> SIMDMask<SIMD64<Int8>> {
    var lanes = SIMDMask<SIMD64<Int8>>(repeating: false)
    for lane in 0..<64 { lanes[lane] = enables &>> UInt64(lane) & 1 != 0 }
    return lanes
  }

  /// `count` bytes from byte `start` on, at the front of a beat.
  func beat(from start: Int, count: Int) -> MemoryBeat {
    if count == 64 { return start == 0 ? low : high }
    var beat = MemoryBeat(repeating: 0)
    for byte in 0..<count { beat[byte] = start &+ byte < 64 ? low[start &+ byte] : high[start &+ byte &- 64] }
    return beat
  }
}

/// The bytes of queued writes, by slot of the write queue.
struct WriteBuffer: Sendable, Codable {
  private var slots = [BurstBytes](repeating: BurstBytes(), count: RequestQueue.positions)
  private var tensors = [OffChipTensor](repeating: .ofmap, count: RequestQueue.positions)

  /// The bytes of a slot.
  func bytes(_ slot: Int) -> BurstBytes { slots[slot] }

  /// Whose bytes a slot holds.
  func tensor(_ slot: Int) -> OffChipTensor { tensors[slot] }

  /// Puts a new write's bytes into its slot.
  mutating func fill(_ slot: Int, _ bytes: BurstBytes, _ tensor: OffChipTensor) {
    (slots[slot], tensors[slot]) = (bytes, tensor)
  }

  /// Adds bytes to a write that waits.
  mutating func merge(_ bytes: BurstBytes, into slot: Int) { slots[slot].merge(bytes) }

  /// Whether a write fills its burst by now.
  func isComplete(_ slot: Int, _ burstBytes: Int) -> Bool { slots[slot].isComplete(burstBytes) }

  /// WR: the bytes go into the cells.
  func store(_ slot: Int, into contents: inout PagedMemory, at address: Int) {
    contents.write(address, slots[slot].low, enables: slots[slot].lowEnables)
    if slots[slot].highEnables != 0 {
      contents.write(address &+ 64, slots[slot].high, enables: slots[slot].highEnables)
    }
  }
}
