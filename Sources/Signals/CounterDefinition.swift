/// What a counter counts: defined before it is coded, and printed beside its value wherever it appears.
public struct CounterDefinition<Counters>: Sendable {
  /// Name with its unit: `dram_read_bytes`, `mac_pe_cycles`.
  public let name: String
  /// Unit: `cycles`, `PE-cycles`, `bytes`, `words`, `accesses`, `operations`.
  public let unit: String
  /// One sentence, and the formula where there is one.
  public let meaning: String
  /// Reads the value.
  public let value: @Sendable (Counters) -> Int

  /// A counter by its parts.
  public init(_ name: String, unit: String, _ meaning: String, value: @escaping @Sendable (Counters) -> Int) {
    self.name = name
    self.unit = unit
    self.meaning = meaning
    self.value = value
  }
}

/// A block's counters: plain integers, incremented where the decision is taken.
public protocol CounterSet: Sendable {
  /// Every counter of the set, in the order in which reports list them.
  static var definitions: [CounterDefinition<Self>] { get }
}

/// A counter with its value: what reports print.
public struct CounterValue: Sendable, Equatable, Codable {
  /// Scope of the block that counted.
  public let scope: String
  /// Name with unit.
  public let name: String
  /// Unit.
  public let unit: String
  /// One sentence and formula.
  public let meaning: String
  /// The count.
  public let value: Int

  /// A counter value by its parts.
  public init(scope: String, name: String, unit: String, meaning: String, value: Int) {
    self.scope = scope
    self.name = name
    self.unit = unit
    self.meaning = meaning
    self.value = value
  }
}

extension CounterSet {
  /// All counters with their values, under the given scope.
  public func values(scope: String) -> [CounterValue] {
    Self.definitions.map {
      CounterValue(scope: scope, name: $0.name, unit: $0.unit, meaning: $0.meaning, value: $0.value(self))
    }
  }
}
