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
  private enum Closing: UInt8, Sendable, Codable { case never, precharge, refresh }

  private struct Record: Sendable, Codable {
    /// Whether the next column command is the first after its ACT.
    var isFirst = false
    /// What closed the bank last.
    var closedBy = Closing.never
    /// What the bank is changing through, and the cycle in which that is over.
    var passing = DRAMBankState.closed
    var settled = 0
    /// Cycle of the last ACT, RD or WR.
    var lastUse = 0
  }

  /// Banks whose row is open.
  private(set) var open: UInt64 = 0
  private var records: [Record]

  init(count: Int) {
    records = Array(repeating: Record(), count: count)
  }

  /// A row was opened and will be ready in a cycle.
  @inline(__always)
  mutating func opened(_ bank: Int, at cycle: Int, ready: Int) {
    open |= 1 &<< UInt64(bank)
    let closedBy = records[bank].closedBy
    records[bank] = Record(
      isFirst: true, closedBy: closedBy, passing: .activating, settled: ready, lastUse: cycle)
  }

  /// A RD or WR went to the open row.
  @inline(__always)
  mutating func used(_ bank: Int, at cycle: Int) {
    records[bank].isFirst = false
    records[bank].lastUse = cycle
  }

  /// The row was closed by a PRE or PREA; the bank will be ready in a cycle.
  @inline(__always)
  mutating func closed(_ bank: Int, ready: Int) {
    open &= ~(1 &<< UInt64(bank))
    records[bank].closedBy = .precharge
    records[bank].passing = .precharging
    records[bank].settled = ready
  }

  /// A refresh of the bank began.
  mutating func refreshed(_ bank: Int, ready: Int) {
    if records[bank].closedBy == .precharge { records[bank].closedBy = .refresh }
    records[bank].passing = .refreshing
    records[bank].settled = ready
  }

  /// What a RD or WR to the open row of a bank finds.
  @inline(__always)
  func outcome(_ bank: Int) -> RowOutcome {
    guard records[bank].isFirst else { return .hit }
    return records[bank].closedBy == .precharge ? .conflict : .miss
  }

  /// Cycle of a bank's last ACT, RD or WR.
  func lastUse(_ bank: Int) -> Int { records[bank].lastUse }

  /// What a bank is doing in a cycle.
  func state(of bank: Int, at cycle: Int) -> DRAMBankState {
    if cycle < records[bank].settled { return records[bank].passing }
    return open >> UInt64(bank) & 1 == 0 ? .closed : .open
  }

  /// The first cycle after `cycle` in which a bank has finished what it passes through; `Int.max` if none does.
  func nextChange(after cycle: Int) -> Int {
    records.reduce(Int.max) { $1.settled > cycle ? min($0, $1.settled) : $0 }
  }
}
