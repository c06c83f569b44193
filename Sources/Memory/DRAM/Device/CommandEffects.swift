/// A device's rules compiled: what issuing each command does to the registers that hold the earliest legal times.
struct CommandEffects: Sendable, Codable {
  /// Holds one later command back at one node.
  struct Delay: Sendable, Codable {
    /// First register of the command that is held back.
    let then: Int
    /// Whose register: of the bank (0), its group (1) or its rank (2).
    let level: Int
    /// Least distance.
    let cycles: Int
  }

  /// A delay that counts from the last but n-th command.
  struct Window: Sendable, Codable {
    let delay: Delay
    /// Commands of the window.
    let length: Int
    /// Where the window's times begin in the history.
    let start: Int
  }

  /// The effects of one command.
  struct Part: Sendable, Codable {
    /// Delays at the command's own bank, group and rank.
    let own: Range<Int>
    /// Delays at the other ranks.
    let otherRanks: Range<Int>
    let windows: Range<Int>
  }

  /// By command, in the order of `DRAMCommandKind`.
  private(set) var parts: [Part] = []
  private(set) var delays: [Delay] = []
  private(set) var windows: [Window] = []

  init(_ rules: [TimingRule], _ specification: DRAMSpecification, nodes: Int) {
    let ranks = specification.organisation.ranks
    func delay(_ rule: TimingRule) -> Delay {
      Delay(
        then: Int(rule.then.rawValue) * nodes, level: Int(rule.scope.rawValue),
        cycles: rule.delay.cycles(specification.timing))
    }
    var times = 0
    for kind in DRAMCommandKind.allCases {
      let own = rules.filter { $0.first == kind && $0.occurrence == 1 && $0.scope != .otherRanks }
      let other = rules.filter { $0.first == kind && $0.occurrence == 1 && $0.scope == .otherRanks }
      let windowed = rules.filter { $0.first == kind && $0.occurrence > 1 }
      let ends = (delays.count + own.count, windows.count)
      let begin = delays.count
      delays += own.map(delay) + other.map(delay)
      for rule in windowed {
        windows.append(Window(delay: delay(rule), length: rule.occurrence, start: times))
        times += ranks * (rule.occurrence + 1)
      }
      parts.append(Part(own: begin..<ends.0, otherRanks: ends.0..<delays.count, windows: ends.1..<windows.count))
    }
  }
}

/// For every window and rank the times of the last n commands, oldest overwritten.
///
/// A rank's part is n times, then the place of the oldest one.
struct WindowHistory: Sendable, Codable {
  private var times: [Int] = []

  init(_ effects: CommandEffects, ranks: Int) {
    for window in effects.windows {
      for _ in 0..<ranks { times += Array(repeating: -(1 << 40), count: window.length) + [0] }
    }
  }

  /// Enters a time and returns the oldest that is still in the window.
  mutating func remember(_ time: Int, _ window: CommandEffects.Window, rank: Int) -> Int {
    let length = window.length
    let part = window.start &+ rank &* (length &+ 1)
    var times = times.mutableSpan
    let slot = times[part &+ length]
    times[part &+ slot] = time
    let following = slot &+ 1 == length ? 0 : slot &+ 1
    times[part &+ length] = following
    return times[part &+ following]
  }
}
