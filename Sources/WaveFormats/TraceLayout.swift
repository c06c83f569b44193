public import Signals

/// How a selection of a machine's signals is laid out in a waveform file: the one description that writers and views share.
///
/// The machine is one top scope; blocks are scopes in it, elements (PEs, lanes, banks) scopes in those. Clocks are variables of
/// the top scope. Bfloat16 registers become 32-bit variables whose low half is zero, because viewers decode binary32 only.
public struct TraceLayout: Sendable {
  /// What the file declares.
  public let hierarchy: WaveHierarchy
  /// The machine's signals.
  public let catalog: SignalCatalog
  /// The traced signals, in the order in which changes number them.
  public let selection: [SignalHandle]
  /// The clocks, indexed by clock domain.
  public let clocks: [WaveClock]
  /// Name of the top scope.
  public let top: String
  /// Position of the variable that shows each selected signal.
  public let variables: [Int]
  /// Number in the hierarchy of the first selected signal; the others are numbered on from it, as changes are.
  public let firstSignal: Int
  /// Position of the variable that shows each clock; nil for a hidden one.
  public let clockVariables: [Int?]

  /// Lays out `selection` under the scope `top`.
  ///
  /// Throws for signals wider than 64 bits, for clocks faster than 2 fs, and for two signals of one name.
  public init(
    catalog: SignalCatalog, selection: [SignalHandle], clocks: [WaveClock], top: String = "top"
  ) throws(WaveError) {
    self.catalog = catalog
    self.selection = selection
    self.clocks = clocks
    self.top = WaveName.sanitised(top)
    var builder = LayoutBuilder(top: self.top)
    clockVariables = try clocks.map { clock throws(WaveError) in try builder.add(clock) }
    firstSignal = builder.hierarchy.signals.count
    variables = try selection.map { handle throws(WaveError) in try builder.add(handle, of: catalog) }
    builder.addAliases(of: catalog, selection: selection, variables: variables)
    hierarchy = builder.hierarchy
  }

  /// Position in the selection of a signal; nil if it is not traced.
  public func position(of handle: SignalHandle) -> Int? {
    selection.firstIndex(of: handle)
  }

  /// GTKWave's name for a selected signal.
  public func facilityName(ofSelected position: Int) -> String {
    hierarchy.facilityName(ofVariable: variables[position])
  }

  /// What the values of a selected signal mean.
  public func format(ofSelected position: Int) -> SignalFormat {
    catalog.declaration(of: selection[position]).format
  }
}

/// Names that every viewer accepts: ASCII letters, digits and `_`, not starting with a digit.
public enum WaveName {
  /// The name with every other character replaced by `_`.
  public static func sanitised(_ name: String) -> String {
    var bytes = name.utf8.map { byte -> UInt8 in isPlain(byte) ? byte : UInt8(ascii: "_") }
    if bytes.isEmpty || isDigit(bytes[0]) { bytes.insert(UInt8(ascii: "_"), at: 0) }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    isDigit(byte) || byte == UInt8(ascii: "_") || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z"))
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }
}

/// Collects scopes and variables; dictionaries are only looked up, never walked, so that the order is that of declaration.
private struct LayoutBuilder {
  var hierarchy = WaveHierarchy()
  private let top: String
  private var scopes: [String: Int] = [:]
  private var enumerations: [EnumTable: Int] = [:]
  private var names: Set<String> = []

  init(top: String) {
    self.top = top
    hierarchy.scopes.append(WaveHierarchy.Scope(name: top, kind: .module, parent: nil))
    scopes[""] = 0
  }

