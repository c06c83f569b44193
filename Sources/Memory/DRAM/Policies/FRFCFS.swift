extension DRAMChannel {
  /// First ready, first come, first served (Rixner et al., ISCA 2000): whatever can go now goes, column commands before row
  /// commands, older requests before younger.
  ///
  /// Each bank has one candidate: its oldest row hit; without one, the row command of its oldest request. So a row is closed
  /// only when no queued request of the served kind wants it.
  mutating func considerReady(isWrite: Bool) {
    var found = search
    if isWrite {
      frfcfs(
        banks: writes.activeBanks & ~found.blocked, free: ~writes.held, hits: writes.hits.span,
        entries: writes.ofBank.span, column: .write, openRow: device.openRow.span,
        times: device.earliest.span, groups: device.groupNode.span, ranks: device.rankNode.span, &found)
    } else {
      frfcfs(
        banks: reads.activeBanks & ~found.blocked, free: ~reads.held, hits: reads.hits.span,
        entries: reads.ofBank.span, column: .read, openRow: device.openRow.span,
        times: device.earliest.span, groups: device.groupNode.span, ranks: device.rankNode.span, &found)
    }
    search = found
  }
}

/// The loop over banks, free of the channel so that nothing is copied or checked twice.
@inline(__always)
private func frfcfs(
  banks: UInt64, free: UInt64, hits: Span<UInt64>, entries: Span<UInt64>, column: DRAMCommandKind,
  openRow: Span<Int32>, times: Span<Int>, groups: Span<Int>, ranks: Span<Int>, _ search: inout Search
) {
  let count = openRow.count
  precondition(
    hits.count == count && entries.count == count && groups.count == count && ranks.count == count
      && (count == 64 || banks &>> UInt64(count) == 0) && times.count >= count &* DRAMCommandKind.count,
    "every span has an element for every bank")
  let cycle = search.cycle
  /// `DRAMDevice.earliest(_:bank:)`, not before the searched cycle.
  @inline(__always)
  func time(_ kind: DRAMCommandKind, _ bank: Int) -> Int {
    let kind = Int(kind.rawValue)
    let ofBank = unsafe times[unchecked: bank &* DRAMCommandKind.count &+ kind]
    let ofGroup = unsafe times[unchecked: groups[unchecked: bank] &+ kind]
    let ofRank = unsafe times[unchecked: ranks[unchecked: bank] &+ kind]
    return max(max(cycle, ofBank), max(ofGroup, ofRank))
  }
  var bestColumn = Int.max
  var bestRow = Int.max
  var columnBank = 0
  var rowBank = 0
  var rest = banks
  while rest != 0 {
    let bank = rest.trailingZeroBitCount
    rest &= rest &- 1
    let ready = unsafe hits[unchecked: bank] & free
    if ready != 0 {
      let key = time(column, bank) &<< 8 | Search.Urgency.column.rawValue &<< 6 | ready.trailingZeroBitCount
      if key < bestColumn {
        bestColumn = key
        columnBank = bank
      }
      continue
    }
    let waiting = unsafe entries[unchecked: bank] & free
    guard waiting != 0 else { continue }
    let needed: DRAMCommandKind = unsafe openRow[unchecked: bank] < 0 ? .activate : .precharge
    let key = time(needed, bank) &<< 8 | Search.Urgency.row.rawValue &<< 6 | waiting.trailingZeroBitCount
    if key < bestRow {
      bestRow = key
      rowBank = bank
    }
  }
  if bestColumn < search.column.key {
    search.column = Search.Candidate(
      key: bestColumn, choice: DRAMChannel.Choice(kind: column, bank: columnBank, position: bestColumn & 63))
  }
  if bestRow < search.row.key {
    let needed: DRAMCommandKind = openRow[rowBank] < 0 ? .activate : .precharge
    search.row = Search.Candidate(
      key: bestRow, choice: DRAMChannel.Choice(kind: needed, bank: rowBank, position: bestRow & 63))
  }
}
