import Arguments
import Configuration
import Runs

extension Command {
  /// `systole schema`
  static let schema = Command(
    "schema", "Lists every key of a run's configuration: type, default, range, unit and meaning.",
    options: [.json], examples: ["schema --json"]
  ) { arguments in
    let schema = ConfigurationSchema.run
    try Console.print(arguments.has("json") ? schema.json.text : schema.table)
    return .success
  }
}
