import Arguments
import Runs

extension CommandTable {
  /// Every command of `systole`: a line here, and a file `<Name>Command.swift`.
  static let systole = CommandTable(
    program: "systole",
    summary: "A cycle-level model of neural-network accelerators: runs layers on clocked hardware, bit-exact.",
    version: systoleVersion,
    commands: [
      .run,
      .explain,
      .schema,
      .dram,
      .wave,
    ])
}

/// Does what the words behind the program's name ask for; every error ends here, as a message and an exit code.
func run(_ words: [String]) async -> ExitCode {
  do {
    switch try CommandTable.systole.request(words) {
    case .print(let text):
      try Console.print(text)
      return .success
    case .run(let command, let arguments):
      return try await command.body(arguments)
    }
  } catch {
    Console.report("systole: \(error)\n")
    return ExitCode(error)
  }
}
