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
    for alias in catalog.aliases where chosen?.contains(alias.target) ?? true {
      lines.append([alias.name, "", "alias", "", "", "The same signal as \(catalog.name(of: alias.target))."])
    }
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

  /// The name with a star for each number: what `--trace-scope` takes.
  private func pattern(_ scope: String, _ signal: SignalDeclaration) -> String {
    let element = signal.extent.scope(of: 0).map { name in
      name.split(separator: "_").map { piece in
        let digits = piece.reversed().prefix { $0.isASCIIDigit }.count
        return digits == 0 ? String(piece) : piece.dropLast(digits) + "*"
      }.joined(separator: "_")
    }
    return [scope, element ?? "", signal.name].filter { !$0.isEmpty }.joined(separator: ".")
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
