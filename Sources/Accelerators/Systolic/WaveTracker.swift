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
  private var outlook = Outlook()

  /// What stays as it is until a fold begins or ends: looked at in every step, worked out at these events only.
  struct Outlook: Sendable, Codable, Equatable {
    /// The first step for which it has to be worked out anew.
    var end = Int.min
    /// Whether a fold occupies the array.
    var isOccupied = false
    /// Folds whose front has entered, and PEs that the newest of them uses.
    var enteredWaves = 0
    var newestUse = 0

    /// Takes a fold into account that occupies the array for some steps.
    fileprivate mutating func take(_ wave: FoldWave, at step: Int) {
      guard step < wave.end else { return }
      if wave.start <= step { isOccupied = true }
      end = min(end, wave.start > step ? wave.start : wave.end)
    }
  }

  /// A fold begins to stream.
  mutating func addStream(_ wave: FoldWave) {
    waves.append(wave)
    outlook.end = .min
  }

  /// A fold begins to load its stationary operand.
  mutating func addLoad(_ wave: FoldWave) {
    loads.append(wave)
    outlook.end = .min
  }

  /// What the array is about in a step; steps are asked about in their order.
  mutating func look(at step: Int) -> Outlook {
    if step >= outlook.end { outlook = makeOutlook(step) }
    return outlook
  }

  private func makeOutlook(_ step: Int) -> Outlook {
    var outlook = Outlook(end: .max)
    for wave in waves { outlook.take(wave, at: step) }
    for load in loads { outlook.take(load, at: step) }
    for wave in waves where wave.start <= step {
      outlook.enteredWaves += 1
      outlook.newestUse = wave.box.count
    }
    return outlook
  }

  /// Moves folds that have left before `step` to the past; `reach` is the number of steps in which a load passes every PE.
  mutating func retire(before step: Int, reach: Int) {
    // Nothing ends before the outlook does.
    guard step >= outlook.end else { return }
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
}
