public import Signals

/// What a PE did in one cycle. Every PE-cycle of every machine carries exactly one of these labels.
public enum PECycleLabel: UInt8, CaseIterable, Sendable, Codable {
  /// A MAC fired and switched.
  case mac
  /// A MAC fired on a zero operand and was gated: a cycle spent, energy saved.
  case gated
  /// A MAC was skipped because an operand was zero; the cycle counts only bookkeeping.
  case skipped
  /// The PE belongs to the fold, but the wave of its operands has not reached it.
  case fill
  /// The PE has done its share of the fold, which is still leaving the array.
  case drain
  /// Nothing to do until ifmap elements arrive.
  case waitIfmap
  /// Nothing to do until filter weights arrive.
  case waitFilter
  /// Nothing to do until psums arrive.
  case waitPsum
  /// Nothing to do until results have left.
  case waitOutput
  /// No work is mapped to the PE.
  case idle
  /// The adder took a psum from elsewhere instead of a product.
  case accumulate

  /// Names for waveforms.
  public static let table = EnumTable(PECycleLabel.self, name: "pe_cycle_label_t")
}

/// PE-cycles by label. Their sum is PEs x cycles.
public struct PECycleCounts: Sendable, Equatable, Codable {
  // One lane a label, in place rather than on the heap: labels are counted in every cycle.
  private var counts = SIMD16<Int>(repeating: 0)

  /// All zero.
  public init() {}

  /// PE-cycles with one label.
  public subscript(label: PECycleLabel) -> Int {
    get { counts[Int(label.rawValue)] }
    set { counts[Int(label.rawValue)] = newValue }
  }

  /// PE-cycles in which a PE had work and waited.
  public var waiting: Int {
    self[.waitIfmap] &+ self[.waitFilter] &+ self[.waitPsum] &+ self[.waitOutput]
  }

  /// All PE-cycles.
  public var total: Int { counts.wrappedSum() }

  /// Adds another count, label by label.
  public static func += (left: inout PECycleCounts, right: PECycleCounts) {
    left.counts &+= right.counts
  }
}
