/// Holds the answers of reads until they can leave in the order of requests.
///
/// An entry is complete when all its bursts have come, and may leave when the last of them has passed the data bus. Where a
/// burst is wider than the port, later reads of a burst that was fetched share it: they follow the entry that fetches it, or
/// take its bytes from a line that holds it.
struct ReorderBuffer: Sendable, Codable {
  /// Entries.
  let capacity: Int
  /// Bytes of an answer, and of a burst.
  private let portBytes: Int
  private let burstBytes: Int
  private(set) var count = 0
  private var oldest = 0
  /// Bursts that are still to come, by entry.
  private var missing: [Int]
  /// Cycle in which all data has passed the bus.
  private var ready: [Int]
  /// Address of the request, and the entry whose burst it waits for: its own, or the one that it follows.
  private var addresses: [Int]
  private var leaders: [Int]
  private var data: [MemoryBeat]
  /// Bursts that can be shared.
  private var lines = BurstLines()

  init(capacity: Int, portBytes: Int, burstBytes: Int) {
    self.capacity = capacity
    self.portBytes = portBytes
    self.burstBytes = burstBytes
    missing = [Int](repeating: 0, count: capacity)
    ready = [Int](repeating: 0, count: capacity)
    addresses = [Int](repeating: 0, count: capacity)
    leaders = [Int](repeating: 0, count: capacity)
    data = [MemoryBeat](repeating: MemoryBeat(repeating: 0), count: capacity)
  }

  var isEmpty: Bool { count == 0 }
  var isFull: Bool { count == capacity }
  /// Where the next read's entry will be, and where the last one's is.
  var next: Int { (oldest &+ count) % capacity }
  var last: Int { (oldest &+ count &- 1) % capacity }

  /// The oldest answer.
  var front: MemoryBeat { data[oldest] }

  /// Whether the oldest answer may leave in a cycle.
  func isReady(at cycle: Int) -> Bool { count > 0 && missing[oldest] == 0 && ready[oldest] <= cycle }

  /// The cycle in which the oldest answer may leave, if its data is on its way.
  var firstReady: Int? { count > 0 && missing[oldest] == 0 ? ready[oldest] : nil }

  /// Address of an entry's request.
  func address(of entry: Int) -> Int { addresses[entry] }

  /// The oldest read: its address, whether a burst of it is still to be read, and when its data is complete; nil if there is none.
  var oldestState: (address: Int, isMissing: Bool, ready: Int)? {
    count > 0 ? (addresses[oldest], missing[oldest] > 0, ready[oldest]) : nil
  }

  /// Whether a read of a burst needs no RD of its own: it is fetched, or was, for a read that has seen every write before.
  func canShare(_ burst: Int) -> Bool { lines.has(burst) }

  /// A read of its own.
  mutating func append(address: Int, burst: Int, parts: Int) {
    let entry = next
    (missing[entry], ready[entry], addresses[entry], leaders[entry]) = (parts, 0, address, entry)
    if burstBytes > portBytes { lines.fetch(burst, for: entry) }
    count &+= 1
  }

  /// A read of a burst that can be shared, in a cycle.
  mutating func share(address: Int, burst: Int, in cycle: Int) {
    let entry = next
    switch lines.state(of: burst) {
    case .fetched(let leader):
      (missing[entry], ready[entry], addresses[entry], leaders[entry]) = (1, 0, address, leader)
    case .held(let bytes, let time):
      (missing[entry], ready[entry], addresses[entry], leaders[entry]) = (0, max(time, cycle &+ 1), address, entry)
      data[entry] = bytes.beat(from: address & (burstBytes &- 1), count: portBytes)
    case .absent: preconditionFailure("a burst that is shared is there")
    }
    count &+= 1
  }

  /// A burst is written: later reads of it need an RD of their own.
  mutating func written(_ burst: Int) {
    if burstBytes > portBytes { lines.empty(burst) }
  }

  /// A burst has been read for an entry; its data will have passed the bus in cycle `time`.
  mutating func deliver(_ tag: Int, _ bytes: BurstBytes, ready time: Int) {
    let entry = tag &>> 8
    missing[entry] &-= 1
    if ready[entry] < time { ready[entry] = time }
    if burstBytes == portBytes, burstBytes == 64 {
      data[entry] = bytes.low
    } else if burstBytes > portBytes {
      fillFollowers(of: entry, bytes, time)
      lines.fill(by: entry, bytes, ready: time)
    } else {
      let first = (tag & 255) &* burstBytes
      for byte in 0..<burstBytes { data[entry][first &+ byte] = bytes.low[byte] }
    }
  }

  /// Everybody who waits for an entry's burst, the entry itself included, takes its part of it.
  private mutating func fillFollowers(of leader: Int, _ bytes: BurstBytes, _ time: Int) {
    for position in 0..<count {
      let entry = (oldest &+ position) % capacity
      guard leaders[entry] == leader, entry == leader || missing[entry] > 0 else { continue }
      data[entry] = bytes.beat(from: addresses[entry] & (burstBytes &- 1), count: portBytes)
      ready[entry] = time
      if entry != leader { missing[entry] = 0 }
    }
  }

  /// The oldest answer has left.
  mutating func removeFront() {
    oldest = oldest &+ 1 == capacity ? 0 : oldest &+ 1
    count &-= 1
  }
}
