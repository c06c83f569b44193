/// A table of results, printed as aligned text for people and as CSV for programs.
public struct ReportTable: Sendable, Equatable {
  /// One column.
  public struct Column: Sendable, Equatable {
    /// The name, in CSV's spelling: `array_cycles`.
    public var name: String
    /// The unit, or empty. CSV's header appends it: `dram_read_bytes` has it in the name already.
    public var unit: String
    /// Digits after the point of fractional numbers in the text table; CSV has all that are needed to read back.
    public var digits: Int

    /// A column.
    public init(_ name: String, unit: String = "", digits: Int = 3) {
      self.name = name
      self.unit = unit
      self.digits = digits
    }

    /// The name with its unit behind it, unless the name ends in it: `dram_bytes`, `latency_ms`, `share_percent`.
    public var header: String {
      let unit = unit == "%" ? "percent" : unit
      return unit.isEmpty || name.hasSuffix("_" + unit) ? name : name + "_" + unit
    }
  }

  /// One value.
  public enum Cell: Sendable, Equatable {
    case text(String)
    case integer(Int)
    case number(Double)
    /// Nothing to say here.
    case empty
  }

  /// The columns, from left to right.
  public let columns: [Column]
  /// The rows; each has a cell for every column.
  public private(set) var rows: [[Cell]] = []
  /// Whether a last row of sums is set apart by a rule in the text.
  public var hasTotal = false

  /// A table without rows.
  public init(_ columns: [Column]) {
    self.columns = columns
  }

  /// Adds a row; it has a cell for every column.
  public mutating func append(_ row: [Cell]) {
    precondition(row.count == columns.count, "a row has \(columns.count) cells, not \(row.count)")
    rows.append(row)
  }

  /// Columns two spaces apart, numbers to the right with thousands apart, text to the left, units in a second line.
  public var text: String {
    let body = rows.map { row in zip(row, columns).map { $0.text(digits: $1.digits) } }
    let hasUnits = columns.contains { !$0.unit.isEmpty }
    let heads = [columns.map(\.name)] + (hasUnits ? [columns.map(\.unit)] : [])
    let widths = columns.indices.map { column in (heads + body).map { $0[column].count }.max() ?? 0 }
    let isRight = columns.indices.map { column in rows.contains { $0[column].isNumber } }
    let rule = widths.map { String(repeating: "-", count: $0) }.joined(separator: "  ") + "\n"
    var text = heads.map { Self.line($0, widths, isRight) }.joined() + rule
    for (index, row) in body.enumerated() {
      if hasTotal, index > 0, index == body.count - 1 { text += rule }
      text += Self.line(row, widths, isRight)
    }
    return text
  }

  private static func line(_ cells: [String], _ widths: [Int], _ isRight: [Bool]) -> String {
    var line = ""
    for (index, cell) in cells.enumerated() {
      let blanks = String(repeating: " ", count: widths[index] - cell.count)
      line += (index > 0 ? "  " : "") + (isRight[index] ? blanks + cell : cell + blanks)
    }
    while line.last == " " { line.removeLast() }
    return line + "\n"
  }

  /// RFC 4180 with line feeds: a header with units, integers plain, other numbers as short as they read back.
  public var csv: String {
    var text = columns.map { Self.quoted($0.header) }.joined(separator: ",") + "\n"
    for row in rows { text += row.map { Self.quoted($0.csv) }.joined(separator: ",") + "\n" }
    return text
  }

  private static func quoted(_ cell: String) -> String {
    guard cell.unicodeScalars.contains(where: { ",\"\n\r".unicodeScalars.contains($0) }) else { return cell }
    return "\"" + cell.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}

extension ReportTable.Cell: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral {
  /// A text.
  public init(stringLiteral value: String) { self = .text(value) }
  /// A whole number.
  public init(integerLiteral value: Int) { self = .integer(value) }
  /// A number.
  public init(floatLiteral value: Double) { self = .number(value) }

  var isNumber: Bool {
    switch self {
    case .integer, .number: true
    case .text, .empty: false
    }
  }

  func text(digits: Int) -> String {
    switch self {
    case .text(let text): text
    case .integer(let value): DecimalText.grouped(value)
    case .number(let value): DecimalText.fixed(value, digits: digits)
    case .empty: "-"
    }
  }

  var csv: String {
    switch self {
    case .text(let text): text
    case .integer(let value): String(value)
    case .number(let value): value.description
    case .empty: ""
    }
  }
}
