/// What a clock domain of a machine will do at its next edges, judged from committed state.
public enum Activity: Equatable, Sendable {
  /// Something happens at the next edge.
  case busy
  /// Nothing happens before the given cycle of this domain: a one-shot wake-up.
  case asleep(until: Int)
  /// Nothing happens until another domain acts.
  case waiting

  /// The earlier of two.
  @inlinable
  public func sooner(_ other: Activity) -> Activity {
    switch (self, other) {
    case (.busy, _), (_, .busy): .busy
    case (.asleep(let mine), .asleep(let theirs)): .asleep(until: min(mine, theirs))
    case (.asleep, .waiting): self
    case (.waiting, _): other
    }
  }
}

/// Who waits for whom: one line of a deadlock report.
public struct Wait: Hashable, Sendable, CustomStringConvertible {
  /// Scope of the block that waits.
  public let block: String
  /// What it waits for: a link, a block, a tile.
  public let cause: String

  /// `block` waits for `cause`.
  public init(block: String, cause: String) {
    self.block = block
    self.cause = cause
  }

  /// The line as a report prints it.
  public var description: String { "\(block) waits for \(cause)" }
}

/// A machine: blocks and links as stored properties, and one step per line of its schematic.
///
/// `evaluate` reads committed state and latches next state; `commit` makes it current. Between the two, observers sample.
/// The engine picks order, domain and the edges that are worth ticking.
public protocol Machine {
  /// One case for each block that acts at a clock edge.
  associatedtype Step: CaseIterable & Hashable & Sendable where Step.AllCases == [Step]

  /// The clocks; a step's domain is a position in this list. Between 1 and 8.
  var clockDomains: [ClockDomain] { get }
  /// The clock that a step runs on.
  static func clockDomain(of step: Step) -> Int
  /// Hands one block the links it touches, for one cycle of its domain.
  mutating func evaluate(_ step: Step, cycle: Int)
  /// Makes latched state current in all blocks of the given domains and in the links between them.
  mutating func commit(_ edges: ClockEdges)
  /// What the domain will do after edge `cycle`, judged from committed state.
  ///
  /// A domain at one end of a crossing link is busy while `Link.receiverIsSettling` or `senderIsSettling`: a pointer moves
  /// through its synchroniser, which only its own clock can do. It changes nothing; it is `mutating` because Swift would
  /// copy a large machine for a call that is not.
  mutating func activity(of domain: Int, after cycle: Int) -> Activity
  /// Books `cycles` edges that were skipped because nothing would have happened, as ticking them would have.
  ///
  /// State is what it was at every one of them: they are booked before anything of another domain is committed.
  mutating func credit(skipped cycles: Int, domain: Int)
  /// No work in flight anywhere: the end of a run. Its getter is `mutating` for the same reason as `activity`.
  var isQuiescent: Bool { mutating get }
  /// Who waits for whom, when nothing moves any more.
  var waits: [Wait] { get }
}
