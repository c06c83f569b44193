import Accelerators
import Arguments
import Configuration
import Mappings
import Memory
import Reports
import Runs
import Tracing
import Workloads

/// `systole run` where the machine is row stationary: layers, or a network.
func runRowStationary(_ arguments: ParsedArguments, _ inputs: InputFiles) async throws -> ExitCode {
  let configurations = try arguments.configurations(inputs, of: .rowStationary)
  guard try RowStationaryJob.isNetwork(configurations[0]) else {
    return try await RowStationaryCommand(arguments, inputs, configurations).run()
  }
  let machines = try configurations.map { try RowStationarySpec($0, files: inputs) }
  return try await runNetwork(on: machines, configurations[0], inputs, arguments)
}

/// `systole explain` where the machine is row stationary.
func explainRowStationary(_ arguments: ParsedArguments, _ inputs: InputFiles) throws -> ExitCode {
  let configuration = try arguments.configuration(inputs, of: .rowStationary)
  guard try RowStationaryJob.isNetwork(configuration) else {
    return try RowStationaryCommand(arguments, inputs, [configuration]).explain()
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
  /// A runner for each memory, at least one.
  private let runners: [RowStationaryRunner]
  private var runner: RowStationaryRunner { runners[0] }

  init(_ arguments: ParsedArguments, _ inputs: InputFiles, _ configurations: [Configuration]) throws {
    self.arguments = arguments
    self.inputs = inputs
    configuration = configurations[0]
    jobs = try RowStationaryJob.jobs(configuration, files: inputs)
    runners = try configurations.map {
      RowStationaryRunner(
        try RowStationarySpec($0, files: inputs), objective: $0.choice("search.objective"),
        energyTable: EnergyTable($0), cycleLimit: $0.integer("run.cycle_limit"))
    }
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
    let isSingle = jobs.count == 1 && otherJobs.isEmpty
    let waveform = isSingle ? directory.map { StandardTrace(directory: $0.workingPath, place: $0.path) } : nil
    let progress = ProgressLine()
    let names = RunNames(
      runners.flatMap { runner in jobs.map { ($0.layer.name, name(of: runner)) } }
        + otherJobs.map { ($0.layer.name, name(of: runner)) })
    let files = RunFiles(
      traces: try RunTraces(arguments, names, standard: waveform, progress: progress),
      saved: try SavedRuns(arguments, names, configuration, progress: progress))
    let results = try await results(jobs, runners, progress, files)
    let others = try await self.results(otherJobs, [runner], progress, files, from: results.count)
    let silicon: EyerissSilicon.Table = configuration.choice("workload.silicon")
    var report = RowStationaryReport(
      results, energyTable: runner.energyTable, silicon: silicon.layers, others: others)
    if arguments.has("sensitivity") {
      report.sensitivity = try await sensitivity(Array(results.prefix(jobs.count)), progress)
    }
    progress.clear()
    if let directory {
      try RunDirectory.write(report, configuration, inputs: inputs, to: directory)
      try directory.commit()
      waveform?.report()
    }
    try Console.print(arguments.has("json") ? report.json : report.text)
    reportTime(results + others)
    return report.isRight ? .success : .differs
  }

  /// Says on standard error what a long run cost the host, the golden model apart.
  private func reportTime(_ results: [RowStationaryResult]) {
    let time = results.reduce(into: HostTime()) { $0 += $1.hostTime }
    guard time.golden + time.simulation > ProgressLine.patience else { return }
    let peCycles = results.reduce(0) { $0 + $1.totalCycles * $1.spec.peCount }
    Console.report("systole: \(time.text(layers: results.count, peCycles: peCycles))\n")
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

  /// What a trace's file is called after: with the memory where several run.
  private func name(of runner: RowStationaryRunner) -> String {
    runners.count > 1 ? "rs-\(runner.spec.memory.name)" : "rs"
  }

  private func mapping(of job: RowStationaryJob) throws -> RowStationaryMapping {
    try job.mapping(on: runner.spec, objective: runner.objective, energyTable: runner.energyTable)
  }

  /// What the runs of the command leave behind beside their results.
  private struct RunFiles {
    let traces: RunTraces
    let saved: SavedRuns
  }

  /// Every layer on every machine, in the order machine by machine; their files are those from `first` on.
  private func results(
    _ jobs: [RowStationaryJob], _ runners: [RowStationaryRunner], _ progress: ProgressLine, _ files: RunFiles? = nil,
    from first: Int = 0
  ) async throws -> [RowStationaryResult] {
    let pieces = runners.flatMap { runner in jobs.map { (job: $0, runner: runner) } }
    return try await sideBySide(
      pieces.enumerated().map { ($0.offset, $0.element) }, atMost: arguments.integer("threads")
    ) { place, piece in
      try piece.runner.run(
        piece.job, trace: files?.traces.trace(of: first + place), saved: files?.saved.saved(first + place)
      ) { progress.show($0) }
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
