/// Where a word comes from or goes to, dearest first.
public enum StorageLevel: String, CaseIterable, Sendable, Codable {
  /// Off chip.
  case dram
  /// The global buffer; a systolic machine's scratchpads and accumulator.
  case globalBuffer = "global_buffer"
  /// Between the global buffer and a PE, or from a PE to its neighbour.
  case array
  /// A PE's own scratchpads and registers.
  case spad
}

/// What a word is.
public enum TensorKind: String, CaseIterable, Sendable, Codable {
  /// An ifmap element.
  case ifmap
  /// A weight.
  case filter
  /// A psum, or the ofmap element that it becomes.
  case psum
}

/// How often each level was accessed for each kind of data, and how many MACs switched: what energy is counted from.
///
/// A read and a write are one access each. A word that one multicast brings to k PEs is k accesses of the array level.
public struct AccessCounts: Sendable, Hashable, Codable {
  /// Reads and writes of one level by one kind.
  public struct Accesses: Sendable, Hashable, Codable {
    /// Words read.
    public var reads = 0
    /// Words written.
    public var writes = 0

    /// Both.
    public init(reads: Int = 0, writes: Int = 0) { (self.reads, self.writes) = (reads, writes) }

    /// Reads and writes.
    public var total: Int { reads + writes }
  }

  /// Bits of an ifmap or filter word.
  public var operandBits: Int
  /// Bits of a psum inside the chip.
  public var psumBits: Int
  /// Bits of a psum or ofmap word off chip.
  public var ofmapBits: Int
  /// MACs whose multiplier switched.
  public var macs = 0
  /// MACs that were gated: a cycle without energy in multiplier, filter and psum spad.
  public var gatedMACs = 0
  private var accesses = [Accesses](
    repeating: Accesses(), count: StorageLevel.allCases.count * TensorKind.allCases.count)

  /// Nothing accessed yet.
  public init(operandBits: Int, psumBits: Int, ofmapBits: Int) {
    (self.operandBits, self.psumBits, self.ofmapBits) = (operandBits, psumBits, ofmapBits)
  }

  /// Accesses of one level by one kind.
  public subscript(level: StorageLevel, kind: TensorKind) -> Accesses {
    get { accesses[level.index * TensorKind.allCases.count + kind.index] }
    set { accesses[level.index * TensorKind.allCases.count + kind.index] = newValue }
  }

  /// Accesses of one level.
  public subscript(level: StorageLevel) -> Int { TensorKind.allCases.reduce(0) { $0 + self[level, $1].total } }

  /// Bits of a word of one kind at one level.
  public func bits(_ level: StorageLevel, _ kind: TensorKind) -> Int {
    guard kind == .psum else { return operandBits }
    return level == .dram ? ofmapBits : psumBits
  }

  /// What was counted since an earlier state of the same counts, in this state's words.
  public func since(_ earlier: AccessCounts) -> AccessCounts {
    var difference = self
    difference.macs -= earlier.macs
    difference.gatedMACs -= earlier.gatedMACs
    for index in accesses.indices {
      difference.accesses[index].reads -= earlier.accesses[index].reads
      difference.accesses[index].writes -= earlier.accesses[index].writes
    }
    return difference
  }

  /// Adds the counts of another layer of the same word widths.
  public static func += (left: inout AccessCounts, right: AccessCounts) {
    precondition(
      [left.operandBits, left.psumBits, left.ofmapBits] == [right.operandBits, right.psumBits, right.ofmapBits],
      "counts of words of one width are added")
    left.macs += right.macs
    left.gatedMACs += right.gatedMACs
    for index in left.accesses.indices {
      left.accesses[index].reads += right.accesses[index].reads
      left.accesses[index].writes += right.accesses[index].writes
    }
  }
}

extension StorageLevel {
  /// Its place among all levels.
  var index: Int {
    switch self {
    case .dram: 0
    case .globalBuffer: 1
    case .array: 2
    case .spad: 3
    }
  }
}

extension TensorKind {
  /// Its place among all kinds.
  var index: Int {
    switch self {
    case .ifmap: 0
    case .filter: 1
    case .psum: 2
    }
  }
}
