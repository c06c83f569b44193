/// Help texts: all of them follow from the table.
extension CommandTable {
  /// Widest line of a help text.
  private static let width = 110

  /// The program's help: its commands.
  public var help: String {
    let codes = ExitCode.allCases.map { "\($0.rawValue) \($0.meaning)" }.joined(separator: ", ")
    return "\(summary)\n\n"
      + section("Commands", commands.map { ("\(program) \($0.name)", $0.summary) })
      + "\n\(program) COMMAND --help says more about a command.\n\nExit codes: \(codes).\n"
  }

  /// One command's help: how it is written, what it takes, examples.
  public func help(for command: Command) -> String {
    var text = "\(program) \(command.name)" + command.operands.map { " " + $0.usage }.joined() + " [options]\n\n"
    text += Self.wrapped(command.summary, indent: 0, first: 0)
    if !command.operands.isEmpty {
      text += "\n" + section("Operands", command.operands.map { ($0.name, $0.meaning) })
    }
    let options = command.options.map { option in
      (
        (["--" + option.name] + option.placeholders).joined(separator: " "),
        option.meaning + (option.isRepeatable && option.name != "set" ? " May be repeated." : "")
      )
    }
    text += "\n" + section("Options", options + [("--help", "Prints this.")])
    if !command.examples.isEmpty {
      text += "\nExamples\n" + command.examples.map { "  \(program) \($0)\n" }.joined()
    }
    return text
  }

  private func section(_ title: String, _ rows: [(String, String)]) -> String {
    // A name that is far longer than the others stands on a line of its own.
    let width = min(rows.map(\.0.count).max() ?? 0, 34)
    var text = title + "\n"
    for (name, meaning) in rows {
      let isLong = name.count > width
      let head = "  " + name + (isLong ? "\n" : String(repeating: " ", count: width - name.count + 2))
      text += head + Self.wrapped(meaning, indent: width + 4, first: isLong ? 0 : width + 4)
    }
    return text
  }

  /// A sentence broken into lines; its first line begins at column `first`, or is indented too if that is 0.
  static func wrapped(_ text: String, indent: Int, first: Int) -> String {
    let blanks = String(repeating: " ", count: indent)
    var line = first == 0 ? blanks : ""
    var column = indent
    var result = ""
    for word in text.split(separator: " ") {
      if column > indent, column + word.count + 1 > width {
        result += line + "\n"
        line = blanks
        column = indent
      }
      line += (column > indent ? " " : "") + word
      column += word.count + (column > indent ? 1 : 0)
    }
    return result + line + "\n"
  }
}

extension Command.Operand {
  fileprivate var usage: String {
    let name = self.name + (isRepeatable ? "..." : "")
    return isOptional ? "[\(name)]" : name
  }
}
