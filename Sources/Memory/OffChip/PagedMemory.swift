/// The bytes of an off-chip memory, in pages that exist once something was written to them.
///
/// Pages are arrays of their own, so a snapshot shares every page that is not written afterwards.
public struct PagedMemory: Sendable, Codable, Equatable {
  /// Bytes of a page.
  public static let pageBytes = 4096
  /// Capacity in bytes.
  public let capacity: Int

  private var pages: [[UInt8]]

  /// A memory of `capacity` bytes, all zero.
  public init(capacity: Int) {
    precondition(capacity >= 0, "a memory has a capacity")
    self.capacity = capacity
    pages = [[UInt8]](repeating: [], count: (capacity + Self.pageBytes - 1) / Self.pageBytes)
  }

  /// One byte.
  public subscript(address: Int) -> UInt8 {
    get {
      let page = pages[address / Self.pageBytes]
      return page.isEmpty ? 0 : page[address % Self.pageBytes]
    }
    set {
      let page = address / Self.pageBytes
      if pages[page].isEmpty { pages[page] = [UInt8](repeating: 0, count: Self.pageBytes) }
      pages[page][address % Self.pageBytes] = newValue
    }
  }

  /// Up to 64 bytes from an address that is a multiple of their count, so that they lie in one page.
  public func read(_ address: Int, count: Int) -> MemoryBeat {
    var beat = MemoryBeat(repeating: 0)
    let page = address / Self.pageBytes
    guard page < pages.count, !pages[page].isEmpty else { return beat }
    let first = address % Self.pageBytes
    if count == MemoryBeat.scalarCount {
      precondition(first + count <= Self.pageBytes, "a beat lies in one page")
      return unsafe pages[page].withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: first, as: MemoryBeat.self) }
    }
    for offset in 0..<count { beat[offset] = pages[page][first + offset] }
    return beat
  }

  /// Writes the bytes of a beat whose enable bit is set.
  public mutating func write(_ address: Int, _ beat: MemoryBeat, enables: UInt64) {
    for offset in 0..<64 where enables >> UInt64(offset) & 1 != 0 { self[address + offset] = beat[offset] }
  }

  /// Places bytes, as a host does before a run.
  public mutating func place(_ bytes: [UInt8], at address: Int) {
    for (offset, byte) in bytes.enumerated() { self[address + offset] = byte }
  }

  /// Reads bytes back, as a host does after a run.
  public func bytes(_ range: Range<Int>) -> [UInt8] {
    range.map { self[$0] }
  }
}
