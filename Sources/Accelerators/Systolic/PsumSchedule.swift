import Compute
import Mappings

/// Control words for the feet of the columns, written ahead of time and read as the wave gets there.
///
/// A ring over steps: the word for step t is at column 0 in step t and at column c in step t + c, because it travels beside
/// the wave.
struct PsumSchedule: Sendable, Codable {
  private(set) var ring: [PsumControl]
  private let columns: Int
  /// No word is written for this step or a later one.
  private(set) var lastStep = Int.min

  init(timing: FoldTiming, edgeLatency: Int) {
    columns = timing.columns
    let ahead = 2 * timing.rows + timing.macStages + edgeLatency + 2
    ring = [PsumControl](repeating: .none, count: ahead + timing.columns + 1)
  }

  /// Sets the word that stands at column 0 in `step`.
  mutating func write(_ word: PsumControl, at step: Int) {
    ring[step % ring.count] = word
    lastStep = max(lastStep, step)
  }

  /// Whether a word stands at any column in `step`.
  func speaks(at step: Int) -> Bool { step >= 0 && step - columns <= lastStep }

  /// Where the word of column 0 lies in the ring in `step`; column c's lies c places before it, round the end.
  func slot(at step: Int) -> Int { step % ring.count }

  /// Forgets the word that has passed the last column, so that its slot can be used again.
  mutating func retire(at step: Int) {
    let oldest = step - columns
    if oldest >= 0, oldest <= lastStep { ring[oldest % ring.count] = .none }
  }
}
