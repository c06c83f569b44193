import Compute
import Mappings

/// Control words for the feet of the columns, written ahead of time and read as the wave gets there.
///
/// A ring over steps: the word for step t is at column 0 in step t and at column c in step t + c, because it travels beside
/// the wave.
struct PsumSchedule: Sendable, Codable {
  private(set) var ring: [PsumControl]
  private let columns: Int
  /// Where the word of column 0 lies in the ring; column c's lies c places before it, round the end.
  private(set) var slot = 0
  /// Words from `slot` back that name neighbouring vectors of psums that already stand, in every column.
  private(set) var run = 0
  /// Steps until every word has passed the last column.
  private var stepsToSilence = 0

  init(timing: FoldTiming, edgeLatency: Int) {
    columns = timing.columns
    let ahead = 2 * timing.rows + timing.macStages + edgeLatency + 2
    ring = [PsumControl](repeating: .none, count: ahead + timing.columns + 1)
  }

  /// Sets the word that will stand at column 0 after some steps.
  mutating func write(_ word: PsumControl, ahead: Int) {
    let place = slot &+ ahead
    ring[place < ring.count ? place : place &- ring.count] = word
    stepsToSilence = max(stepsToSilence, ahead &+ columns &+ 1)
  }

  /// Whether a word stands at any column.
  var speaks: Bool { stepsToSilence > 0 }

  /// The clock edge of an enabled step.
  mutating func advance() {
    let current = slot
    if speaks { forgetPassedWord() }
    slot = slot &+ 1 == ring.count ? 0 : slot &+ 1
    run = addsToAll(slot) ? (ring[slot].address == ring[current].address &+ Int32(columns) ? run &+ 1 : 1) : 0
  }

  /// The word that has passed the last column is forgotten, so that its place can be used again.
  private mutating func forgetPassedWord() {
    let passed = slot &- columns
    ring[passed < 0 ? passed &+ ring.count : passed] = .none
    stepsToSilence &-= 1
  }

  /// Whether a word lets every column add to a psum that stands.
  private func addsToAll(_ slot: Int) -> Bool {
    ring[slot].address >= 0 && ring[slot].bias < 0 && ring[slot].columns == columns
  }
}
