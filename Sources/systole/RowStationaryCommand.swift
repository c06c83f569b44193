import Accelerators
import Arguments
import Configuration
import Mappings
import Reports
import Runs

/// `systole run` where the machine is row stationary: layers, or a network.
func runRowStationary(_ arguments: ParsedArguments, _ inputs: InputFiles) async throws -> ExitCode {
  let configuration = try arguments.configuration(inputs, of: .rowStationary)
  guard try RowStationaryJob.isNetwork(configuration) else {
    return try await RowStationaryCommand(arguments, inputs, configuration).run()
  }
  return try await runNetwork(on: [RowStationarySpec(configuration)], configuration, inputs, arguments)
}

/// `systole explain` where the machine is row stationary.
func explainRowStationary(_ arguments: ParsedArguments, _ inputs: InputFiles) throws -> ExitCode {
  let configuration = try arguments.configuration(inputs, of: .rowStationary)
  guard try RowStationaryJob.isNetwork(configuration) else {
    return try RowStationaryCommand(arguments, inputs, configuration).explain()
  }
  let job = try NetworkJob(configuration, files: inputs)
  let run = try RowStationaryNetworkRun(job.network, on: RowStationarySpec(configuration))
  let energyTable = EnergyTable(configuration)
  let mappings = run.program.arrayLayers.map {
    RowStationaryExplanation($0.schedule.mapping, rates: run.spec.rates, energyTable: energyTable)
  }
  return try explainNetwork(
    job.network, mappings: mappings.map(\.text), json: [("layers", .array(mappings.map(\.json)))], arguments)
}

/// What `run` and `explain` do with layers where the machine is row stationary.
struct RowStationaryCommand {
  private let arguments: ParsedArguments
  private let inputs: InputFiles
  private let configuration: Configuration
  private let jobs: [RowStationaryJob]
  private let runner: RowStationaryRunner

  init(_ arguments: ParsedArguments, _ inputs: InputFiles, _ configuration: Configuration) throws {
    self.arguments = arguments
    self.inputs = inputs
    self.configuration = configuration
    jobs = try RowStationaryJob.jobs(configuration, files: inputs)
    runner = RowStationaryRunner(
      RowStationarySpec(configuration), objective: configuration.choice("search.objective"),
      energyTable: EnergyTable(configuration), cycleLimit: configuration.integer("run.cycle_limit"))
  }

  /// Runs every layer; layers go side by side.
  func run() async throws -> ExitCode {
    // What does not fit is better known before the work than after it.
    let otherJobs = try RowStationaryJob.otherJobs(jobs, configuration, files: inputs)
    for job in jobs + otherJobs { _ = try mapping(of: job) }
    let directory = try arguments.value("out").map { path throws(OutputError) in try OutputDirectory(path) }
    let progress = ProgressLine()
    let all = try await results(jobs + otherJobs, [runner], progress)
    let results = Array(all.prefix(jobs.count))
    let silicon: EyerissSilicon.Table = configuration.choice("workload.silicon")
    let report = RowStationaryReport(
      results, energyTable: runner.energyTable, silicon: silicon.layers,
      others: Array(all.dropFirst(jobs.count)))
    if let directory {
      try RunDirectory.write(report, configuration, inputs: inputs, to: directory)
      try directory.commit()
    }
    var text = arguments.has("json") ? report.json : report.text
    if arguments.has("sensitivity") { text += try await sensitivity(results, progress) }
    progress.clear()
    try Console.print(text)
    return report.isRight ? .success : .differs
  }

  /// The mapping of every layer, before anything runs.
  func explain() throws -> ExitCode {
    let explanations = try jobs.map { job in
      RowStationaryExplanation(try mapping(of: job), rates: runner.spec.rates, energyTable: runner.energyTable)
    }
    if arguments.has("json") {
      try Console.print(JSONValue.object([("schema_version", 1), ("layers", .array(explanations.map(\.json)))]).text)
    } else {
      try Console.print(explanations.map(\.text).joined(separator: "\n"))
    }
    return .success
  }

  private func mapping(of job: RowStationaryJob) throws -> RowStationaryMapping {
    try job.mapping(on: runner.spec, objective: runner.objective, energyTable: runner.energyTable)
  }

  /// Every layer on every machine, in the order machine by machine.
  private func results(
    _ jobs: [RowStationaryJob], _ runners: [RowStationaryRunner], _ progress: ProgressLine
  ) async throws -> [RowStationaryResult] {
    try await sideBySide(
      runners.flatMap { runner in jobs.map { ($0, runner) } }, atMost: arguments.integer("threads")
    ) { job, runner in try runner.run(job) { progress.show($0) } }
  }

  /// The same layers with the same mappings on machines that differ in one unpublished number each.
  private func sensitivity(_ base: [RowStationaryResult], _ progress: ProgressLine) async throws -> String {
    let variants = RowStationarySensitivity.variants(of: runner.spec)
    let results = try await results(
      jobs,
      variants.map { variant in
        var changed = runner
        changed.spec = variant.spec
        return changed
      }, progress)
    let varied = variants.enumerated().map { index, variant in
      (variant: variant, results: Array(results[index * jobs.count..<(index + 1) * jobs.count]))
    }
    return "\n" + RowStationarySensitivity(base: base, varied: varied).text
  }
}
