extension DRAMChannel {
  /// First ready, first come, first served (Rixner et al., ISCA 2000): whatever can go now goes, column commands before row
  /// commands, older requests before younger.
  ///
  /// Each bank has one candidate: its oldest row hit; without one, the row command of its oldest request. So a row is closed
  /// only when no queued request of the served kind wants it.
  func considerReady(of queue: borrowing RequestQueue, _ kind: DRAMCommandKind, _ search: inout Search) {
    var rest = queue.activeBanks & ~search.blocked
    while rest != 0 {
      let bank = rest.trailingZeroBitCount
      rest &= rest &- 1
      let hits = queue.hits[bank] & ~queue.held
      if hits != 0 {
        search.consider(
          kind, bank: bank, position: hits.trailingZeroBitCount, at: device.earliest(kind, bank: bank), .column)
        continue
      }
      let free = queue.ofBank[bank] & ~queue.held
      guard free != 0 else { continue }
      let needed: DRAMCommandKind = device.openRow[bank] < 0 ? .activate : .precharge
      search.consider(
        needed, bank: bank, position: free.trailingZeroBitCount, at: device.earliest(needed, bank: bank), .row)
    }
  }
}
