public import Signals
public import WaveFormats

/// Finds signals by the names that people type: canonical (`array.pe_r01_c13.psum`), with brackets (`array.pe[1][13].psum`),
/// or as patterns.
public struct SignalNames: Sendable {
  private let catalog: SignalCatalog

  /// The names of a machine's signals.
  public init(_ catalog: SignalCatalog) {
    self.catalog = catalog
  }

  /// The signals that match one of the patterns; throws for a pattern that matches none.
  public func handles(matching patterns: [String]) throws(WaveError) -> [SignalHandle] {
    let all = catalog.handles
    let names = all.map(catalog.name(of:))
    var isChosen = Array(repeating: false, count: all.count)
    for pattern in patterns {
      let hasBrackets = pattern.contains("[")
      let glob = Glob(hasBrackets ? Self.unbracketed(pattern) : pattern)
      var matches = 0
      for index in all.indices where glob.matches(hasBrackets ? Self.unpadded(names[index]) : names[index]) {
        isChosen[index] = true
        matches += 1
      }
      guard matches > 0 else { throw unknown(pattern, option: "signal pattern") }
    }
    return all.indices.filter { isChosen[$0] }.map { all[$0] }
  }

  /// The signal of exactly this name; where there is none, the error names those that can hold the label `value`.
  public func handle(named name: String, holding value: String? = nil) throws(WaveError) -> SignalHandle {
    let hasBrackets = name.contains("[")
    let wanted = hasBrackets ? Self.unbracketed(name) : name
    for handle in catalog.handles {
      let canonical = catalog.name(of: handle)
      if (hasBrackets ? Self.unpadded(canonical) : canonical) == wanted { return handle }
    }
    if let alias = catalog.aliases.first(where: { $0.name == name }) { return alias.target }
    throw unknown(name, option: "signal", value: value)
  }

  /// The fewest scopes above one of the signals.
  func leastDepth(of handles: [SignalHandle]) -> Int {
    handles.map { catalog.scope(of: $0).split(separator: ".").count }.min() ?? 0
  }

  /// Says what there is where the name went astray: signals that can hold the value, the block's signals, or the blocks.
  private func unknown(_ name: String, option: String, value: String? = nil) -> WaveError {
    let block = catalog.blocks.first { !$0.scope.isEmpty && (name + ".").hasPrefix($0.scope + ".") }
    let holders = value.map(columns(holding:)) ?? []
    let known: String
    if let value, !holders.isEmpty {
      known = "'\(value)' is a value of " + Self.list(holders)
    } else if let block {
      known = "\(block.scope) has " + Self.list(block.columns.filter { $0.extent.count > 0 }.map(\.name))
    } else {
      known = "the blocks are " + Self.list(catalog.blocks.map(\.scope))
    }
    return WaveError(
      file: "\(option) '\(name)'", kind: .usage,
      "none of the machine's \(catalog.count) signals has this name; \(known)")
  }

  /// The single signals whose enumeration has this label.
  private func columns(holding label: String) -> [String] {
    catalog.blocks.flatMap { block in
      block.columns.filter { column in
        if case .enumeration(let table) = column.format, column.extent.count == 1 {
          table.labels.contains(label)
        } else {
          false
        }
      }.map { "\(block.scope).\($0.name)" }
    }
  }

  private static func list(_ names: [String]) -> String {
    var seen: Set<String> = []
    let unique = names.filter { seen.insert($0).inserted }
    return unique.prefix(24).joined(separator: ", ") + (unique.count > 24 ? ", ... (\(unique.count))" : "")
  }

  /// `pe[1][13]` as `pe_r1_c13`, `bank[3]` as `bank_3`.
  static func unbracketed(_ name: String) -> String {
    name.split(separator: ".", omittingEmptySubsequences: false).map { part in
      let pieces = part.split(separator: "[", omittingEmptySubsequences: false)
      let numbers = pieces.dropFirst().map { String($0.prefix { $0 != "]" }) }
      switch numbers.count {
      case 0: return String(part)
      case 2: return "\(pieces[0])_r\(numbers[0])_c\(numbers[1])"
      default: return "\(pieces[0])" + numbers.map { "_\($0)" }.joined()
      }
    }.joined(separator: ".")
  }

  /// The name without the zeros that pad its numbers.
  static func unpadded(_ name: String) -> String {
    name.split(separator: "_", omittingEmptySubsequences: false).map { piece -> Substring in
      let number = piece.first == "r" || piece.first == "c" ? piece.dropFirst() : piece
      let digits = number.prefix { $0.isASCII && $0.isNumber }
      guard !digits.isEmpty, digits.count == number.count || number.dropFirst(digits.count).first == "." else {
        return piece
      }
      let zeros = digits.dropLast().prefix { $0 == "0" }.count
      return (piece.count == number.count ? "" : piece.prefix(1)) + number.dropFirst(zeros)
    }.joined(separator: "_")
  }
}
