extension DRAMChannel {
  /// First come, first served: the oldest request that waits for no other gets the commands; nothing overtakes it.
  func considerOldest(of queue: borrowing RequestQueue, _ kind: DRAMCommandKind, _ search: inout Search) {
    let free = queue.occupied & ~queue.held
    guard free != 0 else { return }
    let oldest = free.trailingZeroBitCount
    guard search.blocked & (1 &<< UInt64(queue.bank[oldest])) == 0 else { return }
    considerEntry(oldest, of: queue, kind, nil, &search)
  }
}
