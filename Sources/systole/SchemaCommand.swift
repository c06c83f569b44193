import Arguments
import Configuration
import Runs

extension Command {
  /// `systole schema`
  static let schema = Command(
    "schema", "Lists every key of a run's configuration: type, default, range, unit and meaning.",
    options: [.choice("dataflow", ["systolic", "rs"], "Which machine's keys; rs: row stationary."), .json],
    examples: ["schema --json", "schema --dataflow rs"]
  ) { arguments in
    let schema: ConfigurationSchema = arguments.value("dataflow") == "rs" ? .rowStationary : .run
    try Console.print(arguments.has("json") ? schema.json.text : schema.table)
    return .success
  }
}
