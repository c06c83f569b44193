import Accelerators
import Arguments
import Configuration
import Mappings
import Reports
import Runs
import Tracing
import Workloads

/// `systole run` where the machine is row stationary: layers, or a network.
func runRowStationary(_ arguments: ParsedArguments, _ inputs: InputFiles) async throws -> ExitCode {
  let configuration = try arguments.configuration(inputs, of: .rowStationary)
  guard try RowStationaryJob.isNetwork(configuration) else {
    return try await RowStationaryCommand(arguments, inputs, configuration).run()
  }
  return try await runNetwork(on: [RowStationarySpec(configuration, files: inputs)], configuration, inputs, arguments)
}

/// `systole explain` where the machine is row stationary.
func explainRowStationary(_ arguments: ParsedArguments, _ inputs: InputFiles) throws -> ExitCode {
  let configuration = try arguments.configuration(inputs, of: .rowStationary)
  guard try RowStationaryJob.isNetwork(configuration) else {
    return try RowStationaryCommand(arguments, inputs, configuration).explain()
  }
  let job = try NetworkJob(configuration, files: inputs)
  let run = try RowStationaryNetworkRun(job.network, on: RowStationarySpec(configuration, files: inputs))
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
      try RowStationarySpec(configuration, files: inputs), objective: configuration.choice("search.objective"),
      energyTable: EnergyTable(configuration), cycleLimit: configuration.integer("run.cycle_limit"))
  }

  /// Runs every layer; layers go side by side.
  func run() async throws -> ExitCode {
    if arguments.has("trace-signals"), let job = jobs.first {
      try Console.print("\(try arguments.signals(of: try runner.machine(for: job)))\n")
      return .success
    }
    // What does not fit is better known before the work than after it.
    let otherJobs = try RowStationaryJob.otherJobs(jobs, configuration, files: inputs)
    for job in jobs + otherJobs { _ = try mapping(of: job) }
    let directory = try arguments.value("out").map { path throws(OutputError) in try OutputDirectory(path) }
    // A run of one layer leaves its waveform behind; of many, nobody would look at them all.
    let isSingle = jobs.count + otherJobs.count == 1
    let waveform = isSingle ? directory.map { StandardTrace(directory: $0.workingPath, place: $0.path) } : nil
    if arguments.has("trace") || waveform != nil { Interruption.install() }
    let progress = ProgressLine()
    let traces = try RunTraces(
      arguments, (jobs + otherJobs).map { ($0.layer.name, "rs") }, standard: waveform, progress: progress)
    let all = try await results(jobs + otherJobs, [runner], progress, traces)
    let results = Array(all.prefix(jobs.count))
    let silicon: EyerissSilicon.Table = configuration.choice("workload.silicon")
    var report = RowStationaryReport(
      results, energyTable: runner.energyTable, silicon: silicon.layers,
      others: Array(all.dropFirst(jobs.count)))
    if arguments.has("sensitivity") { report.sensitivity = try await sensitivity(results, progress) }
    progress.clear()
    if let directory {
      try RunDirectory.write(report, configuration, inputs: inputs, to: directory)
      try directory.commit()
      waveform?.report()
    }
    try Console.print(arguments.has("json") ? report.json : report.text)
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

  /// Every layer on every machine, in the order machine by machine; traces are those of the first machine.
  private func results(
    _ jobs: [RowStationaryJob], _ runners: [RowStationaryRunner], _ progress: ProgressLine, _ traces: RunTraces? = nil
  ) async throws -> [RowStationaryResult] {
    let pieces = runners.flatMap { runner in jobs.map { (job: $0, runner: runner) } }
    return try await sideBySide(
      pieces.enumerated().map { ($0.offset, $0.element) }, atMost: arguments.integer("threads")
    ) { place, piece in
      try piece.runner.run(piece.job, trace: traces?.trace(of: place)) { progress.show($0) }
    }
  }

  /// The same layers with the same mappings on machines that differ in one unpublished number each.
  private func sensitivity(
    _ base: [RowStationaryResult], _ progress: ProgressLine
  ) async throws -> RowStationarySensitivity {
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
    return RowStationarySensitivity(base: base, varied: varied)
  }
}
