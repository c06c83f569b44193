/// Reads the declarations of a VCD file. Source: IEEE 1364-2005 clause 18.2, and what other tools make of it.
struct VCDHeaderReader {
  private(set) var hierarchy = WaveHierarchy()
  private(set) var timescale = Timescale.nanosecond
  private(set) var notes: [String] = []
  private(set) var warnings: [WaveWarning] = []
  private(set) var codes = VCDCodes()
  /// Ticks of `timescale` in one of the file's: 244 for a file in steps of 244 ns.
  private(set) var ticksPerStep: UInt64 = 1

  private var scopes = ScopeStack()
  private var tables: [String: Int] = [:]
  private var pendingTable: Int?
  private var line = 1

  /// The widest vector that is read.
  static let widestVector = 1 << 20

  /// Reads up to `$enddefinitions`, or up to the first time of a file that lacks it.
  mutating func read(_ scanner: inout VCDScanner) throws(WaveError) {
    while let token = try scanner.token() {
      let word = scanner.text(token)
      line = scanner.line(at: token.lowerBound)
      switch word {
      case "$enddefinitions":
        _ = try section(word, &scanner)
        return
      case "$scope": try openScope(try section(word, &scanner), scanner)
      case "$upscope":
        _ = try section(word, &scanner)
        if !scopes.close() { warn("$upscope without a scope") }
      case "$var": try declare(try section(word, &scanner), scanner)
      case "$timescale": readTimescale(try section(word, &scanner).joined())
      case "$timezero":
        let ticks = try section(word, &scanner).joined()
        notes.append("time zero is \(ticks): GTKWave adds so many ticks to the times it shows")
        warn("section $timezero is not known to Surfer, which rejects the file")
      case "$attrbegin": readAttribute(try section(word, &scanner))
      case "$comment", "$version", "$date": notes.append(try section(word, &scanner).joined(separator: " "))
      case "$attrend": _ = try section(word, &scanner)
      case _ where word.hasPrefix("#") && !hierarchy.variables.isEmpty || word == "$dumpvars":
        warn("$enddefinitions is missing")
        scanner.cursor = token.lowerBound
        return
      case _ where word.hasPrefix("$"):
        warn("section \(word) is not known")
        _ = try section(word, &scanner)
      default:
        throw failure(scanner, "'\(word.prefix(40))' stands where a section such as $var is expected")
      }
    }
    throw failure(scanner, "the header is not ended by $enddefinitions: this is no VCD file, or it is cut short")
  }

  /// Sections that hold no other one: where one of these begins within them, their `$end` is missing.
  private static let structural: Set<String> = ["$scope", "$upscope", "$var", "$enddefinitions", "$timescale"]

  private mutating func section(_ keyword: String, _ scanner: inout VCDScanner) throws(WaveError) -> [String] {
    let endings = Self.structural.contains(keyword) ? Self.structural : []
    let section = try scanner.section(keyword, endingAlsoBefore: endings)
    if !section.isEnded { warn("\(keyword) is not ended by $end") }
    return section.words
  }

  private mutating func readTimescale(_ text: String) {
    guard let (count, timescale) = Timescale.multiple(text) else {
      return warn("timescale '\(text)' is not a number of s, ms, us, ns, ps or fs; 1ns is taken")
    }
    self.timescale = timescale
    ticksPerStep = count
    if count > 1 { warn("a tick of \(text) is read as \(count) of \(timescale); GTKWave takes 1, 10 and 100 only") }
  }

  private mutating func openScope(_ words: [String], _ scanner: VCDScanner) throws(WaveError) {
    let kind = ScopeKind(keyword: words.first ?? "")
    if kind == nil { warn("scope type \(words.first ?? "") is not known; Surfer rejects the file") }
    let name = words.dropFirst().joined(separator: " ")
    if name.isEmpty { warn("a scope has no name; GTKWave calls it $end") }
    scopes.open(name, kind ?? .module, in: &hierarchy)
    if scopes.depth > ScopeStack.deepest {
      throw failure(scanner, "scopes are nested more than \(ScopeStack.deepest) deep")
    }
  }

  private mutating func declare(_ words: [String], _ scanner: VCDScanner) throws(WaveError) {
    guard words.count >= 4, let (width, portRange) = Self.size(words[1]) else {
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
    let (name, range) = Self.split(words[3...], bits: width)
    let signal = codes.signal(for: Array(words[2].utf8), orElse: hierarchy.signals.count)
    if signal == hierarchy.signals.count {
      hierarchy.signals.append(shape)
    } else if hierarchy.signals[signal].bitCount != shape.bitCount {
      warn(
        "\(name) has \(width) bits but shares code \(words[2]) with a variable of \(hierarchy.signals[signal].bitCount)"
      )
    }
    hierarchy.variables.append(
      WaveHierarchy.Variable(
        name: name, scope: scopes.current, type: type ?? .wire, range: range ?? portRange, signal: signal,
        enumeration: pendingTable))
    pendingTable = nil
  }

  /// A width, or the range `[7:0]` that stands in its place for a port of an extended VCD file.
  private static func size(_ text: String) -> (width: Int, range: WaveHierarchy.BitRange?)? {
    if let range = range(text[...]) { return range.width.map { ($0, range) } }
    guard let width = Int(text), width >= 0 else { return nil }
    return (width, nil)
  }

  private func shape(_ type: VariableType, _ width: Int) -> SignalShape {
    switch type {
    case .event: .event
    case .string: .text
    case _ where type.isReal: .real
    default: .bits(max(width, 1))
    }
  }

  /// Name and range of a reference: `act [7:0]`, `act[7:0]`, `act [ 7 : 0 ]`, `mem[5] [7:0]`, `bus [3]`, `\a b [3:0]`.
  ///
  /// An index that cannot be the range of so many bits is that of an array's element, and part of the name.
  static func split(_ words: ArraySlice<String>, bits: Int) -> (name: String, range: WaveHierarchy.BitRange?) {
    guard let first = words.first else { return ("", nil) }
    if let open = words.dropFirst().lastIndex(where: { $0.hasPrefix("[") }),
      let range = range(words[open...].joined()[...]), range.first != range.last || bits <= 1
    {
      return (joined(words[..<open]), range)
    }
    if words.count == 1, first.hasSuffix("]"), let open = first.lastIndex(of: "["), first[open...].contains(":"),
      let range = range(first[open...]), open > first.startIndex
    {
      return (String(first[..<open]), range)
    }
    return (joined(words), nil)
  }

  /// The words of one name, which blanks parted; none belongs before an index.
  private static func joined(_ words: ArraySlice<String>) -> String {
    words.reduce("") { $0.isEmpty || $1.hasPrefix("[") ? $0 + $1 : $0 + " " + $1 }
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
      return warnOfAttribute(words)
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

  /// Attributes other than enumeration tables say nothing about values; Surfer knows some of them.
  private mutating func warnOfAttribute(_ words: [String]) {
    if words.first != "misc" || !(2...7).contains(words.dropFirst().first.flatMap { Int($0) } ?? 0) || words[1] == "06"
    {
      warn("an attribute '\(words.prefix(2).joined(separator: " "))' is not known to Surfer, which rejects the file")
    }
  }

  private mutating func warn(_ message: String) {
    if warnings.count < WaveWarning.limit { warnings.append(WaveWarning(place: .line(line), message: message)) }
  }

  private func failure(_ scanner: VCDScanner, _ message: String) -> WaveError {
    WaveError(file: scanner.path, place: .line(line), kind: .format, message)
  }
}
