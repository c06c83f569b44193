internal import Configuration

/// Reads words as a command's operands and options.
///
/// `--name value`, `--name=value`; `--` ends the options. A value may begin with one dash, as negative numbers do, not with
/// two.
struct ArgumentParser {
  private var words: ArraySlice<String>
  private var parsed: ParsedArguments
  private let command: Command

  init(_ command: Command, _ words: [String]) {
    self.command = command
    self.words = words[...]
    parsed = ParsedArguments(command)
  }

  mutating func parse() throws(UsageError) -> ParsedArguments {
    while let word = words.popFirst() {
      if word == "--" {
        for rest in words { try addOperand(rest) }
        break
      }
      if word.hasPrefix("-"), word != "-" { try parseOption(word) } else { try addOperand(word) }
    }
    for (place, operand) in command.operands.enumerated() where place >= parsed.operands.count && !operand.isOptional {
      throw UsageError("\(command.name) needs \(operand.name): \(operand.meaning)", remedy: seeHelp)
    }
    return parsed
  }

  private var seeHelp: String { "see \(command.name) --help" }

  private mutating func addOperand(_ word: String) throws(UsageError) {
    let takesMore = command.operands.last?.isRepeatable == true || parsed.operands.count < command.operands.count
    guard takesMore else {
      throw UsageError("\(command.name) has no use for '\(word)'", remedy: seeHelp)
    }
    parsed.operands.append(word)
  }

  private mutating func parseOption(_ word: String) throws(UsageError) {
    guard word.hasPrefix("--") else {
      throw UsageError("unknown option \(word): options have long names", remedy: suggestion(word))
    }
    let body = word.dropFirst(2)
    let name = body.prefix { $0 != "=" }
    guard let option = command.options.first(where: { $0.name == name }) else {
      throw UsageError("unknown option --\(name)", remedy: suggestion(String(name)))
    }
    if !option.isRepeatable, parsed.uses.contains(where: { $0.option.name == name }) {
      throw UsageError("--\(name) is given twice", remedy: "give it once")
    }
    var values: [String] = []
    if name.count < body.count {
      guard !option.placeholders.isEmpty else { throw UsageError("--\(name) takes no value", remedy: seeHelp) }
      values.append(String(body.dropFirst(name.count + 1)))
    }
    try takeValues(of: option, into: &values)
    for value in values { try check(value, option) }
    parsed.uses.append(ParsedArguments.Use(option: option, values: values))
  }

  private mutating func takeValues(of option: CommandOption, into values: inout [String]) throws(UsageError) {
    while values.count < option.placeholders.count {
      guard let value = words.first, !value.hasPrefix("--") else {
        let count = option.placeholders.count
        throw UsageError(
          "--\(option.name) needs \(count == 1 ? "a value" : "\(count) values"), \(values.count) given",
          remedy: "write --\(option.name) \(option.placeholders.joined(separator: " "))")
      }
      values.append(value)
      words.removeFirst()
    }
  }

  private func suggestion(_ name: String) -> String {
    let bare = String(name.drop { $0 == "-" })
    return Spelling.nearest(to: bare, among: command.options.map(\.name) + ["help"]).map { "did you mean --\($0)?" }
      ?? seeHelp
  }
}

// MARK: - Values

extension ArgumentParser {
  private func check(_ value: String, _ option: CommandOption) throws(UsageError) {
    switch option.type {
    case .text: break
    case .integer(let range):
      guard let number = Int(value) else {
        throw UsageError(
          "--\(option.name) is '\(value)', not a whole number of 64 bits",
          remedy: legal(range.lowerBound, range.upperBound))
      }
      guard range.contains(number) else { throw outOfRange(option, number, range) }
    case .number(let range):
      guard let number = Double(value), !number.isNaN else {
        throw UsageError(
          "--\(option.name) is '\(value)', not a number", remedy: legal(range.lowerBound, range.upperBound))
      }
      guard range.contains(number) else { throw outOfRange(option, number, range) }
    case .choice(let words):
      guard !words.contains(value) else { return }
      let guess = Spelling.nearest(to: value, among: words).map { "did you mean \($0)? " } ?? ""
      throw UsageError("--\(option.name) is '\(value)'", remedy: "\(guess)it takes \(words.joined(separator: ", "))")
    }
  }

  private func legal(_ low: some Any, _ high: some Any) -> String { "it takes \(low) to \(high)" }

  private func outOfRange<Number: Comparable>(
    _ option: CommandOption, _ number: Number, _ range: ClosedRange<Number>
  ) -> UsageError {
    let bound = number > range.upperBound ? range.upperBound : range.lowerBound
    return UsageError(
      "--\(option.name) is \(number), \(number > bound ? "above" : "below") the legal \(bound)",
      remedy: legal(range.lowerBound, range.upperBound) + "; the nearest legal value is \(bound)")
  }
}
