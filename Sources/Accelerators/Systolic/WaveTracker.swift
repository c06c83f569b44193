import Compute

/// The folds in the array, and which cycles they occupy: the source of labels, provenance and `array_cycles`.
struct WaveTracker: Sendable, Codable {
  /// Folds that stream or drain, oldest first.
  private(set) var waves: [FoldWave] = []
  /// Steps in which a stationary operand shifts in, and the PEs it is for; oldest first.
  private(set) var loads: [FoldWave] = []
  /// Folds that left, oldest first, as long as their operands may still stand in registers.
  private(set) var pastWaves: [FoldWave] = []
  private(set) var pastLoads: [FoldWave] = []

  /// A fold begins to stream.
  mutating func addStream(_ wave: FoldWave) { waves.append(wave) }

  /// A fold begins to load its stationary operand.
  mutating func addLoad(_ wave: FoldWave) { loads.append(wave) }

  /// Moves folds that have left before `step` to the past; `reach` is the number of steps in which a load passes every PE.
  mutating func retire(before step: Int, reach: Int) {
    while let oldest = waves.first, oldest.end <= step {
      pastWaves.removeAll(keepingCapacity: true)
      pastWaves.append(oldest)
      waves.removeFirst()
    }
    while let oldest = loads.first, oldest.end <= step {
      while pastLoads.count > 1, pastLoads[1].start + reach <= step { pastLoads.removeFirst() }
      pastLoads.append(oldest)
      loads.removeFirst()
    }
  }

  /// The waves whose front has entered by `step`.
  func entered(by step: Int) -> ArraySlice<FoldWave> {
    waves.prefix { $0.start <= step }
  }

  /// Whether a fold occupies the array in `step`.
  func isOccupied(_ step: Int) -> Bool {
    waves.contains { $0.start <= step && step < $0.end } || loads.contains { $0.start <= step && step < $0.end }
  }
}
