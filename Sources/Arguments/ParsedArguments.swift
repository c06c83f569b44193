public import Configuration

/// The words of a command line, checked against a command's operands and options.
///
/// Asking for an option that the command does not have is a mistake of the program and stops it.
public struct ParsedArguments: Sendable {
  /// One use of an option.
  struct Use: Sendable {
    let option: CommandOption
    let values: [String]
  }

  /// The words without dashes.
  public internal(set) var operands: [String] = []
  var uses: [Use] = []
  let command: Command

  init(_ command: Command) {
    self.command = command
  }

  /// The operand at a place, nil if it was left out.
  public func operand(_ place: Int) -> String? { place < operands.count ? operands[place] : nil }

  /// Whether an option was given.
  public func has(_ name: String) -> Bool { !occurrences(name).isEmpty }

  /// The values of every use of an option, in order.
  public func occurrences(_ name: String) -> [[String]] {
    precondition(command.options.contains { $0.name == name }, "\(command.name) has no option --\(name)")
    return uses.filter { $0.option.name == name }.map(\.values)
  }

  /// The values of an option that takes several, nil if it was not given.
  public func values(_ name: String) -> [String]? { occurrences(name).last }

  /// The value of an option that takes one.
  public func value(_ name: String) -> String? { values(name)?.first }

  /// The whole number of an option that was declared with a range of them.
  public func integer(_ name: String) -> Int? { value(name).flatMap { Int($0) } }

  /// The number of an option that was declared with a range of them.
  public func number(_ name: String) -> Double? { value(name).flatMap { Double($0) } }

  /// What options say about configuration keys, in the order written.
  public func overrides() throws(ConfigurationError) -> [ConfigurationOverride] {
    var overrides: [ConfigurationOverride] = []
    for use in uses {
      if use.option.name == CommandOption.set.name {
        overrides.append(try ConfigurationOverride(use.values[0]))
      }
      for (key, value) in zip(use.option.keys, use.values) {
        let spelling = "--\(use.option.name) \(use.values.joined(separator: " "))"
        overrides.append(ConfigurationOverride(path: key, value: value, spelling: spelling))
      }
    }
    return overrides
  }
}
