/// What a probe saw at one instant after the other: all changes in a row, and where those of each instant end.
///
/// Filling it is all that observation costs the thread that simulates. Texts, times and clocks are the matter of whoever takes
/// the batch, on a thread of its own if it likes.
public struct SampleBatch: Sendable {
  /// An instant, and where its changes end.
  @usableFromInline
  struct Sample: Sendable {
    @usableFromInline let time: SimulationTime
    @usableFromInline let end: Int

    @inlinable
    init(time: SimulationTime, end: Int) {
      self.time = time
      self.end = end
    }
  }

  /// Instants or changes that make the batch full.
  @usableFromInline let capacity: Int
  /// The instants that were closed.
  @usableFromInline var samples: [Sample] = []
  /// Texts that the changes refer to.
  public internal(set) var texts: [String] = []
  /// What changed, in its first `changeCount` places; the room behind them lets kernels write before they decide.
  @usableFromInline var buffer: [SignalChange] = []
  @usableFromInline var changeCount = 0

  /// An empty batch; as it is, half a megabyte makes it full, which a processor's second cache holds.
  public init(capacity: Int = 1 << 15) {
    self.capacity = capacity
  }

  /// What changed, instant by instant, in selection order within each.
  public var changes: ArraySlice<SignalChange> { buffer[..<changeCount] }

  /// The first and the last instant that were closed; nil if there is none.
  public var extent: ClosedRange<SimulationTime>? {
    guard let first = samples.first, let last = samples.last else { return nil }
    return first.time...last.time
  }

  /// Whether it is worth handing on.
  @inlinable
  public var isFull: Bool { changeCount >= capacity || samples.count >= capacity }

  /// Ends an instant: what changed since the one before belongs to it.
  @inlinable
  public mutating func close(at time: SimulationTime) {
    samples.append(Sample(time: time, end: changeCount))
  }

  /// Hands over each instant with its changes, whose texts are those of the whole batch.
  public func forEach<Failure: Error>(
    _ take: (SimulationTime, Span<SignalChange>) throws(Failure) -> Void
  ) throws(Failure) {
    var start = 0
    for sample in samples {
      try take(sample.time, buffer.span.extracting(start..<sample.end))
      start = sample.end
    }
  }

  /// Empties the batch, keeping its storage.
  public mutating func removeAll() {
    changeCount = 0
    samples.removeAll(keepingCapacity: true)
    if !texts.isEmpty { texts.removeAll(keepingCapacity: true) }
  }

  /// Makes room for so many changes, and as many more as a kernel may write beyond those it keeps.
  @inline(__always)
  mutating func reserve(_ count: Int) {
    let room = changeCount + count + Self.kernelWidth
    if room > buffer.count { grow(to: room) }
  }

  private static let kernelWidth = 8

  private mutating func grow(to count: Int) {
    let missing = max(count, 2 * buffer.count, 64) - buffer.count
    buffer.append(contentsOf: repeatElement(SignalChange(signal: 0, value: 0), count: missing))
  }
}
