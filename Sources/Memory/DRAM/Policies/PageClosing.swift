extension DRAMChannel {
  /// Closes rows that no queued request wants: at once (closed page), after a time without use (timeout), never (open page).
  mutating func considerClosing() {
    let wait: Int
    switch options.page {
    case .open: return
    case .closed: wait = 0
    case .timeout(let cycles): wait = cycles
    }
    var rest = banks.open & ~search.blocked
    while rest != 0 {
      let bank = rest.trailingZeroBitCount
      rest &= rest &- 1
      guard reads.hits(bank) | writes.hits(bank) == 0 else { continue }
      let allowed = max(device.earliest(.precharge, bank: bank), banks.lastUse(bank) &+ wait)
      search.consider(.precharge, bank: bank, position: -1, at: allowed, .closing)
    }
  }
}
