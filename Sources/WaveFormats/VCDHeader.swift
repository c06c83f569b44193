/// The declarations of a VCD file as text.
struct VCDHeader {
  /// Identifier number of each signal, in order of declaration; nil for a signal that the dialect leaves out.
  private(set) var codes: [Int?]
  /// The header's text, up to `$enddefinitions`.
  private(set) var text = ""

  private let hierarchy: WaveHierarchy
  private let options: VCDOptions
  private var declaredTables: Set<Int> = []
  private var nextCode = 0

  init(_ hierarchy: WaveHierarchy, timescale: Timescale, options: VCDOptions) {
    self.hierarchy = hierarchy
    self.options = options
    codes = Array(repeating: nil, count: hierarchy.signals.count)
    text += "$version \(plain(options.version)) $end\n"
    for comment in options.comments { text += "$comment \(plain(comment)) $end\n" }
    text += "$timescale \(timescale) $end\n"
    appendScopes()
    text += "$enddefinitions $end\n"
  }

  /// Text that cannot end a section: ASCII, and no `$end`.
  private func plain(_ text: String) -> String {
    let ascii = text.unicodeScalars.map { $0.isASCII && $0.value >= 0x20 ? Character($0) : " " }
    return String(ascii).split(separator: " ").filter { $0 != "$end" }.joined(separator: " ")
  }

  private mutating func appendScopes() {
    var variables: [[Int]] = Array(repeating: [], count: hierarchy.scopes.count)
    var children: [[Int]] = Array(repeating: [], count: hierarchy.scopes.count)
    for (index, scope) in hierarchy.scopes.enumerated() {
      if let parent = scope.parent { children[parent].append(index) }
    }
    for (index, variable) in hierarchy.variables.enumerated() {
      if let scope = variable.scope { variables[scope].append(index) } else { appendVariable(index) }
    }
    // An explicit stack: a foreign file may nest deeper than the call stack.
    var stack: [(scope: Int, leaves: Bool)] = []
    for (index, scope) in hierarchy.scopes.enumerated().reversed() where scope.parent == nil {
      stack.append((index, false))
    }
    while let (scope, leaves) = stack.popLast() {
      if leaves {
        text += "$upscope $end\n"
        continue
      }
      text += "$scope \(hierarchy.scopes[scope].kind.keyword) \(scopeName(scope)) $end\n"
      for variable in variables[scope] { appendVariable(variable) }
      stack.append((scope, true))
      for child in children[scope].reversed() { stack.append((child, false)) }
    }
  }

  private func scopeName(_ scope: Int) -> String {
    VCDHeader.token(hierarchy.scopes[scope].name)
  }

  /// A name without blanks, control characters and non-ASCII characters, none of which viewers survive.
  static func token(_ name: String) -> String {
    if name == "$end" { return "_end" }
    let bytes = name.utf8.map { byte in byte > 0x20 && byte < 0x7f ? byte : UInt8(ascii: "_") }
    return bytes.isEmpty ? "_" : String(decoding: bytes, as: UTF8.self)
  }

  private mutating func appendVariable(_ index: Int) {
    let variable = hierarchy.variables[index]
    let shape = hierarchy.signals[variable.signal]
    if options.dialect == .standard, shape == .text { return }
    if codes[variable.signal] == nil {
      codes[variable.signal] = nextCode
      nextCode += 1
    }
    guard let code = codes[variable.signal] else { return }
    if options.dialect == .extended, let table = variable.enumeration { appendReference(to: table) }
    let identifier = String(decoding: VCDIdentifier.bytes(of: code), as: UTF8.self)
    let width = shape == .text ? 1 : max(shape.bitCount, 1)
    let range = variable.range.map { $0.first == $0.last ? " [\($0.first)]" : " [\($0.first):\($0.last)]" } ?? ""
    text +=
      "$var \(keyword(of: variable, shape)) \(width) \(identifier) \(VCDHeader.token(variable.name))\(range) $end\n"
  }

  /// The declared type if it is one that both GTKWave and wellen take, else the nearest.
  private func keyword(of variable: WaveHierarchy.Variable, _ shape: SignalShape) -> String {
    switch shape {
    case .real: return "real"
    case .text: return "string"
    case .event: return "event"
    case .bits: break
    }
    let isStandard =
      variable.type.rawValue <= VariableType.wor.rawValue && !variable.type.isReal && variable.type != .event
    let isExtended: Bool =
      switch variable.type {
      case .bit, .logic, .int, .shortint, .longint, .byte, .enumeration: true
      default: false
      }
    return isStandard || (isExtended && options.dialect == .extended) ? variable.type.keyword : "wire"
  }

  private mutating func appendReference(to position: Int) {
    let table = hierarchy.enumerations[position]
    if declaredTables.insert(position).inserted {
      let words =
        [VCDHeader.token(table.name), "\(table.labels.count)"] + table.labels.map(VCDHeader.token) + table.values
      text += "$attrbegin misc 07 \(words.joined(separator: " ")) \(position + 1) $end\n"
    }
    text += "$attrbegin misc 07 \"\" \(position + 1) $end\n"
  }
}

extension WaveHierarchy {
  /// How many names a VCD file cannot have as they are, and the first of them with what it becomes; nil if there is none, or if the
  /// file of this name is no VCD file.
  public func alteredNames(for path: String) -> (count: Int, example: String)? {
    guard WaveFormat(fileName: path) != .fst else { return nil }
    let names = (scopes.map(\.name) + variables.map(\.name)).filter { VCDHeader.token($0) != $0 }
    return names.first.map { (names.count, "'\($0)', now \(VCDHeader.token($0))") }
  }
}
