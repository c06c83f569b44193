/// One signal whose value differs from the last sample.
public struct SignalChange: Sendable, Equatable {
  /// Position of the signal in the observer's selection.
  public var signal: UInt32
  /// Position in `SignalSampler.texts` for a text signal, otherwise unused.
  public var text: UInt32
  /// The new value; only the format's low bits count.
  public var value: UInt64

  /// A change by its parts.
  @inlinable
  public init(signal: UInt32, value: UInt64, text: UInt32 = 0) {
    self.signal = signal
    self.text = text
    self.value = value
  }
}
