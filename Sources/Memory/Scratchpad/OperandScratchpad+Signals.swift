public import Signals

extension OperandScratchpad: Observable {
  private static func perLane(_ scratchpad: borrowing OperandScratchpad) -> Extent {
    .list(prefix: "lane", count: scratchpad.vector.count)
  }

  /// The signals, in data-path order.
  public static let columns: [SignalColumn<OperandScratchpad>] = [
    SignalColumn("read", "A vector is read in this cycle.", kind: .wire, .bit) { $1.take($0.isReading) },
    SignalColumn("vector", "Number of that vector in the fold's walk.", kind: .wire, .signed(bits: 32)) {
      $1.take($0.isReading ? $0.readStep : -1)
    },
    SignalColumn(
      "word", "The operand on the lane, zero point subtracted.", kind: .wire, .signed(bits: 16), extent: perLane
    ) {
      $1.take($0.vector.span)
    },
    SignalColumn(
      "address", "Element of the scratchpad that the lane reads, -1 in the padding or if it reads none.", kind: .wire,
      .signed(bits: 32), extent: perLane
    ) { scratchpad, sampler in
      sampler.take(count: scratchpad.vector.count) { UInt64(bitPattern: Int64(scratchpad.address(lane: $0))) }
    },
    SignalColumn("conflict_cycles", "Cycles that bank conflicts of this vector cost.", kind: .wire, .unsigned(bits: 16))
    {
      $1.take($0.isReading ? $0.lastConflictCycles : 0)
    },
    SignalColumn("written_bytes", "Bytes written by transfers so far.", .unsigned(bits: 48)) {
      $1.take($0.counters.writtenBytes)
    },
  ]
}
