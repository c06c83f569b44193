internal import Configuration

/// The commands of a program.
public struct CommandTable: Sendable {
  /// What the user types.
  public let program: String
  /// One sentence.
  public let summary: String
  /// What `--version` prints.
  public let version: String
  /// The commands, in the order of the help text.
  public let commands: [Command]

  /// What a command line asks for.
  public enum Request: Sendable {
    /// A text to be printed.
    case print(String)
    /// A command to be run.
    case run(Command, ParsedArguments)
  }

  /// A table of commands.
  public init(program: String, summary: String, version: String, commands: [Command]) {
    self.program = program
    self.summary = summary
    self.version = version
    self.commands = commands
    precondition(Set(commands.map(\.name)).count == commands.count, "a command is declared twice")
  }

  /// Reads the words behind the program's name. Nothing is run yet.
  public func request(_ words: [String]) throws(UsageError) -> Request {
    guard let first = words.first else {
      throw UsageError(
        "\(program) needs a command", remedy: commands.map(\.name).joined(separator: ", ") + "; or --help")
    }
    let rest = Array(words.dropFirst())
    switch first {
    case "--help", "-h": return .print(help)
    case "--version": return .print("\(program) \(version)\n")
    case "help": return .print(rest.isEmpty ? help : help(for: try command(rest[0])))
    default: break
    }
    let command = try command(first)
    let options = rest.prefix { $0 != "--" }
    if options.contains("--help") || options.contains("-h") { return .print(help(for: command)) }
    var parser = ArgumentParser(command, rest)
    return .run(command, try parser.parse())
  }

  private func command(_ name: String) throws(UsageError) -> Command {
    if let command = commands.first(where: { $0.name == name }) { return command }
    let names = commands.map(\.name)
    let guess = Spelling.nearest(to: name, among: names + ["help"]).map { "did you mean \($0)?" }
    throw UsageError("unknown command '\(name)'", remedy: guess ?? "there are " + names.joined(separator: ", "))
  }
}
