import Accelerators
import Arguments
import Configuration
import Mappings
import Reports
import Runs

extension Command {
  /// `systole run`
  static let run = Command(
    "run", "Runs layers on a machine, compares every psum with the golden model, and reports what they took.",
    operands: [.init("CONFIG.json5", isOptional: true, "A configuration; `systole schema` lists its keys.")],
    options: CommandOption.inputs + CommandOption.rowStationary + [
      .setting("cycle-limit", "run.cycle_limit", in: .run),
      .text(
        "out", "DIRECTORY", "Where results go: report.txt, summary.json, layers.csv, counters.csv, manifest.json."),
      .json,
      .integer("threads", 1...1024, "Layers that run side by side; results do not depend on it. Default: all cores."),
      .flag("sensitivity", "Row stationary: how much each number that no paper gives moves each layer's latency."),
    ],
    examples: [
      "run Examples/lenet5-conv1-ws.json5 --dataflow all --out out/conv1",
      "run --machine Examples/machines/ws-16x16.json5 --conv ifmap.npy filter.npy --stride 1 --padding 2 "
        + "--expect psum.npy",
      "run --machine Examples/machines/os-32x32.json5 --topology Examples/topologies/alexnet.csv --layer conv2 --seed 7",
      "run --machine Examples/machines/is-8x8.json5 --gemm 32x24x16 --json",
      "run Examples/alexnet-eyeriss.json5",
      "run --machine Examples/machines/eyeriss.json5 --topology net.csv --batch 3 --zeros 0.4 --json",
    ]
  ) { arguments in
    let inputs = InputFiles()
    if try arguments.machineKind(inputs) == .rowStationary {
      return try await RowStationaryCommand(arguments, inputs).run()
    }
    let configuration = try arguments.configuration(inputs)
    let jobs = try LayerJob.jobs(configuration, files: inputs)
    // What cannot be written is better known before the work than after it.
    let directory = try arguments.value("out").map { path throws(OutputError) in try OutputDirectory(path) }
    let runners = arguments.dataflows(configuration).map { LayerRunner(configuration, dataflow: $0) }
    let progress = ProgressLine()
    let results = try await sideBySide(
      jobs.flatMap { job in runners.map { (job, $0) } }, atMost: arguments.integer("threads")
    ) { job, runner in try runner.run(job) { progress.show($0) } }
    progress.clear()
    let report = RunReport(results)
    if let directory {
      try RunDirectory.write(report, configuration, inputs: inputs, to: directory)
      try directory.commit()
    }
    try Console.print(arguments.has("json") ? report.json : report.text)
    return report.isRight ? .success : .differs
  }
}
