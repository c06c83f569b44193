/// A search for the command of a cycle: the best candidate of each command bus so far.
///
/// A candidate's key orders by time, then urgency, then age; times before the searched cycle count as that cycle. The minimum
/// is what a cycle-by-cycle arbiter would choose first, and when.
struct Search: Sendable, Codable {
  enum Urgency: Int {
    case first
    case column
    case row
    case closing
  }

  struct Candidate: Sendable, Codable {
    var key = Int.max
    var choice = DRAMChannel.Choice()
    @inline(__always)
    var time: Int { key == Int.max ? Int.max : key &>> 8 }
  }

  var cycle: Int
  var column = Candidate()
  var row = Candidate()
  /// Banks that requests may not use in this cycle.
  var blocked: UInt64 = 0
  /// The next cycle in which decisions change though no command is issued.
  var wake = Int.max
  /// Whether the candidates still hold: no command, request or event has come since.
  var holds = false

  init(cycle: Int) { self.cycle = cycle }

  /// The first cycle in which a candidate can go.
  @inline(__always)
  var time: Int { min(column.time, row.time) }

  @inline(__always)
  mutating func consider(_ kind: DRAMCommandKind, bank: Int, position: Int, at earliest: Int, _ urgency: Urgency) {
    let key = max(earliest, cycle) &<< 8 | urgency.rawValue &<< 6 | max(position, 0)
    if kind.isColumn {
      guard key < column.key else { return }
      column = Candidate(key: key, choice: DRAMChannel.Choice(kind: kind, bank: bank, position: position))
    } else {
      guard key < row.key else { return }
      row = Candidate(key: key, choice: DRAMChannel.Choice(kind: kind, bank: bank, position: position))
    }
  }

  /// Notes a cycle in which to look again.
  @inline(__always)
  mutating func note(_ time: Int) {
    if time > cycle, time < wake { wake = time }
  }
}
