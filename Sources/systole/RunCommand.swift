import Accelerators
import Arguments
import Compute
import Configuration
import Foundation
import Mappings
import Memory
import Reports
import Runs
import Signals
import Simulation
import Tensors
import Workloads

extension Command {
  /// `systole run`
  static let run = Command(
    "run", "Runs a layer on a machine, compares every psum with the golden model, and reports what it took.",
    operands: [.init("CONFIG.json5", isOptional: true, "A configuration; `systole schema` lists its keys.")],
    options: [
      .setting("machine", ["FILE"], keys: ["machine"], "The machine: a file with the keys below `machine`."),
      .choice("dataflow", Dataflow.allCases.map(\.rawValue) + ["all"], "What stays in the PEs; all: each of them."),
      .set,
      .text("out", "DIRECTORY", "Where results go: summary.json, layers.csv, counters.csv, manifest.json."),
      .json,
    ],
    examples: ["run Examples/lenet5-conv1-ws.json5 --dataflow all --out out/conv1"]
  ) { arguments in try RunCommand(arguments).execute() }
}

/// The path from a configuration to a report.
struct RunCommand {
  let arguments: ParsedArguments

  init(_ arguments: ParsedArguments) { self.arguments = arguments }

  /// Runs the layer on each dataflow; the exit code is 0 if every psum is right, else 1.
  func execute() throws -> ExitCode {
    let configuration = try ConfigurationSchema.run.resolve(
      file: arguments.operand(0), overrides: arguments.overrides()
    ) { try bytes(of: $0) }
    let operands = try layerOperands(configuration)
    let dataflows = dataflows ?? [configuration.choice("machine.dataflow", as: Dataflow.self)]
    var table = ReportTable([
      .init("layer"), .init("dataflow"), .init("cycles"), .init("array_cycles"), .init("folds"), .init("macs"),
      .init("utilisation", unit: "%", digits: 1), .init("loaded", unit: "bytes"), .init("stored", unit: "bytes"),
      .init("result"),
    ])
    var isRight = true
    var summaries: [JSONValue] = []
    var counters = "layer,dataflow,scope,counter,unit,value\n"
    for dataflow in dataflows {
      let spec = SystolicSpec(configuration, dataflow: dataflow)
      var run = try SystolicLayerRun(operands, on: spec)
      let end = run.simulator.run(cycleLimit: configuration.integer("run.cycle_limit"))
      guard end == .finished else { throw StuckError(description: "the run ended early: \(end)") }
      let problems = try differences(run, configuration)
      isRight = isRight && problems.isEmpty
      let machine = run.simulator.machine
      let all =
        machine.counters.values(scope: "array") + machine.transfers.counters.values(scope: "transfer_engine")
        + machine.memory.counters.values(scope: "memory") + machine.ifmapSpad.counters.values(scope: "ifmap_spad")
        + machine.filterSpad.counters.values(scope: "filter_spad")
        + machine.accumulator.counters.values(scope: "accumulator")
      for counter in all {
        counters +=
          "\(operands.layer.name),\(dataflow.rawValue),\(counter.scope),\(counter.name),\(counter.unit),\(counter.value)\n"
      }
      let result = problems.isEmpty ? "bit-exact" : problems.joined(separator: "; ")
      let count = machine.counters
      table.append([
        .text(operands.layer.name), .text(dataflow.rawValue), .integer(count.cycles),
        .integer(count.arrayCycles), .integer(count.folds), .integer(count.macs),
        .number(100 * Double(count.macs) / Double(count.cycles * spec.peCount)),
        .integer(machine.transfers.counters.loadedBytes),
        .integer(machine.transfers.counters.storedBytes), .text(result),
      ])
      summaries.append(
        .object(
          [
            ("layer", .string(operands.layer.name)), ("dataflow", .string(dataflow.rawValue)),
            ("result", .string(result)),
          ]
            + all.map { ("\($0.scope).\($0.name)", JSONValue.integer($0.value)) }))
    }
    let summary = JSONValue.object([("schema_version", .integer(1)), ("runs", .array(summaries))]).text
    try Console.print(arguments.has("json") ? summary : table.text)
    if let out = arguments.value("out") {
      let directory = try OutputDirectory(out)
      try directory.write(configuration.json.text, to: "manifest.json")
      try directory.write(summary, to: "summary.json")
      try directory.write(table.csv, to: "layers.csv")
      try directory.write(counters, to: "counters.csv")
      try directory.commit()
    }
    return isRight ? .success : .differs
  }

