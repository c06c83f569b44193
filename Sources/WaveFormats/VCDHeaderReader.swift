/// Reads the declarations of a VCD file. Source: IEEE 1364-2005 clause 18.2, and what other tools make of it.
struct VCDHeaderReader {
  private(set) var hierarchy = WaveHierarchy()
  private(set) var timescale = Timescale.nanosecond
  private(set) var notes: [String] = []
  private(set) var warnings: [WaveWarning] = []
  private(set) var codes = VCDCodes()

  private var scopeStack: [Int] = []
  private var tables: [String: Int] = [:]
  private var pendingTable: Int?
  private var line = 0

  /// The widest vector that is read.
  static let widestVector = 1 << 20

  /// Reads up to `$enddefinitions`.
  mutating func read(_ scanner: inout VCDScanner) throws(WaveError) {
    while let word = try scanner.word() {
      line = scanner.line(at: scanner.cursor)
      switch word {
      case "$enddefinitions":
        _ = try scanner.section(word)
        return
      case "$scope": try openScope(try scanner.section(word), scanner)
      case "$upscope":
        _ = try scanner.section(word)
        if scopeStack.popLast() == nil { warn("$upscope without a scope") }
      case "$var": try declare(try scanner.section(word), scanner)
      case "$timescale":
        let text = try scanner.section(word).joined()
        guard let timescale = Timescale(text) else {
          throw failure(scanner, "timescale '\(text)' is not 1, 10 or 100 of s, ms, us, ns, ps or fs")
        }
        self.timescale = timescale
      case "$attrbegin": readAttribute(try scanner.section(word))
      case "$comment", "$version", "$date": notes.append(try scanner.section(word).joined(separator: " "))
      case "$attrend": _ = try scanner.section(word)
      case _ where word.hasPrefix("$"):
        warn("section \(word) is not known")
        _ = try scanner.section(word)
      default:
        throw failure(scanner, "'\(word.prefix(40))' stands where a section such as $var is expected")
      }
    }
    throw failure(scanner, "the header is not ended by $enddefinitions: this is no VCD file, or it is cut short")
  }

  private mutating func openScope(_ words: [String], _ scanner: VCDScanner) throws(WaveError) {
    guard let last = words.last else { throw failure(scanner, "a scope has a kind and a name") }
    let kind = words.count > 1 ? ScopeKind(keyword: words[0]) : .module
    let parent = scopeStack.last
    // The same scope may be opened again; it is the same place in the tree.
    let known = hierarchy.scopes.suffix(256).lastIndex { $0.parent == parent && $0.name == last }
    if let known {
      scopeStack.append(known)
    } else {
      hierarchy.scopes.append(WaveHierarchy.Scope(name: last, kind: kind, parent: parent))
      scopeStack.append(hierarchy.scopes.count - 1)
    }
    if scopeStack.count > 10_000 { throw failure(scanner, "scopes are nested more than 10000 deep") }
  }

  private mutating func declare(_ words: [String], _ scanner: VCDScanner) throws(WaveError) {
    guard words.count >= 4, let width = Int(words[1]), width >= 0 else {
      throw failure(
        scanner,
        "a variable is '$var type width code name [range] $end', not '\(words.joined(separator: " ").prefix(80))'")
    }
    guard width <= Self.widestVector else {
      throw failure(scanner, "variable \(words[3]) has \(width) bits; \(Self.widestVector) are the most that is read")
    }
    let type = VariableType(keyword: words[0])
    if type == nil {
      warn("variable type \(words[0]) is not known; GTKWave drops such variables, Surfer rejects the file")
    }
    let shape = shape(type ?? .wire, width)
    let (name, range) = Self.split(words[3...])
    guard let signal = codes.signal(for: Array(words[2].utf8), orElse: hierarchy.signals.count) else {
      throw failure(scanner, "code '\(words[2])' is longer than 8 characters")
    }
    if signal == hierarchy.signals.count {
      hierarchy.signals.append(shape)
    } else if hierarchy.signals[signal].bitCount != shape.bitCount {
      warn(
        "\(name) has \(width) bits but shares code \(words[2]) with a variable of \(hierarchy.signals[signal].bitCount)"
      )
    }
    hierarchy.variables.append(
      WaveHierarchy.Variable(
        name: name, scope: scopeStack.last, type: type ?? .wire, range: range, signal: signal, enumeration: pendingTable
      ))
    pendingTable = nil
  }

