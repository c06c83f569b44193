/// The bursts that are on the data bus or on their way to it: what the waveform's data bus row shows.
struct DataBus: Sendable {
  private var starts = [Int](repeating: -1, count: 32)
  private var ends = [Int](repeating: -1, count: 32)
  private var writes = [Bool](repeating: false, count: 32)
  private var next = 0

  mutating func append(start: Int, end: Int, isWrite: Bool) {
    starts[next] = start
    ends[next] = end
    writes[next] = isWrite
    next = (next &+ 1) & 31
  }

  /// What the bus carries in a cycle.
  func carries(at cycle: Int) -> DataBusState {
    for index in starts.indices where starts[index] <= cycle && cycle < ends[index] {
      return writes[index] ? .write : .read
    }
    return .idle
  }
}

/// What a data bus carries in a cycle.
public enum DataBusState: UInt8, CaseIterable, Sendable {
  /// Nothing.
  case idle
  /// Read data from the device.
  case read
  /// Write data to the device.
  case write
}
