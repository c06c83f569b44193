import Arguments
import Configuration
import Reports
import Runs
import Workloads

extension Command {
  /// `systole explain`
  static let explain = Command(
    "explain",
    "Shows how layers are mapped to a machine: loops with their storage, folds, expected cycles and accesses; of a network, "
      + "how its operators became layers. Runs nothing.",
    operands: [.init("CONFIG.json5", isOptional: true, "A configuration; `systole schema` lists its keys.")],
    options: CommandOption.inputs + CommandOption.rowStationary + [.json],
    examples: [
      "explain Examples/lenet5-ws.json5",
      "explain Examples/lenet5-conv1-ws.json5 --dataflow all",
      "explain --machine Examples/machines/os-32x32.json5 --topology Examples/topologies/alexnet.csv --layer conv2",
      "explain Examples/alexnet-eyeriss.json5 --layer CONV4",
      "explain Examples/lenet5-eyeriss.json5",
    ]
  ) { arguments in
    let inputs = InputFiles()
    if try arguments.machineKind(inputs) == .rowStationary {
      return try explainRowStationary(arguments, inputs)
    }
    let configuration = try arguments.configuration(inputs)
    if try LayerJob.isNetwork(configuration) {
      return try explainNetwork(try NetworkJob(configuration, files: inputs).network, arguments)
    }
    let jobs = try LayerJob.jobs(configuration, files: inputs)
    let runners = try arguments.dataflows(configuration).map {
      try LayerRunner(configuration, dataflow: $0, files: inputs)
    }
    let explanations = try jobs.flatMap { job in try runners.map { try $0.explain(job) } }
    if arguments.has("json") {
      try Console.print(JSONValue.object([("schema_version", 1), ("layers", .array(explanations.map(\.json)))]).text)
    } else {
      try Console.print(explanations.map(\.text).joined(separator: "\n"))
    }
    return .success
  }
}

/// How a network's operators became layers, and what a machine has to say of them beside.
func explainNetwork(
  _ network: Network, mappings: [String] = [], json members: [(String, JSONValue)] = [], _ arguments: ParsedArguments
) throws -> ExitCode {
  let json = JSONValue.object([("schema_version", 1), ("lowering", .string(network.explanation))] + members)
  let text = ([network.explanation] + mappings).joined(separator: mappings.isEmpty ? "" : "\n\n")
  try Console.print(arguments.has("json") ? json.text : text)
  return .success
}
