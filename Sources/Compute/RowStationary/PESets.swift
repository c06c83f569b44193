/// Sets of PEs among 64 neighbours, one bit a PE: what networks and control ask about many PEs at once.
///
/// Ready and valid wires are functions of a PE's FIFO counts. They are kept here when a count changes, so that a multicast asks
/// for all its destinations with one AND.
struct PESets: Sendable, Codable, Equatable {
  /// PEs of one word.
  static let size = 64

  /// FIFOs with room.
  var ifmapReady = UInt64.max
  var filterReady = UInt64.max
  var psumReady = UInt64.max
  /// A flit of psums waits in the output FIFO.
  var psumValid: UInt64 = 0
  /// Tops of chains: they hand their psums to the GON, all others to the PE above.
  var tops: UInt64 = 0

  /// A word goes from FIFO to spad at the next edge.
  var ifmapLoads: UInt64 = 0
  var filterLoads: UInt64 = 0
  /// PEs whose next MAC is the first of its tap: the ifmap spad is read.
  var tapStarts = 0
  /// PEs that decide behind this edge whether the additions of a flit begin.
  var flitBegins: UInt64 = 0
  /// PEs with a flit's last addition behind the spads and behind the multiplier.
  var stage1FlitEnds: UInt64 = 0
  var stage2FlitEnds: UInt64 = 0

  // Next state: what enters FIFOs, and which flits move up, at the next edge.
  var ifmapArrives: UInt64 = 0
  var filterArrives: UInt64 = 0
  var moves: UInt64 = 0

  /// Words that hold a bit for each of so many PEs.
  static func groups(of peCount: Int) -> Int { (peCount + size - 1) / size }

  /// What was due at the edge that comes: flits that are complete in the output FIFO, and words that go to their spads.
  ///
  /// Bits that are set from here on are for the next edge.
  @inline(__always)
  mutating func passEdge(_ tally: inout Tally) -> (flitEnds: UInt64, ifmapLoads: UInt64, filterLoads: UInt64) {
    let coming = (stage2FlitEnds, ifmapLoads, filterLoads)
    (stage2FlitEnds, stage1FlitEnds) = (stage1FlitEnds, 0)
    tally.ifmapReads &+= tapStarts
    tapStarts = 0
    return coming
  }
}

extension UInt64 {
  /// The set of one PE.
  @inline(__always)
  init(member number: Int) { self = 1 &<< UInt64(truncatingIfNeeded: number) }

  /// Takes the PEs of another set in or out.
  @inline(__always)
  mutating func set(_ members: UInt64, _ isIn: Bool) { self = isIn ? self | members : self & ~members }

  /// Whether a PE is in the set.
  @inline(__always)
  func hasMember(_ number: Int) -> Bool { self &>> UInt64(truncatingIfNeeded: number) & 1 != 0 }
}

/// The numbers of the PEs of a set, least first.
struct Members: Sequence, IteratorProtocol {
  private var members: UInt64
  private let first: Int

  /// `first` is the number of the set's PE 0.
  @inline(__always)
  init(_ members: UInt64, first: Int) { (self.members, self.first) = (members, first) }

  @inline(__always)
  mutating func next() -> Int? {
    guard members != 0 else { return nil }
    let number = first &+ members.trailingZeroBitCount
    members &= members &- 1
    return number
  }
}
