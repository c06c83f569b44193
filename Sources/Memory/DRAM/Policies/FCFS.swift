extension DRAMChannel {
  /// First come, first served: the oldest request that waits for no other gets the commands; nothing overtakes it.
  mutating func considerOldest(isWrite: Bool) {
    let free = isWrite ? writes.occupied & ~writes.held : reads.occupied & ~reads.held
    guard free != 0 else { return }
    let oldest = free.trailingZeroBitCount
    let bank = isWrite ? writes.waiting[oldest].bank : reads.waiting[oldest].bank
    guard search.blocked & (1 &<< UInt64(bank)) == 0 else { return }
    considerEntry(oldest, isWrite: isWrite, nil)
  }
}
