/// Requests that wait for their command, in order of arrival.
///
/// Entries lie at positions 0 to 63; a later entry has a higher position, so the oldest of a set is its lowest bit. Sets of
/// entries (of a bank, row hits, held ones) are 64-bit masks, which is what lets a scheduler look at banks instead of entries.
/// When the last position is taken the entries move down; a queue of 32 does that at most once in 32 requests.
struct RequestQueue: Sendable, Codable {
  static let positions = 64

  /// Entries that fit.
  let capacity: Int
  private(set) var count = 0
  private(set) var occupied: UInt64 = 0
  /// Entries that wait for an older request of the other queue to the same burst.
  var held: UInt64 = 0
  /// Writes that change only some bytes of their burst.
  private(set) var partial: UInt64 = 0
  /// Banks that have entries.
  private(set) var activeBanks: UInt64 = 0
  /// Entries of each bank.
  private(set) var ofBank: [UInt64]
  /// Entries of each bank that want its open row.
  private(set) var hits: [UInt64]

  private(set) var bank = [UInt8](repeating: 0, count: positions)
  private(set) var row = [Int32](repeating: 0, count: positions)
  private(set) var column = [Int32](repeating: 0, count: positions)
  /// Cycle in which each entry was accepted; no two are equal.
  private(set) var accepted = [Int](repeating: 0, count: positions)
  /// The requester's mark.
  private(set) var tag = [Int](repeating: 0, count: positions)
  /// Data slot of each entry, at most `capacity`.
  private(set) var slot = [UInt8](repeating: 0, count: positions)

  /// Data slot of the entry that came last.
  private(set) var newestSlot = 0

  private var next = 0
  private var usedSlots: UInt64 = 0
  /// How many entries have each hash of (bank, row, column); 0 proves absence.
  private var locationCounts = [UInt8](repeating: 0, count: 256)

  init(capacity: Int, banks: Int) {
    self.capacity = capacity
    ofBank = Array(repeating: 0, count: banks)
    hits = Array(repeating: 0, count: banks)
  }

  /// Whether nothing more is accepted: beyond the capacity there is the port's register, which the scheduler sees too.
  var isFull: Bool { count > capacity }

  /// The oldest entry's position; the queue is not empty.
  @inline(__always)
  var oldest: Int { occupied.trailingZeroBitCount }

  @inline(__always)
  private static func hash(_ bank: Int, _ row: Int, _ column: Int) -> Int {
    (column &+ row &* 37 &+ bank &* 101) & 255
  }

  /// The data slot that the next entry gets.
  var freeSlot: Int { (~usedSlots).trailingZeroBitCount }

  /// Adds an entry; there is room. True if the others moved, so that positions seen before mean nothing.
  mutating func insert(
    bank newBank: Int, row newRow: Int, column newColumn: Int, accepted time: Int, tag newTag: Int, openRow: Int32,
    isPartial: Bool, isHeld: Bool
  ) -> Bool {
    let moves = next == Self.positions
    if moves { moveDown() }
    let position = next
    let bit: UInt64 = 1 &<< UInt64(position)
    next &+= 1
    bank[position] = UInt8(truncatingIfNeeded: newBank)
    row[position] = Int32(truncatingIfNeeded: newRow)
    column[position] = Int32(truncatingIfNeeded: newColumn)
    accepted[position] = time
    tag[position] = newTag
    let free = freeSlot
    slot[position] = UInt8(truncatingIfNeeded: free)
    usedSlots |= 1 &<< UInt64(free)
    newestSlot = free
    occupied |= bit
    activeBanks |= 1 &<< UInt64(newBank)
    ofBank[newBank] |= bit
    if openRow == row[position] { hits[newBank] |= bit }
    if isPartial { partial |= bit }
    if isHeld { held |= bit }
    locationCounts[Self.hash(newBank, newRow, newColumn)] &+= 1
    count &+= 1
    return moves
  }

  /// The entry of a data slot fills its burst by now.
  mutating func complete(slot wanted: Int) {
    var rest = partial
    while rest != 0 {
      let position = rest.trailingZeroBitCount
      rest &= rest &- 1
      if Int(slot[position]) == wanted { partial &= ~(1 &<< UInt64(position)) }
    }
  }

  /// Takes an entry out.
  mutating func remove(_ position: Int) {
    let bit: UInt64 = 1 &<< UInt64(position)
    let its = Int(bank[position])
    occupied &= ~bit
    held &= ~bit
    partial &= ~bit
    ofBank[its] &= ~bit
    hits[its] &= ~bit
    if ofBank[its] == 0 { activeBanks &= ~(1 &<< UInt64(its)) }
    usedSlots &= ~(1 &<< UInt64(slot[position]))
    locationCounts[Self.hash(its, Int(row[position]), Int(column[position]))] &-= 1
    count &-= 1
    if count == 0 { next = 0 }
  }

  /// A row was opened: finds the entries that want it.
  mutating func opened(bank: Int, row opened: Int32) {
    var rest = ofBank[bank]
    var found: UInt64 = 0
    while rest != 0 {
      let position = rest.trailingZeroBitCount
      if row[position] == opened { found |= 1 &<< UInt64(position) }
      rest &= rest &- 1
    }
    hits[bank] = found
  }

  /// A row was closed: nothing hits in this bank.
  mutating func closed(bank: Int) {
    hits[bank] = 0
  }

  /// Entries for one burst.
  func entries(bank: Int, row wanted: Int, column wantedColumn: Int) -> UInt64 {
    guard locationCounts[Self.hash(bank, wanted, wantedColumn)] != 0 else { return 0 }
    var rest = ofBank[bank]
    var found: UInt64 = 0
    while rest != 0 {
      let position = rest.trailingZeroBitCount
      if Int(row[position]) == wanted, Int(column[position]) == wantedColumn { found |= 1 &<< UInt64(position) }
      rest &= rest &- 1
    }
    return found
  }

  /// Moves the entries to the lowest positions, order kept.
  private mutating func moveDown() {
    var rest = occupied
    var to = 0
    var newHeld: UInt64 = 0
    var newPartial: UInt64 = 0
    var active = activeBanks
    while active != 0 {
      let its = active.trailingZeroBitCount
      ofBank[its] = 0
      active &= active &- 1
    }
    var newHits: [UInt64] = Array(repeating: 0, count: hits.count)
    while rest != 0 {
      let from = rest.trailingZeroBitCount
      let old: UInt64 = 1 &<< UInt64(from)
      let bit: UInt64 = 1 &<< UInt64(to)
      let its = Int(bank[from])
      if held & old != 0 { newHeld |= bit }
      if partial & old != 0 { newPartial |= bit }
      if hits[its] & old != 0 { newHits[its] |= bit }
      ofBank[its] |= bit
      bank[to] = bank[from]
      row[to] = row[from]
      column[to] = column[from]
      accepted[to] = accepted[from]
      tag[to] = tag[from]
      slot[to] = slot[from]
      to &+= 1
      rest &= rest &- 1
    }
    hits = newHits
    held = newHeld
    partial = newPartial
    occupied = to == 64 ? ~0 : (1 &<< UInt64(to)) &- 1
    next = to
  }
}
