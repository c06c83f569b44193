import Accelerators
import Arguments
import Configuration
import Mappings
import Reports
import Runs
import Tracing

/// `systole run` of a network: every image on every machine, side by side.
func runNetwork(
  on machines: [some RunnableSpec], _ configuration: Configuration, _ inputs: InputFiles, _ arguments: ParsedArguments
) async throws -> ExitCode {
  let job = try NetworkJob(configuration, files: inputs)
  let directory = try arguments.value("out").map { path throws(OutputError) in try OutputDirectory(path) }
  let runners = try machines.map {
    try NetworkRunner(job, on: $0, cycleLimit: configuration.integer("run.cycle_limit"))
  }
  let waveform = directory.map { StandardTrace(directory: $0.workingPath, place: $0.path) }
  let hasSeveralMemories = Set(runners.map(\.machine.memory)).count > 1
  let names = RunNames(runners.map { (nil, $0.machine.dataflow + (hasSeveralMemories ? "-" + $0.machine.memory : "")) })
  let traces = try RunTraces(arguments, names, standard: waveform)
  let saved = try SavedRuns(arguments, names, configuration)
  let outcomes = try await sideBySide(
    runners.indices.flatMap { runner in job.inputs.indices.map { (runner, $0) } }, atMost: arguments.integer("threads")
  ) { runner, index in
    // Every image takes the same cycles; the first shows them.
    guard index == 0 else { return try runners[runner].run(index) }
    return try runners[runner].run(
      index, trace: traces.trace(of: runner, scopes: runners[runner].machine.traceScopes), saved: saved.saved(runner))
  }
  let runs = job.inputs.count
  let report = NetworkReport(
    runners.enumerated().map { place, runner in
      NetworkResults(runner, Array(outcomes[place * runs..<(place + 1) * runs]))
    }, energyTable: EnergyTable(configuration))
  if let directory {
    try RunDirectory.write(report, configuration, inputs: inputs, to: directory)
    try directory.commit()
    waveform?.report()
  }
  try Console.print(arguments.has("json") ? report.json : report.text)
  return report.isRight ? .success : .differs
}
