import Arguments
import Configuration
import Mappings
import Runs
import Tensors

extension CommandOption {
  /// How a user's machine and workload come in: shared by the commands that run, explain or trace them.
  static let inputs: [CommandOption] = [
    .setting("machine", ["FILE"], keys: ["machine"], "The machine: a file with the keys below `machine`."),
    .choice("dataflow", Dataflow.allCases.map(\.rawValue) + ["all"], "What stays in the PEs; all: each of them."),
    .setting("lowering", "mapping.lowering", in: .run),
    .setting("layout", "mapping.layout", in: .run),
    .text(
      "memory", "NAME[,NAME..]",
      "What is off chip: ideal, ddr3-1600, ddr4-2400, lpddr4-3200, hbm2; several: each of them, and why they differ."),
    .setting(
      "conv", ["IFMAP.npy", "FILTER.npy"], keys: ["workload.ifmap", "workload.filter"],
      "A convolution of the tensors [N, C, H, W] and [M, C/G, R, S], int8, uint8 or bfloat16."),
    .setting("stride", ["N[,N]"], keys: ["workload.stride"], "Its stride, or vertical and horizontal stride."),
    .setting(
      "padding", ["N[,N..]"], keys: ["workload.padding"],
      "Its padding: all sides, or vertical, horizontal, or top, left, bottom, right."),
    .setting("dilation", ["N[,N]"], keys: ["workload.dilation"], "Its dilation, or vertical and horizontal dilation."),
    .setting("groups", "workload.groups", in: .run),
    .setting("bias", "workload.bias", in: .run),
    .setting("zero-point", "workload.ifmap_zero_point", in: .run),
    .setting("filter-zero-point", "workload.filter_zero_point", in: .run),
    .setting("expect", "workload.expect", in: .run),
    .setting("network", "workload.network", in: .run),
    .setting("input", "workload.input", in: .run),
    .setting("inputs", "workload.inputs", in: .run),
    .setting("labels", "workload.labels", in: .run),
    .setting("batch", "workload.batch", in: .run),
    .setting("topology", "workload.topology", in: .run),
    .setting("layer", ["NAME"], keys: ["workload.layer"], "The one layer of the topology to run; without it: all."),
    .setting("gemm", ["MxKxN"], keys: ["workload.gemm"], "A matrix product of random tensors."),
    .setting("seed", "workload.seed", in: .run),
    .setting(
      "zeros", ["X"], keys: ["workload.zeros"], "Fraction of zeros in random ifmaps, 0 to 1; their number is exact."),
    .setting("filter-zeros", ["X"], keys: ["workload.filter_zeros"], "Fraction of zeros in random filters, 0 to 1."),
    .setting("energy", ["FILE"], keys: ["energy"], "What an access costs at each level."),
    .set,
  ]
}

/// Why a configuration file cannot be read; the resolver says which one, and who refers to it.
private struct LoadError: Error, CustomStringConvertible {
  let description: String
}

extension CommandOption {
  /// What only row-stationary machines take.
  static let rowStationary: [CommandOption] = [
    .setting("mapping", ["FILE"], keys: ["workload.mapping"], "Row stationary: mappings instead of the search's.")
  ]
}

extension ParsedArguments {
  /// The configuration that file and options of `CommandOption.inputs` make together.
  func configuration(_ inputs: InputFiles, of schema: ConfigurationSchema = .run) throws -> Configuration {
    try configurations(inputs, of: schema)[0]
  }

  /// The same for each memory that `--memory` names, at least one.
  func configurations(_ inputs: InputFiles, of schema: ConfigurationSchema = .run) throws -> [Configuration] {
    let names = value("memory")?.split(separator: ",", omittingEmptySubsequences: false).map(String.init) ?? []
    let memories = names.map { name in
      [
        ConfigurationOverride(
          path: "machine.memory.device", value: name, spelling: "--memory \(names.joined(separator: ","))")
      ]
    }
    return try (memories.isEmpty ? [[]] : memories).map { memory in
      try schema.resolve(file: operand(0), overrides: overrides() + memory, load: loader(inputs))
    }
  }

  /// What kind of machine the configuration describes.
  func machineKind(_ inputs: InputFiles) throws -> MachineKind {
    try MachineKind(file: operand(0), overrides: overrides(), load: loader(inputs))
  }

  private func loader(_ inputs: InputFiles) -> (String) throws -> [UInt8] {
    { path in
      do throws(InputError) { return try inputs.bytes(of: path) } catch { throw LoadError(description: error.problem) }
    }
  }

  /// The dataflows to run: that of the option, else the configuration's.
  func dataflows(_ configuration: Configuration) -> [Dataflow] {
    guard let word = value("dataflow") else { return [configuration.choice("machine.dataflow")] }
    return Dataflow(rawValue: word).map { [$0] } ?? Dataflow.allCases
  }
}
