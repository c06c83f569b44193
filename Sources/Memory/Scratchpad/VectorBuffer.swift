public import Signals

/// The vector unit's operand memory: one half fills from off chip while the other is read.
///
/// It has a read port for every lane, so lanes never conflict: a register file rather than banked memory, and small.
public struct VectorBuffer: Sendable, Codable {
  /// What the buffer counted.
  public struct Counters: Sendable, Codable, Equatable, CounterSet {
    /// Elements read.
    public var reads = 0
    /// Bytes written.
    public var writtenBytes = 0

    /// Every counter, in the order of reports.
    public static let definitions: [CounterDefinition<Counters>] = [
      .init("reads", unit: "accesses", "Operands read for the vector unit; taps in the padding are not read.") {
        $0.reads
      },
      .init("written_bytes", unit: "bytes", "Bytes written by transfers from off chip.") { $0.writtenBytes },
    ]
  }

  /// Bytes of one half.
  public let halfBytes: Int
  /// What it counted.
  public private(set) var counters = Counters()
  private var storage: [UInt8]

  /// A buffer of zeros.
  public init(bytes: Int) {
    halfBytes = bytes / 2
    storage = [UInt8](repeating: 0, count: halfBytes * 2)
  }

  /// One byte, as a lane reads it.
  public func byte(at address: Int) -> UInt8 { storage[address] }

  /// Counts operands that lanes read.
  public mutating func countReads(_ operands: Int) { counters.reads += operands }

  /// The clock edge of a delivery: bytes `first..<first + count` of a beat become visible at `address`.
  public mutating func commitWrite(_ beat: MemoryBeat, first: Int, count: Int, at address: Int) {
    precondition(address + count <= storage.count, "a delivery lies inside the buffer")
    for offset in 0..<count { storage[address + offset] = beat[first + offset] }
    counters.writtenBytes += count
  }
}
