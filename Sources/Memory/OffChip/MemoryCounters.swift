public import Signals

/// What passed a memory's port, whatever memory is behind it.
public struct MemoryCounters: Sendable, Codable, Equatable, CounterSet {
  /// Reads taken from the port.
  public var readRequests = 0
  /// Writes taken from the port.
  public var writeRequests = 0
  /// Bytes moved by reads.
  public var readBytes = 0
  /// Bytes moved by writes.
  public var writtenBytes = 0
  /// Bytes of reads that the requester wanted.
  public var usefulReadBytes = 0
  /// Bytes of writes that were enabled.
  public var usefulWrittenBytes = 0

  /// All zero.
  public init() {}

  /// Counts a request that was taken.
  mutating func count(_ request: MemoryRequest, portBytes: Int) {
    let useful = request.enables.nonzeroBitCount
    if request.isWrite {
      writeRequests += 1
      writtenBytes += portBytes
      usefulWrittenBytes += useful
    } else {
      readRequests += 1
      readBytes += portBytes
      usefulReadBytes += useful
    }
  }

  /// What each of them counts.
  public static let definitions: [CounterDefinition<MemoryCounters>] = [
    .init("read_requests", unit: "accesses", "Reads taken from the port.") { $0.readRequests },
    .init("write_requests", unit: "accesses", "Writes taken from the port.") { $0.writeRequests },
    .init("read_bytes", unit: "bytes", "Bytes moved by reads: read_requests x port width.") { $0.readBytes },
    .init("written_bytes", unit: "bytes", "Bytes moved by writes: write_requests x port width.") { $0.writtenBytes },
    .init("useful_read_bytes", unit: "bytes", "Bytes of reads that the requester wanted.") { $0.usefulReadBytes },
    .init("useful_written_bytes", unit: "bytes", "Bytes of writes that were enabled.") { $0.usefulWrittenBytes },
  ]
}