  mutating func add(_ clock: WaveClock) throws(WaveError) -> Int? {
    let (whole, _) = clock.periodNumerator.quotientAndRemainder(dividingBy: clock.periodDenominator)
    guard whole >= 2 else {
      throw WaveError(
        file: clock.name, kind: .usage,
        "a clock period of \(clock.periodNumerator)/\(clock.periodDenominator) fs is too short; 2 fs is the least")
    }
    switch clock.display {
    case .hidden: return nil
    case .edges: return try declare(WaveName.sanitised(clock.name), scope: "", type: .wire, shape: .bits(1))
    case .counter:
      return try declare(WaveName.sanitised(clock.name) + "_cycle", scope: "", type: .wire, shape: .bits(64))
    }
  }

  mutating func add(_ handle: SignalHandle, of catalog: SignalCatalog) throws(WaveError) -> Int {
    let declaration = catalog.declaration(of: handle)
    let isRegister = declaration.kind == .register
    var type: VariableType = isRegister ? .reg : .wire
    var shape = SignalShape.bits(declaration.format.bitCount)
    var enumeration: Int?
    switch declaration.format {
    case .event: (type, shape) = (.event, .event)
    case .real: (type, shape) = (.real, .real)
    case .text: (type, shape) = (.string, .text)
    case .bfloat16: shape = .bits(32)
    case .enumeration(let table): enumeration = position(of: table)
    case .bit, .unsigned, .signed, .fixedPoint, .mask, .float32: break
    }
    if case .bits(let bits) = shape, !(1...64).contains(bits) {
      throw WaveError(
        file: catalog.name(of: handle), kind: .usage,
        "a traced register has 1 to 64 bits; this one has \(bits): split it into columns")
    }
    return try declare(
      WaveName.sanitised(declaration.name), scope: catalog.scope(of: handle), type: type, shape: shape,
      enumeration: enumeration)
  }

  mutating func addAliases(of catalog: SignalCatalog, selection: [SignalHandle], variables: [Int]) {
    if catalog.aliases.isEmpty { return }
    var variableOf: [SignalHandle: Int] = [:]
    for (position, handle) in selection.enumerated() { variableOf[handle] = variables[position] }
    for alias in catalog.aliases {
      guard let target = variableOf[alias.target] else { continue }
      let parts = alias.name.split(separator: ".").map(String.init)
      guard let last = parts.last, names.insert(alias.name).inserted else { continue }
      var variable = hierarchy.variables[target]
      variable.name = WaveName.sanitised(last)
      variable.scope = scope(parts.dropLast().joined(separator: "."))
      hierarchy.variables.append(variable)
    }
  }

  private mutating func declare(
    _ name: String, scope path: String, type: VariableType, shape: SignalShape, enumeration: Int? = nil
  ) throws(WaveError) -> Int {
    let fullName = path.isEmpty ? name : "\(path).\(name)"
    guard names.insert(fullName).inserted else {
      throw WaveError(file: fullName, kind: .usage, "two traced signals have this name")
    }
    var range: WaveHierarchy.BitRange?
    if case .bits(let bits) = shape, bits > 1 { range = WaveHierarchy.BitRange(bits - 1, 0) }
    hierarchy.signals.append(shape)
    hierarchy.variables.append(
      WaveHierarchy.Variable(
        name: name, scope: scope(path), type: type, range: range, signal: hierarchy.signals.count - 1,
        enumeration: enumeration))
    return hierarchy.variables.count - 1
  }

  private mutating func scope(_ path: String) -> Int {
    if let known = scopes[path] { return known }
    let parts = path.split(separator: ".")
    let parent = scope(parts.dropLast().joined(separator: "."))
    let name = WaveName.sanitised(String(parts.last ?? ""))
    hierarchy.scopes.append(WaveHierarchy.Scope(name: name, kind: .module, parent: parent))
    scopes[path] = hierarchy.scopes.count - 1
    return hierarchy.scopes.count - 1
  }

  private mutating func position(of table: EnumTable) -> Int {
    if let known = enumerations[table] { return known }
    hierarchy.enumerations.append(WaveEnumeration(table))
    enumerations[table] = hierarchy.enumerations.count - 1
    return hierarchy.enumerations.count - 1
  }
}
