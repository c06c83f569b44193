/// Draws rows of a waveform with characters: names on the left, one cell a sample.
struct TextRows {
  /// Characters of the names' column.
  let nameWidth: Int
  /// Characters of a sample.
  let cellWidth: Int
  /// Whether unknown values are coloured, for terminals.
  var isColoured = false

  /// Numbers or times above the samples, as many as there is room for; `longest` is the length to leave room for.
  func ruler(_ title: String, _ labels: [String], longest: Int) -> String {
    let spacing = max(1, (longest + cellWidth) / cellWidth)
    return title.padded(nameWidth) + " "
      + stride(from: 0, to: labels.count, by: spacing).map { labels[$0].padded(cellWidth * spacing) }.joined()
  }

  /// The lines of one signal.
  func lines(_ name: String, _ shape: SignalShape, isEnumeration: Bool, _ values: [WaveValue], _ texts: [String])
    -> [String]
  {
    switch shape {
    case .bits(1) where !isEnumeration: bitLines(name, values)
    case .event:
      [name.padded(nameWidth) + " " + values.map { ($0 == .event(true) ? "↑" : "").padded(cellWidth) }.joined()]
    case .bits, .real, .text: vectorLines(name, values, texts)
    }
  }

  private func bitLines(_ name: String, _ values: [WaveValue]) -> [String] {
    var upper = ""
    var lower = ""
    var before: UInt64?
    for value in values {
      let digit = value.digits?.first ?? BitState.x
      let (bit, unknown) = BitState.nearest(digit)
      let level: UInt64? = unknown == 0 ? bit : nil
      let mark = String(UnicodeScalar(digit))
      switch (before, level) {
      case (_, nil): (upper, lower) = (upper + coloured(mark), lower + coloured(mark))
      case (0, 1): (upper, lower) = (upper + "┌", lower + "┘")
      case (1, 0): (upper, lower) = (upper + "┐", lower + "└")
      case (_, 1): (upper, lower) = (upper + "─", lower + " ")
      default: (upper, lower) = (upper + " ", lower + "─")
      }
      let fill = max(0, cellWidth - 1)
      let unknownFill = coloured(String(repeating: mark, count: fill))
      upper += level.map { String(repeating: $0 == 1 ? "─" : " ", count: fill) } ?? unknownFill
      lower += level.map { String(repeating: $0 == 1 ? " " : "─", count: fill) } ?? unknownFill
      before = level
    }
    return ["".padded(nameWidth) + " " + upper, name.padded(nameWidth) + " " + lower]
  }

  private func vectorLines(_ name: String, _ values: [WaveValue], _ texts: [String]) -> [String] {
    var lines = ["", "", ""]
    var column = 0
    while column < texts.count {
      var end = column + 1
      while end < texts.count, texts[end] == texts[column] { end += 1 }
      let room = (end - column) * cellWidth - 1
      let edge = column == 0 ? ["─", " ", "─"] : ["┬", "│", "┴"]
      let text = texts[column].count <= room ? texts[column] : String(texts[column].prefix(max(0, room - 1))) + "…"
      lines[0] += edge[0] + String(repeating: "─", count: room)
      lines[1] += edge[1] + (values[column].hasUnknown ? coloured(text.padded(room)) : text.padded(room))
      lines[2] += edge[2] + String(repeating: "─", count: room)
      column = end
    }
    return [
      "".padded(nameWidth) + " " + lines[0], name.padded(nameWidth) + " " + lines[1],
      "".padded(nameWidth) + " " + lines[2],
    ]
  }

  /// Red on terminals.
  private func coloured(_ text: String) -> String { isColoured ? "\u{1b}[31m\(text)\u{1b}[0m" : text }
}

extension String {
  /// Filled with blanks to `width` characters, or cut to them.
  func padded(_ width: Int) -> String {
    count >= width ? String(prefix(width)) : self + String(repeating: " ", count: width - count)
  }

  /// Without blanks at the end.
  func trimmedAtEnd() -> String {
    var text = self[...]
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