  private func shape(_ type: VariableType, _ width: Int) -> SignalShape {
    switch type {
    case .event: .event
    case .string: .text
    case _ where type.isReal: .real
    default: .bits(max(width, 1))
    }
  }

  /// Name and range of a reference: `act [7:0]`, `act[7:0]`, `mem[5] [7:0]`, `bus [3]`.
  static func split(_ words: ArraySlice<String>) -> (name: String, range: WaveHierarchy.BitRange?) {
    guard let first = words.first else { return ("", nil) }
    let rest = words.dropFirst().joined()
    if let range = range(rest[...]) { return (first, range) }
    if rest.isEmpty, first.hasSuffix("]"), let open = first.lastIndex(of: "["), first[open...].contains(":"),
      let range = range(first[open...]), open > first.startIndex
    {
      return (String(first[..<open]), range)
    }
    return (first + rest, nil)
  }

  private static func range(_ text: Substring) -> WaveHierarchy.BitRange? {
    guard text.hasPrefix("["), text.hasSuffix("]"), text.count > 2 else { return nil }
    let bounds = text.dropFirst().dropLast().split(separator: ":", omittingEmptySubsequences: false)
    let numbers = bounds.compactMap { Int($0) }
    guard numbers.count == bounds.count, let first = numbers.first, let last = numbers.last, bounds.count <= 2 else {
      return nil
    }
    return WaveHierarchy.BitRange(first, last)
  }

  /// An enumeration table (labels, then bit patterns, then its number) or a reference to one.
  private mutating func readAttribute(_ words: [String]) {
    guard words.count >= 4, words[0] == "misc", words[1] == "07" || words[1] == "7", let number = words.last else {
      return
    }
    if words[2] == "\"\"" {
      pendingTable = tables[number]
      if pendingTable == nil { warn("enumeration table \(number) is not declared") }
      return
    }
    guard let count = Int(words[3]), count >= 0, words.count / 2 >= count, words.count == 5 + 2 * count else {
      return warn("enumeration table \(words[2]) does not hold as many labels and values as it says")
    }
    tables[number] = hierarchy.enumerations.count
    hierarchy.enumerations.append(
      WaveEnumeration(
        name: words[2], labels: Array(words[4..<4 + count]), values: Array(words[(4 + count)..<(4 + 2 * count)])))
  }

  private mutating func warn(_ message: String) {
    if warnings.count < WaveWarning.limit { warnings.append(WaveWarning(place: .line(line), message: message)) }
  }

  private func failure(_ scanner: VCDScanner, _ message: String) -> WaveError {
    WaveError(file: scanner.path, place: .line(line), kind: .format, message)
  }
}

/// Finds the signal of an identifier code: by table for codes of up to three characters, which writers of dense codes use.
struct VCDCodes {
  /// Signal + 1 by code number; 0 for none.
  private(set) var dense: [UInt32] = []
  private var sparse: [UInt64: UInt32] = [:]

  static let densest = 94 + 94 * 94 + 94 * 94 * 94

  /// The number of a code of up to three characters, in the order in which `VCDIdentifier` counts; nil for any other.
  static func number(_ code: some Collection<UInt8>) -> Int? {
    if code.count > 3 || code.isEmpty { return nil }
    var number = 0
    var weight = 1
    for byte in code {
      guard (33...126).contains(byte) else { return nil }
      number += (Int(byte) - 32) * weight
      weight *= 94
    }
    return number - 1
  }

  private static func packed(_ code: some Collection<UInt8>) -> UInt64? {
    code.count > 8 ? nil : code.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
  }

  /// The signal of a code, declared as `next` if it is new; nil if the code is longer than 8 characters.
  mutating func signal(for code: [UInt8], orElse next: Int) -> Int? {
    if let number = Self.number(code) {
      if number >= dense.count {
        dense.append(
          contentsOf: repeatElement(0, count: min(max(dense.count, number + 1 - dense.count, 256), Self.densest)))
      }
      if dense[number] == 0 { dense[number] = UInt32(next + 1) }
      return Int(dense[number]) - 1
    }
    guard let key = Self.packed(code) else { return nil }
    if let known = sparse[key] { return Int(known) }
    sparse[key] = UInt32(next)
    return next
  }

  /// The signal of a code; nil if it is not declared.
  func signal(for code: ArraySlice<UInt8>) -> Int? {
    if let number = Self.number(code) {
      return number < dense.count && dense[number] > 0 ? Int(dense[number]) - 1 : nil
    }
    return Self.packed(code).flatMap { sparse[$0] }.map(Int.init)
  }
}
