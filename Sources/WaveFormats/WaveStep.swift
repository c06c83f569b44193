/// One change of value as a file holds it, in any width and with unknown bits.
public struct WaveChange: Sendable, Equatable {
  /// Position of the signal in the hierarchy.
  public var signal: UInt32
  /// Number of bytes in `WaveStep.bytes` for texts, for vectors of more than 64 bits, and for shorter ones with a bit that is u,
  /// w, l, h or -; 0 if the value is in place.
  public var length: UInt32
  /// Vector or binary64 pattern; with `length`, the offset into `WaveStep.bytes`. A bit that is z is 1 here, one that is x is 0.
  public var value: UInt64
  /// Bits that are x or z.
  public var unknown: UInt64

  /// A change by its parts.
  @inlinable
  public init(signal: UInt32, value: UInt64, unknown: UInt64 = 0, length: UInt32 = 0) {
    self.signal = signal
    self.length = length
    self.value = value
    self.unknown = unknown
  }
}

/// All changes of one instant, in file order; reused from step to step.
public struct WaveStep: Sendable, Equatable {
  /// The instant, in ticks of the file.
  public var time: UInt64 = 0
  /// What changed. A signal may change more than once (a glitch); the last value stands.
  public var changes: [WaveChange] = []
  /// Texts as UTF-8 and vectors as digits 0 1 x z u w l h -, which changes refer to.
  public var bytes: [UInt8] = []

  /// An empty step.
  public init() {}

  /// Empties the step, keeping its storage.
  public mutating func removeAll() {
    changes.removeAll(keepingCapacity: true)
    bytes.removeAll(keepingCapacity: true)
  }

  /// The bytes of a text or of a wide vector.
  public func content(of change: WaveChange) -> ArraySlice<UInt8> {
    let start = Int(change.value)
    return bytes[start..<start + Int(change.length)]
  }

  /// The change of a vector of up to 64 bits with all its bits in place: u, w and - as x, l as 0 and h as 1.
  @inline(__always)
  func packed(_ change: WaveChange, bits: Int) -> WaveChange {
    if change.length == 0 { return change }
    let (value, unknown) = BitState.pack(content(of: change), bits: bits)
    return WaveChange(signal: change.signal, value: value, unknown: unknown)
  }

  /// Adds a vector of any width by its states, most significant first, of which there is at least one; extended on the left.
  mutating func append(signal: Int, states: some Collection<UInt8>, bits: Int) {
    if bits <= 64, states.allSatisfy(BitState.isPlain) {
      let (value, unknown) = BitState.pack(states, bits: bits)
      return changes.append(WaveChange(signal: UInt32(signal), value: value, unknown: unknown))
    }
    let start = bytes.count
    let missing = max(0, bits - states.count)
    if bits <= 64 {
      bytes.append(contentsOf: repeatElement(BitState.filler(states.first ?? BitState.x), count: missing))
    }
    bytes.append(contentsOf: states)
    changes.append(
      WaveChange(signal: UInt32(signal), value: UInt64(start), length: UInt32(clamping: bytes.count - start)))
  }

  /// Adds a text or wide vector.
  public mutating func append(signal: Int, content: some Collection<UInt8>) {
    let start = bytes.count
    bytes.append(contentsOf: content)
    changes.append(
      WaveChange(signal: UInt32(signal), value: UInt64(start), length: UInt32(clamping: bytes.count - start)))
  }
}
