public import Signals

/// The signals of a machine as a table for people: pattern, width, kind, how many, meaning. One line a column.
public struct SignalList: Sendable, CustomStringConvertible {
  private let catalog: SignalCatalog
  private let chosen: Set<SignalHandle>?

  /// The list of all signals of a machine, or of those in `selection`.
  public init(_ catalog: SignalCatalog, selection: [SignalHandle]? = nil) {
    self.catalog = catalog
    chosen = selection.map(Set.init)
  }

  /// The table, and a line with the number of signals.
  public var description: String {
    var lines: [[String]] = [["signal", "bits", "format", "kind", "count", "meaning"]]
    var total = 0
    for (block, declaration) in catalog.blocks.enumerated() {
      for (column, signal) in declaration.columns.enumerated() {
        let count = count(block, column, signal)
        guard count > 0 else { continue }
        total += count
        lines.append([
          pattern(declaration.scope, signal), "\(signal.format.bitCount)", Self.name(signal.format),
          Self.name(signal.kind), "\(count)", signal.meaning,
        ])
      }
    }
    lines += secondNames
    let widths = (0..<5).map { column in lines.map { $0[column].count }.max() ?? 0 }
    let text = lines.map { line in
      (0..<5).map { column in Self.padded(line[column], widths[column], isNumber: column == 1 || column == 4) }
        .joined(separator: "  ") + "  " + line[5]
    }
    return (text + ["\(total) signals"]).joined(separator: "\n")
  }

  private static func name(_ kind: SignalKind) -> String {
    switch kind {
    case .register: "register"
    case .wire: "wire"
    case .annotation, .columnAnnotation: "annotation"
    }
  }

  private func count(_ block: Int, _ column: Int, _ signal: SignalDeclaration) -> Int {
    guard let chosen else { return signal.extent.count }
    return (0..<signal.extent.count).count { chosen.contains(SignalHandle(block: block, column: column, element: $0)) }
  }

  /// A line for the second names of a column, at each other end of its links.
  private var secondNames: [[String]] {
    var counts: [(name: String, target: String, count: Int)] = []
    for alias in catalog.aliases where chosen?.contains(alias.target) ?? true {
      let parts = alias.name.split(separator: ".").map(String.init)
      let name = (parts.dropLast().map(Self.starred) + parts.suffix(1)).joined(separator: ".")
      let target = pattern(catalog.blocks[alias.target.block].scope, catalog.declaration(of: alias.target))
      if counts.last?.name == name, counts.last?.target == target {
        counts[counts.count - 1].count += 1
      } else {
        counts.append((name, target, 1))
      }
    }
    return counts.map { [$0.name, "", "alias", "", "\($0.count)", "The other end of \($0.target)."] }
  }

  /// The name with a star for each number: what `--trace-scope` takes.
  private func pattern(_ scope: String, _ signal: SignalDeclaration) -> String {
    let element = signal.extent.scope(of: 0).map(Self.starred)
    return [scope, element ?? "", signal.name].filter { !$0.isEmpty }.joined(separator: ".")
  }

  private static func starred(_ name: String) -> String {
    name.split(separator: "_").map { piece in
      let digits = piece.reversed().prefix { $0.isASCIIDigit }.count
      return digits == 0 ? String(piece) : piece.dropLast(digits) + "*"
    }.joined(separator: "_")
  }

  private static func name(_ format: SignalFormat) -> String {
    switch format {
    case .bit: "bit"
    case .event: "event"
    case .unsigned: "unsigned"
    case .signed: "signed"
    case .fixedPoint(let bits, let fraction): "Q\(bits - fraction).\(fraction)"
    case .mask: "mask"
    case .bfloat16: "bfloat16"
    case .float32: "float32"
    case .real: "real"
    case .enumeration(let table): table.name
    case .text: "text"
    }
  }

  private static func padded(_ text: String, _ width: Int, isNumber: Bool) -> String {
    let blanks = String(repeating: " ", count: max(0, width - text.count))
    return isNumber ? blanks + text : text + blanks
  }
}
