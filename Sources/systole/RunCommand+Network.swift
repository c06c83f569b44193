import Accelerators
import Arguments
import Configuration
import Mappings
import Reports
import Runs
import Tracing

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
  let waveform = directory.map { StandardTrace(directory: $0.workingPath, place: $0.path) }
  if arguments.has("trace") || waveform != nil { Interruption.install() }
  let traces = try RunTraces(arguments, runners.map { (nil, $0.run.spec.dataflow.rawValue) }, standard: waveform)
  let outcomes = try await sideBySide(
    runners.indices.flatMap { runner in job.inputs.indices.map { (runner, $0) } }, atMost: arguments.integer("threads")
  ) { runner, index in
    // Every image takes the same cycles; the first shows them.
    try runners[runner].run(index, trace: index == 0 ? traces.trace(of: runner, scopes: networkScopes) : nil)
  }
  let runs = job.inputs.count
  let report = NetworkReport(
    runners.enumerated().map { place, runner in
      NetworkResults(runner, Array(outcomes[place * runs..<(place + 1) * runs]))
    })
  if let directory {
    try RunDirectory.write(report, configuration, inputs: inputs, to: directory)
    try directory.commit()
    waveform?.report()
  }
  try Console.print(arguments.has("json") ? report.json : report.text)
  return report.isRight ? .success : .differs
}

/// What is traced of a network unless signals are chosen: every register of every layer would be hundreds of megabytes.
private let networkScopes = [
  "control", "prefetcher", "transfer_engine", "memory_port", "accumulator.completed_tiles", "vector*",
]
