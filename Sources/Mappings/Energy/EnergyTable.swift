/// What an access at each level and a MAC cost, with the source of each number.
///
/// An access costs in proportion to its width: the table gives the cost of a word of `wordBits`.
public struct EnergyTable: Sendable, Hashable, Codable {
  /// What reports call it.
  public var name: String
  /// What one unit is: `MAC`, `pJ`.
  public var unit: String
  /// Where the numbers are from.
  public var source: String
  /// Bits of the word whose access is given, 1 or more.
  public var wordBits: Int
  /// An off-chip access.
  public var dram: Double
  /// An access of the global buffer.
  public var globalBuffer: Double
  /// A word that reaches one PE from the global buffer or from another PE.
  public var array: Double
  /// An access of a PE's scratchpad or register.
  public var spad: Double
  /// A MAC with operands of 8 bits at most.
  public var mac8: Double
  /// A MAC with wider operands.
  public var mac16: Double

  /// A table by its parts.
  public init(
    name: String, unit: String, source: String, wordBits: Int, dram: Double, globalBuffer: Double, array: Double,
    spad: Double, mac8: Double, mac16: Double
  ) {
    precondition(wordBits > 0, "a word has a bit")
    (self.name, self.unit, self.source, self.wordBits) = (name, unit, source, wordBits)
    (self.dram, self.globalBuffer, self.array, self.spad) = (dram, globalBuffer, array, spad)
    (self.mac8, self.mac16) = (mac8, mac16)
  }

  /// Relative to one 16-bit MAC: spad 1, array 2, global buffer 6, DRAM 200 (ISCA 2016, table IV).
  public static let relative = EnergyTable(
    name: "relative", unit: "MAC",
    source: "Chen, Emer, Sze, ISCA 2016, table IV: 65 nm, normalised to a 16-bit MAC; a MAC of 8 bits counts the same",
    wordBits: 16, dram: 200, globalBuffer: 6, array: 2, spad: 1, mac8: 1, mac16: 1)

  /// Picojoules at 45 nm and 0.9 V (Horowitz, ISSCC 2014), for 64-bit accesses.
  ///
  /// DRAM 1300 pJ (the low end of 1300 to 2600), global buffer 20 pJ (the SRAM of 32 KB) and spad 10 pJ (the SRAM of 8 KB, the
  /// smallest published: an upper bound for a spad of 0.5 KB). An 8-bit MAC is a multiplication of 0.2 and a 32-bit addition
  /// of 0.1. Not published there, and said so wherever the table is printed: the 16-bit multiplication, 0.8 by the square of
  /// the width, and the array's wires, 20 = twice the spad as in ISCA 2016.
  public static let horowitz = EnergyTable(
    name: "horowitz", unit: "pJ",
    source: "Horowitz, ISSCC 2014, 45 nm, 0.9 V; estimates: 16-bit multiplication (0.2 pJ x 4), array (2 x spad)",
    wordBits: 64, dram: 1300, globalBuffer: 20, array: 20, spad: 10, mac8: 0.3, mac16: 0.85)

  /// The tables that need no file.
  public static let presets = [relative, horowitz]

  /// The cost of one access of a word of `wordBits`.
  public subscript(level: StorageLevel) -> Double {
    switch level {
    case .dram: dram
    case .globalBuffer: globalBuffer
    case .array: array
    case .spad: spad
    }
  }

  /// The energy of one level's accesses by one kind of data.
  public func energy(_ counts: AccessCounts, _ level: StorageLevel, _ kind: TensorKind) -> Double {
    Double(counts[level, kind].total) * Double(counts.bits(level, kind)) / Double(wordBits) * self[level]
  }

  /// The energy of one level's accesses.
  public func energy(_ counts: AccessCounts, _ level: StorageLevel) -> Double {
    TensorKind.allCases.reduce(0) { $0 + energy(counts, level, $1) }
  }

  /// The energy of the MACs that switched.
  public func macEnergy(_ counts: AccessCounts) -> Double {
    Double(counts.macs) * (counts.operandBits > 8 ? mac16 : mac8)
  }

  /// All of it.
  public func total(_ counts: AccessCounts) -> Double {
    StorageLevel.allCases.reduce(macEnergy(counts)) { $0 + energy(counts, $1) }
  }
}
