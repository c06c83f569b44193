import Signals

/// What a writer writes behind its declarations, whatever the format.
protocol WaveBody {
  /// The file, as messages name it.
  var path: String { get }
  /// Length of a tick.
  var timescale: Timescale { get }
  /// The tick of the last instant that was begun.
  var lastTick: UInt64? { get }
  /// Takes what changed at one instant.
  mutating func record(_ femtoseconds: UInt64, _ changes: Span<SignalChange>, _ texts: [String]) throws(WaveError)
}

extension WaveBody {
  /// Takes what changed at one instant after the other.
  mutating func record(_ batch: SampleBatch) throws(WaveError) {
    try batch.forEach { time, changes throws(WaveError) in
      try record(time.femtoseconds, changes, batch.texts)
    }
  }

  /// The error of an instant that comes too late.
  func decreasing(_ tick: UInt64) -> WaveError {
    WaveError(
      file: path, kind: .usage, "time \(tick) (\(timescale)) comes after \(lastTick ?? 0); times never decrease")
  }
}
