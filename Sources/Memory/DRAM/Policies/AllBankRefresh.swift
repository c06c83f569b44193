extension DRAMChannel {
  /// REF to a rank: its rows are closed first, all at once or one by one.
  mutating func considerRefresh(ofRank rank: Int, first: Int) {
    let perRank = UInt64(device.organisation.banksPerRank)
    let mask: UInt64 = (perRank == 64 ? ~0 : (1 &<< perRank) &- 1) &<< UInt64(first)
    guard wantsRefresh(rank, of: mask) else { return }
    var open = banks.open & mask
    if open == 0 {
      search.consider(.refresh, bank: first, position: -1, at: device.earliest(.refresh, bank: first), .first)
      return
    }
    switch options.refreshPrecharge {
    case .allAtOnce:
      search.consider(
        .prechargeAll, bank: first, position: -1, at: device.earliest(.prechargeAll, bank: first), .first)
    case .bankByBank:
      while open != 0 {
        let bank = open.trailingZeroBitCount
        open &= open &- 1
        search.consider(.precharge, bank: bank, position: -1, at: device.earliest(.precharge, bank: bank), .first)
      }
    }
  }
}
