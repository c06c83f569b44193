public import Signals

/// What a waveform file declares: scopes, variables in them, the signals behind the variables, and enumeration tables.
///
/// Writers and readers of every format share it. Several variables may show one signal (aliases).
public struct WaveHierarchy: Sendable, Equatable {
  /// One scope of the tree.
  public struct Scope: Sendable, Equatable {
    /// Name without path.
    public var name: String
    /// Keyword of the scope: `module`, `function`, ...
    public var kind: ScopeKind
    /// Position of the enclosing scope; nil at the root.
    public var parent: Int?
  }

  /// One named variable.
  public struct Variable: Sendable, Equatable {
    /// Name without path and without range.
    public var name: String
    /// Position of the scope that holds it; nil at the root.
    public var scope: Int?
    /// Declared type.
    public var type: VariableType
    /// Declared range such as 7 ... 0; nil if the declaration gives none.
    public var range: BitRange?
    /// Position of the signal that it shows.
    public var signal: Int
    /// Position of its enumeration table.
    public var enumeration: Int?

    /// The name, with the index if the variable is one bit of a vector.
    var indexedName: String { range.map { $0.first == $0.last ? "\(name)[\($0.first)]" : name } ?? name }

    /// The range of several bits.
    var rangeSuffix: String { range.map { $0.first == $0.last ? "" : "[\($0.first):\($0.last)]" } ?? "" }
  }

  /// A declared range of bits.
  public struct BitRange: Sendable, Equatable {
    /// Number of the most significant bit.
    public var first: Int
    /// Number of the least significant bit.
    public var last: Int

    /// The range `[first:last]`.
    public init(_ first: Int, _ last: Int) {
      self.first = first
      self.last = last
    }

    /// Bits of the range; nil if there are more than can be counted.
    var width: Int? {
      let (distance, overflows) = max(first, last).subtractingReportingOverflow(min(first, last))
      return overflows || distance == Int.max ? nil : distance + 1
    }
  }

  /// Scopes, each after its parent.
  public var scopes: [Scope] = []
  /// Variables in file order.
  public var variables: [Variable] = []
  /// What each signal carries.
  public var signals: [SignalShape] = []
  /// Enumeration tables.
  public var enumerations: [WaveEnumeration] = []

  /// An empty hierarchy.
  public init() {}
}

/// What the values of one signal look like.
public enum SignalShape: Sendable, Hashable {
  /// A vector of so many bits, each 0, 1, x or z.
  case bits(Int)
  /// A binary64 number.
  case real
  /// A text.
  case text
  /// Occurrences without a level.
  case event

  /// Bits of a vector; 64 for a real, 1 for an event, 0 for text.
  public var bitCount: Int {
    switch self {
    case .bits(let bits): bits
    case .real: 64
    case .text: 0
    case .event: 1
    }
  }
}

/// The names of an enumerated signal's values, as a file carries them.
public struct WaveEnumeration: Sendable, Hashable {
  /// Name of the type.
  public var name: String
  /// One label a value.
  public var labels: [String]
  /// Bit pattern of each label, as text of 0 and 1.
  public var values: [String]

  /// A table by its parts.
  public init(name: String, labels: [String], values: [String]) {
    self.name = name
    self.labels = labels
    self.values = values
  }

  /// The table of a model's enumeration: value n is label n.
  public init(_ table: EnumTable) {
    self.init(
      name: table.name, labels: table.labels,
      values: table.labels.indices.map { binary(UInt64($0), width: table.bitCount) })
  }

  /// The label of a value, whatever the width of its bit patterns.
  public func label(of value: UInt64) -> String? {
    values.firstIndex { UInt64($0, radix: 2) == value }.flatMap { labels.indices.contains($0) ? labels[$0] : nil }
  }
}

/// The low `width` bits of a value as text of 0 and 1, most significant first.
func binary(_ value: UInt64, width: Int) -> String {
  let digits = String(width >= 64 ? value : value & ((1 << UInt64(width)) - 1), radix: 2)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

// MARK: - Names

extension WaveHierarchy {
  /// Path of a scope, `.` between names.
  public func path(ofScope scope: Int) -> String {
    var names: [String] = []
    var next: Int? = scope
    while let index = next {
      names.append(scopes[index].name)
      next = scopes[index].parent
    }
    return names.reversed().joined(separator: ".")
  }

  /// Path and name of a variable: without range, but with the index of a single bit, `bus[3]`.
  public func path(ofVariable variable: Int) -> String {
    let name = variables[variable].indexedName
    guard let scope = variables[variable].scope else { return name }
    return path(ofScope: scope) + "." + name
  }

  /// Paths of all variables in file order, and the range too where several of one scope have the same name, `bus[7:4]`.
  public var variablePaths: [String] {
    let scopePaths = scopePaths
    var paths = variables.map { variable in
      variable.scope.map { scopePaths[$0] + "." + variable.indexedName } ?? variable.indexedName
    }
    var first: [String: Int] = [:]
    for (index, path) in paths.enumerated() {
      guard let twin = first.updateValue(index, forKey: path) else { continue }
      paths[index] += variables[index].rangeSuffix
      if paths[twin] == path { paths[twin] += variables[twin].rangeSuffix }
    }
    return paths
  }

  /// Paths of all scopes, in file order.
  public var scopePaths: [String] {
    var paths: [String] = []
    for scope in scopes { paths.append(scope.parent.map { paths[$0] + "." + scope.name } ?? scope.name) }
    return paths
  }

  /// The name under which GTKWave lists a variable: with a range if it is a vector that GTKWave shows as one.
  public func facilityName(ofVariable index: Int) -> String {
    let variable = variables[index]
    let path = path(ofVariable: index)
    guard case .bits(let bits) = signals[variable.signal], bits > 1, variable.type.showsRange else { return path }
    let range = variable.range ?? BitRange(bits - 1, 0)
    return "\(path)[\(range.first):\(range.last)]"
  }
}
