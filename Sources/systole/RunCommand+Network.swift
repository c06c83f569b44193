import Accelerators
import Arguments
import Configuration
import Reports
import Runs

/// `systole run` of a network: every image on every machine, side by side.
func runNetwork(
  _ job: NetworkJob, _ configuration: Configuration, _ inputs: InputFiles, _ arguments: ParsedArguments
) async throws -> ExitCode {
  let directory = try arguments.value("out").map { path throws(OutputError) in try OutputDirectory(path) }
  let runners = try arguments.dataflows(configuration).map { dataflow in
    try NetworkRunner(
      job, on: SystolicSpec(configuration, dataflow: dataflow),
      cycleLimit: configuration.integer("run.cycle_limit"))
  }
  let outcomes = try await sideBySide(
    runners.flatMap { runner in job.inputs.indices.map { (runner, $0) } }, atMost: arguments.integer("threads")
  ) { runner, index in try runner.run(index) }
  let runs = job.inputs.count
  let report = NetworkReport(
    runners.enumerated().map { place, runner in
      NetworkResults(runner, Array(outcomes[place * runs..<(place + 1) * runs]))
    })
  if let directory {
    try RunDirectory.write(report, configuration, inputs: inputs, to: directory)
    try directory.commit()
  }
  try Console.print(arguments.has("json") ? report.json : report.text)
  return report.isRight ? .success : .differs
}
