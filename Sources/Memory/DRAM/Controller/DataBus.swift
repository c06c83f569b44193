/// The bursts that are on the data bus or on their way to it: what the waveform's data bus row shows.
struct DataBus: Sendable, Codable {
  /// One burst: data from `start` to `end`, half open.
  private struct Burst: Sendable, Codable {
    var start = -1
    var end = -1
    var bank = 0
    var isWrite = false
  }

  private var bursts = [Burst](repeating: Burst(), count: 32)
  private var next = 0

  @inline(__always)
  mutating func append(start: Int, end: Int, bank: Int, isWrite: Bool) {
    bursts[next] = Burst(start: start, end: end, bank: bank, isWrite: isWrite)
    next = (next &+ 1) & 31
  }

  /// What the bus that serves the given banks carries in a cycle, and for which bank.
  func carries(at cycle: Int, banks: Range<Int>) -> (state: DataBusState, bank: Int) {
    for burst in bursts where burst.start <= cycle && cycle < burst.end && banks.contains(burst.bank) {
      return (burst.isWrite ? .write : .read, burst.bank)
    }
    return (.idle, 0)
  }

  /// The first cycle after `cycle` in which a burst begins or has ended; `Int.max` if none does.
  func nextChange(after cycle: Int) -> Int {
    bursts.reduce(Int.max) { first, burst in
      var first = first
      if burst.start > cycle { first = min(first, burst.start) }
      if burst.end > cycle { first = min(first, burst.end) }
      return first
    }
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