  private var dataflows: [Dataflow]? {
    switch arguments.value("dataflow") {
    case nil: nil
    case "all": Dataflow.allCases
    case let word?: Dataflow(rawValue: word).map { [$0] }
    }
  }

  private func differences(_ run: SystolicLayerRun, _ configuration: Configuration) throws -> [String] {
    var problems: [String] = []
    if try run.psums != run.goldenPsums() { problems.append("differs from the golden model") }
    if let path = configuration.optionalString("workload.expect") {
      guard case .int32(let expected) = try NumpyFile.read(try bytes(of: path), file: path) else {
        throw UsageError("\(path): psums are int32")
      }
      if expected.elements != run.psums.elements { problems.append("differs from \(path)") }
    }
    return problems
  }
}

/// A file's bytes, or an error that names it.
func bytes(of path: String) throws -> [UInt8] {
  do { return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) } catch {
    throw UsageError("\(path): \(error.localizedDescription)")
  }
}

private func layerOperands(_ configuration: Configuration) throws -> LayerOperands {
  func tensor(_ key: String) throws -> AnyTensor {
    guard let path = configuration.optionalString(key) else {
      throw UsageError("\(key) is missing: the path of an .npy file")
    }
    return try NumpyFile.read(try bytes(of: path), file: path)
  }
  let ifmap = try operand(
    try tensor("workload.ifmap"), "workload.ifmap", configuration.integer("workload.ifmap_zero_point"))
  let filter = try operand(try tensor("workload.filter"), "workload.filter", 0)
  var bias: [Int32] = []
  if configuration.optionalString("workload.bias") != nil {
    guard case .int32(let values) = try tensor("workload.bias") else {
      throw UsageError("workload.bias: biases are int32")
    }
    bias = values.elements
  }
  guard ifmap.shape.rank == 4, filter.shape.rank == 4, ifmap.arithmetic == filter.arithmetic else {
    throw UsageError(
      "workload: ifmap \(ifmap.shape) and filter \(filter.shape) must both have 2 or 4 dimensions and one arithmetic")
  }
  let arithmetic = configuration.choice("machine.arithmetic", as: Arithmetic.self)
  guard ifmap.arithmetic == arithmetic else {
    throw UsageError("machine.arithmetic is \(arithmetic), the tensors are \(ifmap.format)")
  }
  let (stride, padding) = (configuration.integer("workload.stride"), configuration.integer("workload.padding"))
  let layer = try ConvolutionLayer(
    name: configuration.string("workload.name"), batch: ifmap.shape[0], inputChannels: ifmap.shape[1],
    inputHeight: ifmap.shape[2], inputWidth: ifmap.shape[3], filters: filter.shape[0], filterHeight: filter.shape[2],
    filterWidth: filter.shape[3], strideHeight: stride, strideWidth: stride, paddingTop: padding, paddingLeft: padding,
    paddingBottom: padding, paddingRight: padding, groups: configuration.integer("workload.groups"))
  return try LayerOperands(layer, ifmap: ifmap, filter: filter, bias: bias)
}

/// A fully connected layer's [N, C] is [N, C, 1, 1].
private func operand(_ tensor: AnyTensor, _ key: String, _ zeroPoint: Int) throws -> OperandTensor {
  let operand: OperandTensor
  switch tensor {
  case .int8(let tensor): operand = OperandTensor(tensor, zeroPoint: Int8(clamping: zeroPoint))
  case .uint8(let tensor): operand = OperandTensor(tensor, zeroPoint: UInt8(clamping: zeroPoint))
  case .bfloat16(let tensor): operand = OperandTensor(tensor)
  default:
    throw UsageError("\(key): operands are int8, uint8 or bfloat16, not \(tensor.elementType)")
  }
  return operand.shape.rank == 2 ? operand.reshaped(Shape(operand.shape.dimensions + [1, 1])) : operand
}
