/// The bytes of an off-chip memory, in pages that exist once something was written to them.
///
/// Pages are arrays of their own in a directory of two levels, so a snapshot shares every page that is not written afterwards,
/// and an empty memory of gigabytes costs a few kilobytes.
public struct PagedMemory: Sendable, Equatable {
  /// Bytes of a page.
  public static let pageBytes = 4096
  /// Pages of a chunk of the directory.
  private static let chunkPages = 1024
  /// Capacity in bytes.
  public let capacity: Int

  /// Pages by chunk; a chunk or a page without content is empty.
  private var chunks: [[[UInt8]]]

  /// A memory of `capacity` bytes, all zero.
  public init(capacity: Int) {
    precondition(capacity >= 0, "a memory has a capacity")
    self.capacity = capacity
    let chunkBytes = Self.chunkPages * Self.pageBytes
    chunks = [[[UInt8]]](repeating: [], count: capacity / chunkBytes + (capacity % chunkBytes == 0 ? 0 : 1))
  }

  /// One byte.
  public subscript(address: Int) -> UInt8 {
    get {
      let (page, offset) = address.quotientAndRemainder(dividingBy: Self.pageBytes)
      let chunk = chunks[page / Self.chunkPages]
      guard !chunk.isEmpty, !chunk[page % Self.chunkPages].isEmpty else { return 0 }
      return chunk[page % Self.chunkPages][offset]
    }
    set {
      let (page, offset) = address.quotientAndRemainder(dividingBy: Self.pageBytes)
      withPage(page) { $0[offset] = newValue }
    }
  }

  /// Hands out a page to be written, making it first if nothing was written to it yet.
  private mutating func withPage(_ page: Int, _ body: (inout [UInt8]) -> Void) {
    let (chunk, index) = page.quotientAndRemainder(dividingBy: Self.chunkPages)
    if chunks[chunk].isEmpty { chunks[chunk] = [[UInt8]](repeating: [], count: Self.chunkPages) }
    if chunks[chunk][index].isEmpty { chunks[chunk][index] = [UInt8](repeating: 0, count: Self.pageBytes) }
    body(&chunks[chunk][index])
  }

  /// Up to 64 bytes from an address that is a multiple of their count, so that they lie in one page.
  public func read(_ address: Int, count: Int) -> MemoryBeat {
    var beat = MemoryBeat(repeating: 0)
    let (page, first) = address.quotientAndRemainder(dividingBy: Self.pageBytes)
    let (chunk, index) = page.quotientAndRemainder(dividingBy: Self.chunkPages)
    guard chunk < chunks.count, !chunks[chunk].isEmpty, !chunks[chunk][index].isEmpty else { return beat }
    precondition(first + count <= Self.pageBytes, "a beat lies in one page")
    if count == MemoryBeat.scalarCount {
      return unsafe chunks[chunk][index].withUnsafeBytes {
        unsafe $0.loadUnaligned(fromByteOffset: first, as: MemoryBeat.self)
      }
    }
    for offset in 0..<count { beat[offset] = chunks[chunk][index][first + offset] }
    return beat
  }

  /// Writes the bytes of a beat whose enable bit is set; all of them lie in one page.
  public mutating func write(_ address: Int, _ beat: MemoryBeat, enables: UInt64) {
    guard enables != 0 else { return }
    let (page, first) = address.quotientAndRemainder(dividingBy: Self.pageBytes)
    withPage(page) { bytes in
      if enables == .max {
        precondition(first + MemoryBeat.scalarCount <= Self.pageBytes, "a beat lies in one page")
        unsafe bytes.withUnsafeMutableBytes { unsafe $0.storeBytes(of: beat, toByteOffset: first, as: MemoryBeat.self) }
      } else {
        for offset in 0..<64 where enables >> UInt64(offset) & 1 != 0 { bytes[first + offset] = beat[offset] }
      }
    }
  }

  /// Places bytes, as a host does before a run.
  public mutating func place(_ bytes: [UInt8], at address: Int) {
    var done = 0
    while done < bytes.count {
      let (page, first) = (address + done).quotientAndRemainder(dividingBy: Self.pageBytes)
      let count = min(Self.pageBytes - first, bytes.count - done)
      withPage(page) { $0.replaceSubrange(first..<first + count, with: bytes[done..<done + count]) }
      done += count
    }
  }

  /// Reads bytes back, as a host does after a run.
  public func bytes(_ range: Range<Int>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(range.count)
    while result.count < range.count {
      let (page, first) = (range.lowerBound + result.count).quotientAndRemainder(dividingBy: Self.pageBytes)
      let count = min(Self.pageBytes - first, range.count - result.count)
      let (chunk, index) = page.quotientAndRemainder(dividingBy: Self.chunkPages)
      if chunks[chunk].isEmpty || chunks[chunk][index].isEmpty {
        result.append(contentsOf: repeatElement(0, count: count))
      } else {
        result.append(contentsOf: chunks[chunk][index][first..<first + count])
      }
    }
    return result
  }
}

extension PagedMemory: Codable {
  private enum CodingKeys: CodingKey { case capacity, numbers, pages }

  /// Reads a saved memory; throws if a page lies outside its capacity or has the wrong size.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let capacity = try values.decode(Int.self, forKey: .capacity)
    let numbers = try values.decode([Int].self, forKey: .numbers)
    let pages = try values.decode([[UInt8]].self, forKey: .pages)
    let last = capacity / Self.pageBytes + (capacity % Self.pageBytes == 0 ? 0 : 1)
    guard capacity >= 0, numbers.count == pages.count, pages.allSatisfy({ $0.count == Self.pageBytes }),
      numbers.allSatisfy({ $0 >= 0 && $0 < last })
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .pages, in: values, debugDescription: "pages of \(Self.pageBytes) bytes within \(capacity) bytes")
    }
    self.init(capacity: capacity)
    for (number, page) in zip(numbers, pages) { withPage(number) { $0 = page } }
  }

  /// Saves the pages that something was written to.
  public func encode(to encoder: any Encoder) throws {
    var numbers: [Int] = []
    var pages: [[UInt8]] = []
    for (chunk, content) in chunks.enumerated() {
      for (index, page) in content.enumerated() where !page.isEmpty {
        numbers.append(chunk * Self.chunkPages + index)
        pages.append(page)
      }
    }
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(capacity, forKey: .capacity)
    try values.encode(numbers, forKey: .numbers)
    try values.encode(pages, forKey: .pages)
  }
}
