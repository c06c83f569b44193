internal import Tensors

/// Rows of comma-separated cells (RFC 4180); blank lines and what follows a cell that starts with # are left out.
///
/// A file whose first row has tabs and no commas is separated by tabs.
struct CommaSeparated {
  /// One cell, without spaces and quotes around it.
  struct Cell: Hashable {
    var text: String
    /// Byte column of its first character, from 1.
    var column: Int
  }

  /// One row and its line, from 1.
  struct Row: Hashable {
    var line: Int
    var cells: [Cell]
    /// Whether a separator follows the last cell.
    var endsInSeparator: Bool

    /// Whether it names a section: one cell and a comma.
    var isHeading: Bool {
      endsInSeparator && cells.dropFirst().allSatisfy { $0.text.isEmpty } && !cells[0].text.isEmpty
    }

    /// Whether it names columns: no cell after the first is a number.
    var isHeader: Bool { cells.count > 1 && cells.dropFirst().allSatisfy { Double($0.text) == nil } }
  }

  static func rows(_ bytes: [UInt8], file: String) throws(InputError) -> [Row] {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw InputError(file: file, place: .file, kind: .malformed, problem: "the text is not UTF-8")
    }
    let start = text.hasPrefix("\u{FEFF}") ? 3 : 0
    let lines = bytes[start...].split(omittingEmptySubsequences: false) { $0 == 0x0A }
    let first = lines.first { !$0.allSatisfy { $0 == 0x20 || $0 == 0x0D } } ?? []
    let hasTabs = first.contains(0x09) && !first.contains(UInt8(ascii: ","))
    let separator = hasTabs ? 0x09 : UInt8(ascii: ",")
    var rows: [Row] = []
    for (index, line) in lines.enumerated() {
      let content = line.last == 0x0D ? line.dropLast() : line
      var cells = try cells(content, separator, line: index + 1, file: file)
      // A separator at the end of a row opens no cell.
      let endsInSeparator = cells.count > 1 && cells.last?.text == ""
      if endsInSeparator { cells.removeLast() }
      if cells.allSatisfy(\.text.isEmpty) { continue }
      rows.append(Row(line: index + 1, cells: cells, endsInSeparator: endsInSeparator))
    }
    return rows
  }

  private static func cells(
    _ line: ArraySlice<UInt8>, _ separator: UInt8, line number: Int, file: String
  ) throws(InputError) -> [Cell] {
    var cells: [Cell] = []
    var position = line.startIndex
    while true {
      while position < line.endIndex, isBlank(line[position], separator) { position += 1 }
      let start = position
      // A comment: as if the line ended before it.
      if position < line.endIndex, line[position] == UInt8(ascii: "#") { position = line.endIndex }
      var text: [UInt8] = []
      if position < line.endIndex, line[position] == UInt8(ascii: "\"") {
        position += 1
        while true {
          guard position < line.endIndex else {
            throw InputError(
              file: file, place: .line(number, column: start - line.startIndex + 1), kind: .malformed,
              problem: "a quoted cell has no closing quote on its line")
          }
          if line[position] == UInt8(ascii: "\"") {
            position += 1
            guard position < line.endIndex, line[position] == UInt8(ascii: "\"") else { break }
          }
          text.append(line[position])
          position += 1
        }
      }
      let plain = position
      while position < line.endIndex, line[position] != separator { position += 1 }
      text += line[plain..<position]
      while let last = text.last, isBlank(last, separator) { text.removeLast() }
      cells.append(Cell(text: String(decoding: text, as: UTF8.self), column: start - line.startIndex + 1))
      guard position < line.endIndex else { return cells }
      position += 1
    }
  }

  private static func isBlank(_ byte: UInt8, _ separator: UInt8) -> Bool {
    byte == 0x20 || (byte == 0x09 && separator != 0x09)
  }
}
