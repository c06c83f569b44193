/// Requests that wait for their command, in order of arrival.
///
/// Entries lie at positions 0 to 63; a later entry has a higher position, so the oldest of a set is its lowest bit. Sets of
/// entries (of a bank, row hits, held ones) are 64-bit masks, which is what lets a scheduler look at banks instead of entries.
/// When the last position is taken the entries move down; a queue of 32 does that at most once in 32 requests.
struct RequestQueue: Sendable, Codable {
  static let positions = 64

  /// A request in the queue.
  struct Entry: Sendable, Codable {
    /// Cycle in which it was accepted; no two are equal.
    var accepted = 0
    /// The requester's mark.
    var tag = 0
    var row: Int32 = 0
    var column: Int32 = 0
    var bank: UInt8 = 0
    /// Its data slot, at most `capacity`.
    var slot: UInt8 = 0
  }

  /// The entries of a bank.
  struct BankSets: Sendable, Codable {
    var all: UInt64 = 0
    /// Those that want its open row.
    var hits: UInt64 = 0
  }

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
  /// The entries of each bank.
  private(set) var sets: [BankSets]
  /// Banks that have such entries.
  private(set) var hitBanks: UInt64 = 0

  /// The entries by position.
  private(set) var waiting = [Entry](repeating: Entry(), count: positions)

  /// Data slot of the entry that came last.
  private(set) var newestSlot = 0

  private var next = 0
  private var usedSlots: UInt64 = 0
  /// How many entries have each hash of (bank, row, column); 0 proves absence.
  private var locationCounts = [UInt8](repeating: 0, count: 256)

  init(capacity: Int, banks: Int) {
    self.capacity = capacity
    sets = Array(repeating: BankSets(), count: banks)
  }

  /// Whether nothing more is accepted: beyond the capacity there is the port's register, which the scheduler sees too.
  var isFull: Bool { count > capacity }

  /// Entries of a bank.
  @inline(__always)
  func ofBank(_ bank: Int) -> UInt64 { sets[bank].all }

  /// Entries of a bank that want its open row.
  @inline(__always)
  func hits(_ bank: Int) -> UInt64 { sets[bank].hits }

  /// The oldest entry's position; the queue is not empty.
  @inline(__always)
  var oldest: Int { occupied.trailingZeroBitCount }

  /// The youngest entry's position; the queue is not empty.
  @inline(__always)
  var youngest: Int { 63 &- occupied.leadingZeroBitCount }

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
    let free = freeSlot
    waiting[position] = Entry(
      accepted: time, tag: newTag, row: Int32(truncatingIfNeeded: newRow),
      column: Int32(truncatingIfNeeded: newColumn), bank: UInt8(truncatingIfNeeded: newBank),
      slot: UInt8(truncatingIfNeeded: free))
    usedSlots |= 1 &<< UInt64(free)
    newestSlot = free
    occupied |= bit
    activeBanks |= 1 &<< UInt64(newBank)
    let isHit = openRow == Int32(truncatingIfNeeded: newRow)
    var set = sets[newBank]
    set.all |= bit
    if isHit { set.hits |= bit }
    sets[newBank] = set
    if isHit { hitBanks |= 1 &<< UInt64(newBank) }
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
      if Int(waiting[position].slot) == wanted { partial &= ~(1 &<< UInt64(position)) }
    }
  }

  /// Takes an entry out.
  mutating func remove(_ position: Int) {
    let bit: UInt64 = 1 &<< UInt64(position)
    let its = Int(waiting[position].bank)
    occupied &= ~bit
    held &= ~bit
    partial &= ~bit
    var set = sets[its]
    set.all &= ~bit
    set.hits &= ~bit
    sets[its] = set
    if set.hits == 0 { hitBanks &= ~(1 &<< UInt64(its)) }
    if set.all == 0 { activeBanks &= ~(1 &<< UInt64(its)) }
    usedSlots &= ~(1 &<< UInt64(waiting[position].slot))
    locationCounts[Self.hash(its, Int(waiting[position].row), Int(waiting[position].column))] &-= 1
    count &-= 1
    if count == 0 { next = 0 }
  }

  /// A row was opened: finds the entries that want it.
  mutating func opened(bank: Int, row opened: Int32) {
    var rest = sets[bank].all
    guard rest != 0 else { return }
    var found: UInt64 = 0
    while rest != 0 {
      let position = rest.trailingZeroBitCount
      if waiting[position].row == opened { found |= 1 &<< UInt64(position) }
      rest &= rest &- 1
    }
    guard found != 0 else { return }
    sets[bank].hits = found
    hitBanks |= 1 &<< UInt64(bank)
  }

  /// A row was closed: nothing hits in this bank.
  mutating func closed(bank: Int) {
    guard hitBanks &>> UInt64(bank) & 1 != 0 else { return }
    sets[bank].hits = 0
    hitBanks &= ~(1 &<< UInt64(bank))
  }

  /// Entries for one burst.
  func entries(bank: Int, row wanted: Int, column wantedColumn: Int) -> UInt64 {
    guard locationCounts[Self.hash(bank, wanted, wantedColumn)] != 0 else { return 0 }
    var rest = sets[bank].all
    var found: UInt64 = 0
    while rest != 0 {
      let position = rest.trailingZeroBitCount
      let entry = waiting[position]
      if Int(entry.row) == wanted, Int(entry.column) == wantedColumn { found |= 1 &<< UInt64(position) }
      rest &= rest &- 1
    }
    return found
  }

  /// Banks with a row hit, and banks without one that have another entry; held entries do not count.
  @inline(__always)
  mutating func servableBanks() -> (hitting: UInt64, others: UInt64) {
    held == 0 ? (hitBanks, activeBanks & ~hitBanks) : servableBanksBesideHeld()
  }

  private mutating func servableBanksBesideHeld() -> (hitting: UInt64, others: UInt64) {
    var hitting: UInt64 = 0
    var others: UInt64 = 0
    var rest = activeBanks
    while rest != 0 {
      let its = rest.trailingZeroBitCount
      rest &= rest &- 1
      if hits(its) & ~held != 0 {
        hitting |= 1 &<< UInt64(its)
      } else if ofBank(its) & ~held != 0 {
        others |= 1 &<< UInt64(its)
      }
    }
    return (hitting, others)
  }

  /// Moves the entries to the lowest positions, order kept.
  private mutating func moveDown() {
    let old = self
    for bank in sets.indices { sets[bank] = BankSets() }
    held = 0
    partial = 0
    var rest = occupied
    var to = 0
    while rest != 0 {
      let from = rest.trailingZeroBitCount
      rest &= rest &- 1
      let bit: UInt64 = 1 &<< UInt64(to)
      let entry = old.waiting[from]
      let bank = Int(entry.bank)
      let shift = UInt64(from)
      if old.held &>> shift & 1 != 0 { held |= bit }
      if old.partial &>> shift & 1 != 0 { partial |= bit }
      if old.hits(bank) &>> shift & 1 != 0 { sets[bank].hits |= bit }
      sets[bank].all |= bit
      waiting[to] = entry
      to &+= 1
    }
    occupied = to == 64 ? ~0 : (1 &<< UInt64(to)) &- 1
    next = to
  }
}
