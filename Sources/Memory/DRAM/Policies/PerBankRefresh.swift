extension DRAMChannel {
  /// REFpb to the bank whose turn it is; the other banks go on working.
  mutating func considerRefresh(ofBank bank: Int, rank: Int) {
    guard wantsRefresh(rank, of: 1 &<< UInt64(bank)) else { return }
    let needed: DRAMCommandKind = banks.open & (1 &<< UInt64(bank)) != 0 ? .precharge : .refreshBank
    search.consider(needed, bank: bank, position: -1, at: device.earliest(needed, bank: bank), .first)
  }
}
