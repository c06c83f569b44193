import Accelerators
import Arguments
import Configuration
import Mappings
import Memory
import Reports
import Runs
import Tracing
import Workloads

extension Command {
  /// `systole run`
  static let run = Command(
    "run", "Runs layers or a network on a machine, compares all with the golden model, and reports what it took.",
    operands: [.init("CONFIG.json5", isOptional: true, "A configuration; `systole schema` lists its keys.")],
    options: CommandOption.inputs + CommandOption.rowStationary + [
      .setting("cycle-limit", "run.cycle_limit", in: .run),
      .setting(
        "deadline-ms", ["X"], keys: ["run.deadline_ms"],
        "The time that a run of a network may take; exit code 1 if it is missed."),
      .text(
        "out", "DIRECTORY",
        "Where results go: report.txt, report.html, summary.json, tables as CSV, rooflines as SVG, manifest.json."),
      .json,
      .integer(
        "threads", 1...1024, "Layers or images that run side by side; results do not depend on it. Default: all cores."),
      .flag("sensitivity", "Row stationary: how much each number that no paper gives moves each layer's latency."),
    ] + CommandOption.saved + CommandOption.trace,
    examples: [
      "run Examples/lenet5-ws.json5 --out out/lenet5",
      "run --machine Examples/machines/ws-16x16.json5 --network model.onnx --input x.npy --expect y.npy --out out/mine",
      "run Examples/lenet5-conv1-ws.json5 --dataflow all --out out/conv1",
      "run --machine Examples/machines/ws-16x16.json5 --conv ifmap.npy filter.npy --stride 1 --padding 2 "
        + "--expect psum.npy",
      "run --machine Examples/machines/os-32x32.json5 --topology Examples/topologies/alexnet.csv --layer conv2 --seed 7",
      "run --machine Examples/machines/is-8x8.json5 --gemm 32x24x16 --json",
      "run Examples/lenet5-conv1-ws.json5 --trace conv1.fst --trace-window 0..2000",
      "run Examples/lenet5-conv1-ws.json5 --save-at 1000 --save-to half.run",
      "run Examples/lenet5-conv1-ws.json5 --resume half.run",
      "run Examples/alexnet-eyeriss.json5",
      "run Examples/resnet8-ws.json5 --memory ddr3-1600,hbm2 --out out/resnet8",
      "run Examples/resnet8-eyeriss.json5 --out out/resnet8",
      "run --machine Examples/machines/eyeriss.json5 --topology net.csv --batch 3 --zeros 0.4 --json",
    ]
  ) { arguments in
    let inputs = InputFiles()
    if try arguments.machineKind(inputs) == .rowStationary {
      return try await runRowStationary(arguments, inputs)
    }
    let configurations = try arguments.configurations(inputs)
    let configuration = configurations[0]
    if try LayerJob.isNetwork(configuration) {
      try NetworkJob.checkLayout(configuration)
      let machines = try arguments.dataflows(configuration).flatMap { dataflow in
        try configurations.map { try SystolicSpec($0, dataflow: dataflow, files: inputs) }
      }
      return try await runNetwork(on: machines, configuration, inputs, arguments)
    }
    let jobs = try LayerJob.jobs(configuration, files: inputs)
    // What cannot be written is better known before the work than after it.
    let directory = try arguments.value("out").map { path throws(OutputError) in try OutputDirectory(path) }
    let runners = try arguments.dataflows(configuration).flatMap { dataflow in
      try configurations.map { try LayerRunner($0, dataflow: dataflow, files: inputs) }
    }
    let pieces = jobs.flatMap { job in runners.map { (job, $0) } }
    if arguments.has("trace-signals"), let (job, runner) = pieces.first {
      try Console.print("\(try arguments.signals(of: try runner.machine(for: job)))\n")
      return .success
    }
    // A run of one layer leaves its waveform behind; of many, nobody would look at them all.
    let waveform =
      jobs.count == 1 ? directory.map { StandardTrace(directory: $0.workingPath, place: $0.path) } : nil
    let progress = ProgressLine()
    let names = RunNames(
      pieces.map { job, runner in
        let memory = configurations.count > 1 ? "-" + runner.spec.memory.name : ""
        return (job.layer.name, runner.spec.dataflow.rawValue + memory)
      })
    let traces = try RunTraces(arguments, names, standard: waveform, progress: progress)
    let saved = try SavedRuns(arguments, names, configuration, progress: progress)
    let results = try await sideBySide(
      pieces.enumerated().map { ($0.offset, $0.element) }, atMost: arguments.integer("threads")
    ) { place, piece in
      try piece.1.run(piece.0, trace: traces.trace(of: place), saved: saved.saved(place)) { progress.show($0) }
    }
    progress.clear()
    let report = RunReport(results, energyTable: EnergyTable(configuration))
    if let directory {
      try RunDirectory.write(report, configuration, inputs: inputs, to: directory)
      try directory.commit()
      waveform?.report()
    }
    try Console.print(arguments.has("json") ? report.json : report.text)
    return report.isRight ? .success : .differs
  }
}
