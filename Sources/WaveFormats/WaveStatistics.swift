/// How often each signal of a waveform changes, and how long it is not zero.
public struct WaveStatistics: Sendable {
  /// The figures of one signal.
  public struct Activity: Sendable, Equatable {
    /// Changes to another value; for an event, occurrences.
    public var changes = 0
    /// Bits that changed, over all changes of a vector of up to 64 bits.
    public var bitToggles = 0
    /// Ticks in which the value is known and not zero.
    public var activeTicks: UInt64 = 0
    /// Ticks in which a bit is unknown.
    public var unknownTicks: UInt64 = 0
  }

  /// What the file declares.
  public let hierarchy: WaveHierarchy
  /// Figures by signal of the hierarchy.
  public private(set) var activities: [Activity]
  /// First and last instant with changes, in ticks; nil for an empty file.
  public private(set) var extent: ClosedRange<UInt64>?
  /// Instants with changes.
  public private(set) var instants = 0

  /// Reads a source to its end.
  public init(_ source: any WaveSource) throws(WaveError) {
    var source = source
    hierarchy = source.hierarchy
    activities = Array(repeating: Activity(), count: hierarchy.signals.count)
    var narrow = hierarchy.signals.map(NarrowSignal.init)
    var state = WaveState(hierarchy)
    var since = Array(repeating: UInt64(0), count: hierarchy.signals.count)
    var step = WaveStep()
    while try source.next(into: &step) {
      instants += 1
      extent = min(extent?.lowerBound ?? step.time, step.time)...step.time
      if Self.book(step, UInt64(instants), &narrow, &activities) { bookOthers(step, narrow, &state, &since) }
    }
    guard let extent else { return }
    for signal in activities.indices {
      if narrow[signal].isNarrow {
        narrow[signal].settle(extent.upperBound, from: extent.lowerBound, &activities[signal])
      } else {
        account(state.value(of: signal), max(since[signal], extent.lowerBound), extent.upperBound, signal)
      }
    }
  }

  /// Books the changes of vectors of up to 64 bits; returns whether there are others.
  private static func book(
    _ step: WaveStep, _ number: UInt64, _ narrow: inout [NarrowSignal], _ activities: inout [Activity]
  ) -> Bool {
    var hasOthers = false
    for change in step.changes {
      let signal = Int(change.signal)
      guard signal < narrow.count, narrow[signal].isNarrow else {
        hasOthers = true
        continue
      }
      let packed = step.packed(change, bits: narrow[signal].bitCount)
      narrow[signal].take(packed, at: step.time, in: number, &activities[signal])
    }
    return hasOthers
  }

  private mutating func bookOthers(
    _ step: WaveStep, _ narrow: [NarrowSignal], _ state: inout WaveState, _ since: inout [UInt64]
  ) {
    let before = step.changes.map { state.value(of: Int($0.signal)) }
    state.apply(step)
    for (place, change) in step.changes.enumerated() {
      let signal = Int(change.signal)
      guard signal < narrow.count, !narrow[signal].isNarrow else { continue }
      account(before[place], since[signal], step.time, signal)
      since[signal] = step.time
      note(before[place], state.value(of: signal), signal)
    }
  }

  /// A vector of up to 64 bits, which most signals are, and what it was before the instant of its last change.
  private struct NarrowSignal {
    /// The bits of the vector; 0 for signals of other kinds.
    private let mask: UInt64
    private var value: UInt64 = 0
    private var unknown: UInt64
    private var since: UInt64 = 0
    private var before: UInt64 = 0
    private var unknownBefore = UInt64.max
    /// Number of the step of the last change: within a step the last value stands.
    private var step: UInt64 = 0

    init(_ shape: SignalShape) {
      if case .bits(let bits) = shape, bits <= 64 { mask = WaveValue.mask(bits) } else { mask = 0 }
      unknown = mask
    }

    var isNarrow: Bool { mask != 0 }
    var bitCount: Int { mask.nonzeroBitCount }

    @inline(__always)
    mutating func take(_ change: WaveChange, at time: UInt64, in number: UInt64, _ activity: inout Activity) {
      if step != number {
        settle(time, from: since, &activity)
        (before, unknownBefore) = (value, unknown)
        step = number
        since = time
      }
      value = change.value & mask
      unknown = change.unknown & mask
    }

    /// Books the last change, and the time up to `now` that the value has stood.
    @inline(__always)
    mutating func settle(_ now: UInt64, from start: UInt64, _ activity: inout Activity) {
      // A first value is no change, nor is one behind an unknown value.
      if unknownBefore == 0, before != value || unknown != 0 {
        activity.changes += 1
        if unknown == 0 { activity.bitToggles += (before ^ value).nonzeroBitCount }
      }
      (before, unknownBefore) = (value, unknown)
      let duration = now - min(max(since, start), now)
      if unknown != 0 { activity.unknownTicks += duration } else if value != 0 { activity.activeTicks += duration }
    }
  }

  /// Books the time that a value has stood.
  private mutating func account(_ value: WaveValue, _ since: UInt64, _ now: UInt64, _ signal: Int) {
    guard now > since else { return }
    if value.hasUnknown {
      if value != .none { activities[signal].unknownTicks += now - since }
    } else if value.isActive {
      activities[signal].activeTicks += now - since
    }
  }

  private mutating func note(_ old: WaveValue, _ new: WaveValue, _ signal: Int) {
    if case .event(let occurs) = new {
      if occurs { activities[signal].changes += 1 }
      return
    }
    // A first value is no change.
    guard old != new, old != .none, !(old.hasUnknown && hierarchy.signals[signal] != .text) else { return }
    activities[signal].changes += 1
    if case .bits(let left, 0, _) = old, case .bits(let right, 0, _) = new {
      activities[signal].bitToggles += (left ^ right).nonzeroBitCount
    }
  }

  /// Share of the trace in which a signal is known and not zero.
  public func duty(of signal: Int) -> Double {
    guard let extent, extent.upperBound > extent.lowerBound else { return 0 }
    return Double(activities[signal].activeTicks) / Double(extent.upperBound - extent.lowerBound)
  }
}

extension WaveValue {
  /// Whether the value is a number other than zero, or a text that is not empty.
  var isActive: Bool {
    switch self {
    case .none, .event: false
    case .bits(let value, _, let width): value & Self.mask(width) != 0
    case .digits(let digits): digits.contains(UInt8(ascii: "1"))
    case .real(let value): value != 0
    case .text(let text): !text.isEmpty
    }
  }
}
