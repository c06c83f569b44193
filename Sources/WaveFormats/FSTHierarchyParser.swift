/// Reads the entries of an unpacked hierarchy.
struct FSTHierarchyParser {
  private(set) var hierarchy: WaveHierarchy
  private(set) var notes: [String] = []
  private(set) var problem = ""

  private var cursor: ByteCursor
  private var scopes = ScopeStack()
  private var tables: [UInt64: Int] = [:]
  private var pendingTable: Int?
  private var nextHandle = 0
  /// Whether there is no geometry block, so that the variables tell what the signals are.
  private let declaresSignals: Bool

  init(_ entries: [UInt8], _ hierarchy: WaveHierarchy, declaresSignals: Bool) {
    cursor = ByteCursor(entries)
    self.hierarchy = hierarchy
    self.declaresSignals = declaresSignals
  }

  var position: Int { cursor.position }

  /// Reads everything; false at an entry that is not valid.
  mutating func parse() -> Bool {
    while let tag = cursor.byte() {
      let isValid: Bool =
        switch tag {
        case FSTFormat.scopeTag: parseScope()
        case FSTFormat.upscopeTag: scopes.close() || true
        case FSTFormat.attributeTag: parseAttribute()
        case FSTFormat.attributeEndTag: true
        default: parseVariable(tag)
        }
      if !isValid { return false }
    }
    return true
  }

  private mutating func parseScope() -> Bool {
    guard let kind = cursor.byte(), let name = cursor.terminated(), cursor.terminated() != nil else {
      problem = "a scope is cut short"
      return false
    }
    scopes.open(name, ScopeKind(rawValue: kind) ?? .module, in: &hierarchy)
    problem = "scopes are nested more than \(ScopeStack.deepest) deep"
    return scopes.depth <= ScopeStack.deepest
  }

  private mutating func parseVariable(_ tag: UInt8) -> Bool {
    guard cursor.byte() != nil, let name = cursor.terminated(), let length = cursor.varint(),
      let alias = cursor.varint(), length <= UInt64(UInt32.max)
    else {
      problem = "a variable of type \(tag) is cut short"
      return false
    }
    let type = VariableType(rawValue: tag) ?? .wire
    let signal = alias == 0 ? nextHandle : Int(clamping: alias) - 1
    if alias == 0 {
      nextHandle += 1
      if declaresSignals, !declare(type, length) { return false }
    }
    guard signal < hierarchy.signals.count else {
      problem = "variable \(name) refers to signal \(signal) of \(hierarchy.signals.count)"
      return false
    }
    let words = name.split(separator: " ").map(String.init)
    let (plain, range) = VCDHeaderReader.split(words[...], bits: hierarchy.signals[signal].bitCount)
    if type == .event, hierarchy.signals[signal] == .bits(1) { hierarchy.signals[signal] = .event }
    hierarchy.variables.append(
      WaveHierarchy.Variable(
        name: plain, scope: scopes.current, type: type, range: range, signal: signal, enumeration: pendingTable))
    pendingTable = nil
    return true
  }

  /// Adds the signal of a variable that has its own.
  private mutating func declare(_ type: VariableType, _ length: UInt64) -> Bool {
    guard length <= UInt64(VCDHeaderReader.widestVector) else {
      problem = "a signal has \(length) bits; \(VCDHeaderReader.widestVector) are the most that is read"
      return false
    }
    hierarchy.signals.append(type.isReal ? .real : type == .string ? .text : .bits(max(Int(length), 1)))
    return true
  }

  private mutating func parseAttribute() -> Bool {
    guard let type = cursor.byte(), let subtype = cursor.byte(), let text = cursor.terminated(),
      let number = cursor.varint()
    else {
      problem = "an attribute is cut short"
      return false
    }
    guard type == 0 else { return true }
    if subtype == 0, !text.isEmpty { notes.append(text) }
    guard subtype == FSTFormat.enumerationSubtype else { return true }
    if text.isEmpty {
      pendingTable = tables[number]
      return true
    }
    let words = text.split(separator: " ").map { String(decoding: VCDReader.unescaped(Array($0.utf8)), as: UTF8.self) }
    if words.count >= 2, let count = Int(words[1]), count >= 0, count <= words.count, words.count == 2 + 2 * count {
      tables[number] = hierarchy.enumerations.count
      hierarchy.enumerations.append(
        WaveEnumeration(name: words[0], labels: Array(words[2..<2 + count]), values: Array(words[(2 + count)...])))
    }
    return true
  }
}
