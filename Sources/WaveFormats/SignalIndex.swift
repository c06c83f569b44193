/// The pairs that a signal of one file belongs to.
struct SignalIndex: Sendable {
  /// By pair: whether it is one of events.
  let isEvent: [Bool]
  private var starts: [UInt32]
  private var pairs: [UInt32]

  /// `variables` are those of the pairs.
  init(_ variables: [Int], _ hierarchy: WaveHierarchy) {
    let signals = variables.map { hierarchy.variables[$0].signal }
    isEvent = signals.map { hierarchy.signals[$0] == .event }
    starts = Array(repeating: 0, count: hierarchy.signals.count + 1)
    for signal in signals { starts[signal + 1] += 1 }
    for signal in 1..<starts.count { starts[signal] += starts[signal - 1] }
    pairs = Array(repeating: 0, count: signals.count)
    var next = starts
    for (pair, signal) in signals.enumerated() {
      pairs[Int(next[signal])] = UInt32(pair)
      next[signal] += 1
    }
  }

  func pairs(of signal: Int) -> ArraySlice<UInt32> { pairs[Int(starts[signal])..<Int(starts[signal + 1])] }
}
