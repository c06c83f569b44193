import Accelerators
import Compute
import Configuration
import Foundation
import Mappings
import Memory
import Reports
import Signals
import Simulation
import Tensors
import Workloads

/// A message for the user and the exit code that goes with it.
struct CommandError: Error, CustomStringConvertible {
  let description: String
  let exitCode: Int32
}

/// `systole run config.json5 [--dataflow ws|os|is|all] [--set key=value] [--out dir] [--json]`
struct RunCommand {
  var file: String?
  var overrides: [String] = []
  var dataflows: [Dataflow]?
  var out: String?
  var isJSON = false

  init(_ arguments: [String]) throws {
    var rest = arguments[...]
    func value(of option: String) throws -> String {
      guard let value = rest.popFirst() else {
        throw CommandError(description: "\(option) needs a value", exitCode: 2)
      }
      return value
    }
    while let argument = rest.popFirst() {
      switch argument {
      case "--set": overrides.append(try value(of: argument))
      case "--out": out = try value(of: argument)
      case "--json": isJSON = true
      case "--dataflow":
        let name = try value(of: argument)
        dataflows = name == "all" ? Dataflow.allCases : Dataflow(rawValue: name).map { [$0] }
        if dataflows == nil {
          throw CommandError(description: "--dataflow is \(name); legal are ws, os, is and all", exitCode: 2)
        }
      default:
        guard !argument.hasPrefix("-"), file == nil else {
          throw CommandError(description: "unknown argument \(argument); see systole --help", exitCode: 2)
        }
        file = argument
      }
    }
  }

  /// Runs the layer on each dataflow; the exit code is 0 if every psum is right, else 1.
  func execute() throws -> Int32 {
    let configuration = try runSchema.resolve(file: file, overrides: overrides) { try bytes(of: $0) }
    let operands = try layerOperands(configuration)
    let dataflows = self.dataflows ?? [configuration.choice("machine.dataflow", as: Dataflow.self)]
    var table = ReportTable([
      .init("layer"), .init("dataflow"), .init("cycles"), .init("array_cycles"), .init("folds"), .init("macs"),
      .init("utilisation", unit: "%", digits: 1), .init("loaded", unit: "bytes"), .init("stored", unit: "bytes"),
      .init("result"),
    ])
    var isRight = true
    var summaries: [JSONValue] = []
    var counters = "layer,dataflow,scope,counter,unit,value\n"
    for dataflow in dataflows {
      let spec = machineSpec(configuration, dataflow: dataflow)
      var run = try SystolicLayerRun(operands, on: spec)
      let end = run.simulator.run(cycleLimit: configuration.integer("run.cycle_limit"))
      guard end == .finished else { throw CommandError(description: "the run ended early: \(end)", exitCode: 4) }
      let problems = try differences(run, configuration)
      isRight = isRight && problems.isEmpty
      let machine = run.simulator.machine
      let all = machine.counters.values(scope: "array") + machine.transfers.counters.values(scope: "transfer_engine")
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
          [("layer", .string(operands.layer.name)), ("dataflow", .string(dataflow.rawValue)), ("result", .string(result))]
            + all.map { ("\($0.scope).\($0.name)", JSONValue.integer($0.value)) }))
    }
    let summary = JSONValue.object([("schema_version", .integer(1)), ("runs", .array(summaries))]).text
    print(isJSON ? summary : table.text)
    if let out {
      let directory = try OutputDirectory(out)
      try directory.write(configuration.json.text, to: "manifest.json")
      try directory.write(summary, to: "summary.json")
      try directory.write(table.csv, to: "layers.csv")
      try directory.write(counters, to: "counters.csv")
      try directory.commit()
    }
    return isRight ? 0 : 1
  }

  private func differences(_ run: SystolicLayerRun, _ configuration: Configuration) throws -> [String] {
    var problems: [String] = []
    if try run.psums != run.goldenPsums() { problems.append("differs from the golden model") }
    if let path = configuration.optionalString("workload.expect") {
      guard case .int32(let expected) = try NumpyFile.read(try bytes(of: path), file: path) else {
        throw CommandError(description: "\(path): psums are int32", exitCode: 2)
      }
      if expected.elements != run.psums.elements { problems.append("differs from \(path)") }
    }
    return problems
  }
}

