/// One command of a program: what it takes, and what it does.
public struct Command: Sendable {
  /// A word without dashes that a command takes, in order.
  public struct Operand: Sendable {
    /// What help calls it.
    public let name: String
    /// Whether the command does without it.
    public let isOptional: Bool
    /// Whether it may be repeated; only the last operand may.
    public let isRepeatable: Bool
    /// One sentence.
    public let meaning: String

    /// An operand.
    public init(_ name: String, isOptional: Bool = false, isRepeatable: Bool = false, _ meaning: String) {
      self.name = name
      self.isOptional = isOptional
      self.isRepeatable = isRepeatable
      self.meaning = meaning
    }
  }

  /// The word that calls it.
  public let name: String
  /// One sentence.
  public let summary: String
  /// What it takes.
  public let operands: [Operand]
  /// Its options, in the order of the help text.
  public let options: [CommandOption]
  /// Command lines to copy, without the program's name.
  public let examples: [String]
  /// What it does.
  public let body: @Sendable (ParsedArguments) async throws -> ExitCode

  /// A command.
  public init(
    _ name: String, _ summary: String, operands: [Operand] = [], options: [CommandOption] = [], examples: [String] = [],
    body: @escaping @Sendable (ParsedArguments) async throws -> ExitCode
  ) {
    self.name = name
    self.summary = summary
    self.operands = operands
    self.options = options
    self.examples = examples
    self.body = body
    precondition(Set(options.map(\.name)).count == options.count, "an option of \(name) is declared twice")
  }
}
