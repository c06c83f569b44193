/// What a bank is doing.
public enum DRAMBankState: UInt8, CaseIterable, Sendable, Codable {
  /// No row is open.
  case closed
  /// ACT was issued; its row is not ready for RD and WR yet (tRCD).
  case activating
  /// A row is open.
  case open
  /// PRE or PREA was issued; the bank is not ready for ACT yet (tRP).
  case precharging
  /// REF or REFpb was issued; the bank is not ready yet (tRFC).
  case refreshing
}

/// What a channel remembers of each bank beside its open row.
struct BankRecords: Sendable, Codable {
  enum Closing: UInt8, Sendable, Codable { case never, precharge, refresh }

  /// Banks whose row is open.
  var open: UInt64 = 0
  /// Whether the next column command is the first after its ACT.
  var isFirst: [Bool]
  /// What closed the bank last.
  var closedBy: [Closing]
  /// Cycle of the last ACT, RD or WR.
  var lastUse: [Int]
  /// What the bank is changing through, and the cycle in which that is over.
  private(set) var passing: [DRAMBankState]
  private(set) var settled: [Int]

  init(count: Int) {
    isFirst = Array(repeating: false, count: count)
    closedBy = Array(repeating: .never, count: count)
    lastUse = Array(repeating: 0, count: count)
    passing = Array(repeating: .closed, count: count)
    settled = Array(repeating: 0, count: count)
  }

  /// Notes that a bank passes through a state until a cycle.
  @inline(__always)
  mutating func pass(_ bank: Int, _ state: DRAMBankState, until cycle: Int) {
    passing[bank] = state
    settled[bank] = cycle
  }

  /// What a bank is doing in a cycle.
  func state(of bank: Int, at cycle: Int) -> DRAMBankState {
    if cycle < settled[bank] { return passing[bank] }
    return open >> UInt64(bank) & 1 == 0 ? .closed : .open
  }

  /// The first cycle after `cycle` in which a bank has finished what it passes through; `Int.max` if none does.
  func nextChange(after cycle: Int) -> Int {
    settled.reduce(Int.max) { $1 > cycle ? min($0, $1) : $0 }
  }
}
