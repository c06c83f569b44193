/// The declared type of a variable; raw values are those of the FST format.
public enum VariableType: UInt8, Sendable, CaseIterable {
  case event, integer, parameter, real, realParameter, reg, supply0, supply1, time, tri, triand, trior, trireg
  case tri0, tri1, wand, wire, wor, port, sparseArray, realtime, string, bit, logic, int, shortint, longint, byte
  case enumeration, shortreal

  /// The keyword of a VCD declaration.
  public var keyword: String {
    switch self {
    case .realParameter: "real_parameter"
    case .sparseArray: "sparray"
    case .enumeration: "enum"
    default: "\(self)"
    }
  }

  /// The type of a VCD keyword; nil if there is none of this name.
  public init?(keyword: String) {
    guard let type = Self.byKeyword[keyword] else { return nil }
    self = type
  }

  /// Whether the values are binary64 numbers.
  public var isReal: Bool {
    switch self {
    case .real, .realParameter, .realtime, .shortreal: true
    default: false
    }
  }

  /// Whether GTKWave appends the range to the name of a vector of this type.
  var showsRange: Bool {
    switch self {
    case .integer, .parameter, .real, .realParameter, .realtime, .shortreal, .string, .event: false
    default: true
    }
  }

  private static let byKeyword: [String: VariableType] = {
    var types: [String: VariableType] = [:]
    for type in allCases { types[type.keyword] = type }
    types["genstr"] = .string
    types["in"] = .port
    types["out"] = .port
    types["inout"] = .port
    return types
  }()
}

/// The keyword of a scope; raw values are those of the FST format.
public enum ScopeKind: UInt8, Sendable, CaseIterable {
  case module, task, function, begin, fork, generate, `struct`, union, `class`, interface, package, program
  case vhdlArchitecture, vhdlProcedure, vhdlFunction, vhdlRecord, vhdlProcess, vhdlBlock, vhdlForGenerate
  case vhdlIfGenerate, vhdlGenerate, vhdlPackage

  /// The keyword of a VCD declaration; VHDL scopes are written as modules, which every viewer takes.
  public var keyword: String {
    rawValue <= Self.program.rawValue ? "\(self)" : "module"
  }

  /// The kind of a VCD keyword such as `module` or `vhdl_process`; nil for one that is not known.
  public init?(keyword: String) {
    // Kinds of SystemVerilog and of simulators that FST has no number for.
    if ["unknown", "clocking", "sv_array"].contains(keyword) {
      self = .module
      return
    }
    let parts = keyword.split(separator: "_")
    let name = parts.dropFirst().reduce(parts.first.map(String.init) ?? "") { $0 + $1.capitalizedFirst }
    guard let kind = Self.allCases.first(where: { "\($0)" == name }) else { return nil }
    self = kind
  }
}

extension Substring {
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
