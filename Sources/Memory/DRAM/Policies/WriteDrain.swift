extension DRAMChannel {
  /// Whether writes are served in this cycle rather than reads.
  ///
  /// Writes wait until no read can go, or until the high watermark; a drain ends at the low watermark when reads wait. A
  /// request of either kind that waited beyond the starvation limit brings its queue to the front, the older one first.
  mutating func servesWrites(at cycle: Int) -> Bool {
    guard writes.occupied & ~writes.held != 0 else { return false }
    guard reads.occupied & ~reads.held != 0 else { return true }
    let oldestRead = reads.waiting[reads.oldest].accepted
    let oldestWrite = writes.waiting[writes.oldest].accepted
    if cycle &- min(oldestRead, oldestWrite) >= options.starvationLimit { return oldestWrite < oldestRead }
    return writes.count > (draining ? options.writeLowWatermark : options.writeHighWatermark &- 1)
  }
}