/// A file's bytes, or an error that names it.
func bytes(of path: String) throws -> [UInt8] {
  do { return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) } catch {
    throw CommandError(description: "\(path): \(error.localizedDescription)", exitCode: 2)
  }
}

private func layerOperands(_ configuration: Configuration) throws -> LayerOperands {
  func tensor(_ key: String) throws -> AnyTensor {
    guard let path = configuration.optionalString(key) else {
      throw CommandError(description: "\(key) is missing: the path of an .npy file", exitCode: 2)
    }
    return try NumpyFile.read(try bytes(of: path), file: path)
  }
  let ifmap = try operand(try tensor("workload.ifmap"), "workload.ifmap", configuration.integer("workload.ifmap_zero_point"))
  let filter = try operand(try tensor("workload.filter"), "workload.filter", 0)
  var bias: [Int32] = []
  if configuration.optionalString("workload.bias") != nil {
    guard case .int32(let values) = try tensor("workload.bias") else {
      throw CommandError(description: "workload.bias: biases are int32", exitCode: 2)
    }
    bias = values.elements
  }
  guard ifmap.shape.rank == 4, filter.shape.rank == 4, ifmap.arithmetic == filter.arithmetic else {
    throw CommandError(
      description: "workload: ifmap \(ifmap.shape) and filter \(filter.shape) must both have 2 or 4 dimensions and one arithmetic",
      exitCode: 2)
  }
  let arithmetic = configuration.choice("machine.arithmetic", as: Arithmetic.self)
  guard ifmap.arithmetic == arithmetic else {
    throw CommandError(description: "machine.arithmetic is \(arithmetic), the tensors are \(ifmap.format)", exitCode: 2)
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
    throw CommandError(description: "\(key): operands are int8, uint8 or bfloat16, not \(tensor.elementType)", exitCode: 2)
  }
  return operand.shape.rank == 2 ? operand.reshaped(Shape(operand.shape.dimensions + [1, 1])) : operand
}

private func machineSpec(_ configuration: Configuration, dataflow: Dataflow) -> SystolicSpec {
  func spad(_ name: String) -> OperandScratchpad.Spec {
    OperandScratchpad.Spec(
      bytes: configuration.integer("machine.\(name).bytes"), banks: configuration.integer("machine.\(name).banks"),
      readPorts: configuration.integer("machine.\(name).read_ports"),
      latencyCycles: configuration.integer("machine.\(name).latency_cycles"), halves: 2)
  }
  let bandwidth = configuration.integer("machine.memory.bytes_per_cycle")
  return SystolicSpec(
    dataflow: dataflow, arithmetic: configuration.choice("machine.arithmetic", as: Arithmetic.self),
    rows: configuration.integer("machine.array.rows"), columns: configuration.integer("machine.array.columns"),
    macStages: configuration.integer("machine.array.mac_stages"),
    edgeRegisters: configuration.integer("machine.array.edge_registers"),
    isDoubleBuffered: configuration.boolean("machine.array.double_buffered"),
    gatesZeros: configuration.boolean("machine.array.gates_zeros"), ifmapSpad: spad("ifmap_spad"),
    filterSpad: spad("filter_spad"), accumulatorBytes: configuration.integer("machine.accumulator.bytes"),
    accumulatorHalves: 2, biasBytes: configuration.integer("machine.bias.bytes"),
    memory: IdealMemory.Spec(
      portBytes: 64, bytesPerCycle: bandwidth, latencyCycles: configuration.integer("machine.memory.latency_cycles"),
      capacityBytes: configuration.integer("machine.memory.capacity_bytes")),
    clock: ClockDomain(
      name: "core",
      period: ClockPeriod(hertz: UInt64(configuration.integer("machine.clock.frequency_mhz")) * 1_000_000)))
}
