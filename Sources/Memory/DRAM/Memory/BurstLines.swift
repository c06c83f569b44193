/// The last bursts that reads fetched through a port narrower than a burst: further reads of one are served without an RD.
///
/// A line follows a fetch from the read that caused it to its data, and keeps the data until another fetch takes its place. A
/// write to the burst empties it, because later reads have to see the written bytes.
struct BurstLines: Sendable, Codable {
  /// Lines: as many bursts as streams that a narrow port interleaves, and some more.
  private static let count = 8

  /// One burst.
  private struct Line: Sendable, Codable {
    /// First byte of the burst; -1 of an empty line.
    var address = -1
    /// The entry whose RD fetches it; -1 once the data are here.
    var entry = -1
    /// The data, and the cycle in which they have passed the bus.
    var bytes = BurstBytes()
    var ready = 0
  }

  private var lines = [Line](repeating: Line(), count: count)
  private var next = 0

  /// What a line knows of a burst.
  enum State {
    case absent
    case fetched(by: Int)
    case held(BurstBytes, ready: Int)
  }

  /// Where a burst is.
  func state(of burst: Int) -> State {
    for line in lines where line.address == burst {
      return line.entry >= 0 ? .fetched(by: line.entry) : .held(line.bytes, ready: line.ready)
    }
    return .absent
  }

  /// Whether a burst is on its way or here.
  func has(_ burst: Int) -> Bool { lines.contains { $0.address == burst } }

  /// An entry's RD will fetch a burst.
  mutating func fetch(_ burst: Int, for entry: Int) {
    lines[next] = Line(address: burst, entry: entry)
    next = next + 1 == Self.count ? 0 : next + 1
  }

  /// The data that an entry's RD fetched.
  mutating func fill(by entry: Int, _ bytes: BurstBytes, ready: Int) {
    for index in lines.indices where lines[index].address >= 0 && lines[index].entry == entry {
      (lines[index].entry, lines[index].bytes, lines[index].ready) = (-1, bytes, ready)
    }
  }

  /// A burst is written.
  mutating func empty(_ burst: Int) {
    for index in lines.indices where lines[index].address == burst { lines[index].address = -1 }
  }
}
