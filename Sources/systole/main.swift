import Configuration
import Foundation
import Mappings

let help = """
  systole run <config.json5> [--dataflow ws|os|is|all] [--set key=value]... [--out directory] [--json]
  systole schema             every key of a configuration with default, unit and range

  Exit codes: 0 ok, 1 results differ, 2 usage, configuration or file, 3 infeasible, 4 cycle limit or deadlock.
  """

func execute(_ arguments: [String]) throws -> Int32 {
  switch arguments.first {
  case "run":
    return try RunCommand(Array(arguments.dropFirst())).execute()
  case "schema":
    print(runSchema.table)
    return 0
  case "--help", "-h", nil:
    print(help)
    return arguments.isEmpty ? 2 : 0
  case let verb?:
    throw CommandError(description: "unknown command \(verb)\n\(help)", exitCode: 2)
  }
}

do {
  exit(try execute(Array(CommandLine.arguments.dropFirst())))
} catch {
  FileHandle.standardError.write(Data("systole: \(error)\n".utf8))
  switch error {
  case let error as CommandError: exit(error.exitCode)
  case is ScheduleError: exit(3)
  default: exit(2)
  }
}
