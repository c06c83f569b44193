/// The names of an enumerated signal's values: value n of the register is called `labels[n]`.
///
/// Labels hold letters, digits and `_` only, because waveform viewers split their tables at blanks.
public struct EnumTable: Hashable, Sendable {
  /// The type's name in the waveform, for example `array_phase_t`.
  public let name: String
  /// One label a value, from 0 on.
  public let labels: [String]

  /// A table of the given labels.
  public init(name: String, labels: [String]) {
    precondition(!labels.isEmpty, "an enumeration has at least one value")
    self.name = name
    self.labels = labels
  }

  /// The table of a Swift enumeration: its cases in order, whose raw values must be 0, 1, 2, ...
  public init<State: CaseIterable & RawRepresentable>(_ type: State.Type, name: String)
  where State.RawValue == UInt8 {
    for (position, state) in State.allCases.enumerated() {
      precondition(Int(state.rawValue) == position, "the raw values of \(name) are 0, 1, 2, ...")
    }
    self.init(name: name, labels: State.allCases.map { "\($0)" })
  }

  /// Bits that a register needs to hold every value; at least 2, because GTKWave draws a single bit and names none of its values.
  public var bitCount: Int {
    max(2, Int.bitWidth - (labels.count - 1).leadingZeroBitCount)
  }
}
