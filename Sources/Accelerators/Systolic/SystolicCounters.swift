public import Compute
public import Signals

/// What the array and its control count. One definition for WS, OS and IS.
public struct SystolicCounters: Sendable, Codable, Equatable, CounterSet {
  /// All cycles.
  public var cycles = 0
  /// Cycles in which a fold occupies the array.
  public var arrayCycles = 0
  /// Folds that entered.
  public var folds = 0
  /// MACs done.
  public var macs = 0
  /// MACs with a zero operand.
  public var zeroOperandMacs = 0
  /// Every PE-cycle, by label.
  public var labels = PECycleCounts()
  /// PE-cycles labelled `wait`, by root cause.
  public var stalls = StallCounts()

  /// What each of them counts.
  public static let definitions: [CounterDefinition<SystolicCounters>] =
    [
      .init("cycles", unit: "cycles", "Core clock cycles from the first to the last, everything included.") {
        $0.cycles
      },
      .init(
        "array_cycles", unit: "cycles",
        "Cycles in which a fold occupies the array, from the first operand at its edge to the last product's psum (OS: to "
          + "the last drained psum). Ideal memory, no overlap: folds x (2R + C + T - 2 + P - 1)."
      ) { $0.arrayCycles },
      .init(
        "folds", unit: "operations",
        "Uses of the array: cuts of rows x cuts of columns x cuts of the streamed dimension."
      ) {
        $0.folds
      },
      .init("macs", unit: "operations", "MACs that fired, those with padding zeros included: N M P Q C/G R S.") {
        $0.macs
      },
      .init("zero_operand_macs", unit: "operations", "MACs that fired with an operand equal to its zero point.") {
        $0.zeroOperandMacs
      },
    ] + labelDefinitions + StallCounts.definitions(\.stalls)

  private static let labelDefinitions = PECycleLabel.allCases.map { label in
    CounterDefinition<SystolicCounters>(
      "\(label)_pe_cycles", unit: "PE-cycles", "PE-cycles labelled \(label). All labels sum to PEs x cycles."
    ) { $0.labels[label] }
  }

  /// All zero.
  public init() {}
}
