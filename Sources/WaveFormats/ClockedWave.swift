import Signals

/// A waveform sampled once a cycle, or at every change.
public struct ClockedWave {
  /// When samples are taken.
  public enum Sampling: Sendable, Equatable {
    /// At every instant at which anything changes.
    case everyChange
    /// At rising edges of the clock, with the values that registers take at that edge: the state of the cycle that begins.
    case afterRisingEdge(signal: Int)
    /// At rising edges of the clock, with the values just before: what a register would latch.
    case beforeRisingEdge(signal: Int)
  }

  /// All values at the sample.
  public private(set) var state: WaveState
  /// Number of the sample, from 0 on.
  public private(set) var cycle = -1
  /// Instant of the sample, in ticks.
  public private(set) var time: UInt64 = 0
  /// The signals that changed since the sample before, in file order; a signal may stand there more than once.
  public private(set) var changed: [UInt32] = []
  /// What is read.
  public private(set) var source: any WaveSource

  private let sampling: Sampling
  private var step = WaveStep()
  private var clockIsHigh = false
  private var hasPendingStep = false

  /// Samples a source from its current position on.
  public init(_ source: any WaveSource, sampling: Sampling) {
    self.source = source
    self.sampling = sampling
    state = WaveState(source.hierarchy)
  }

  /// Goes to the next sample; false at the end.
  public mutating func next() throws(WaveError) -> Bool {
    changed.removeAll(keepingCapacity: true)
    if hasPendingStep { applyStep() }
    while try source.next(into: &step) {
      time = step.time
      switch sampling {
      case .everyChange:
        applyStep()
        cycle += 1
        return true
      case .afterRisingEdge(let clock):
        let rises = clockRises(clock)
        applyStep()
        if rises {
          cycle += 1
          return true
        }
      case .beforeRisingEdge(let clock):
        if clockRises(clock) {
          hasPendingStep = true
          cycle += 1
          return true
        }
        applyStep()
      }
    }
    return false
  }

  private mutating func applyStep() {
    state.apply(step)
    for change in step.changes { changed.append(change.signal) }
    hasPendingStep = false
  }

  private mutating func clockRises(_ clock: Int) -> Bool {
    var rises = false
    for change in step.changes where Int(change.signal) == clock {
      let level = step.packed(change, bits: 1)
      let isHigh = level.value & 1 == 1 && level.unknown & 1 == 0
      rises = rises || isHigh && !clockIsHigh
      clockIsHigh = isHigh
    }
    return rises
  }
}
