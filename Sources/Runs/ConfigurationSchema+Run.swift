public import Configuration
internal import Mappings
internal import Memory
internal import Tensors
internal import Workloads

extension ConfigurationSchema {
  /// Every key of a run's configuration, with default, unit and range.
  public static let run = ConfigurationSchema(
    runMachineKeys + memoryKeys + vectorKeys + runTensorKeys + convolutionKeys + networkKeys + runWorkloadKeys)

  /// What a convolution of the user's tensors is, on whichever machine.
  static let convolutionKeys: [ConfigurationKey] = [
    .integer("workload.ifmap_zero_point", -128...255, default: 0, "The ifmap value that counts as zero."),
    .integer("workload.filter_zero_point", -128...255, default: 0, "The filter value that counts as zero."),
    ConfigurationKey(
      "workload.stride", .list(of: .integer(1...4096), count: 1...2), default: .value(.list([.integer(1)])),
      unit: "elements", "Stride: one for both directions, or vertical and horizontal."),
    ConfigurationKey(
      "workload.padding", .list(of: .integer(0...4096), count: 1...4), default: .value(.list([.integer(0)])),
      unit: "elements", "Padding: one for all sides, vertical and horizontal, or top, left, bottom, right."),
    ConfigurationKey(
      "workload.dilation", .list(of: .integer(1...4096), count: 1...2), default: .value(.list([.integer(1)])),
      unit: "elements", "Distance of filter taps: one for both directions, or vertical and horizontal."),
    .integer("workload.groups", 1...65536, default: 1, "Groups of the convolution."),
  ]

  /// The vector unit of a machine that runs networks.
  static let vectorKeys: [ConfigurationKey] = [
    .integer(
      "machine.vector.lanes", 1...64, default: 16, unit: "elements/cycle", "What the vector unit takes a cycle."),
    .integer("machine.vector.queue_depth", 2...64, default: 4, unit: "vectors", "Its queues before and behind."),
    .integer(
      "machine.vector.parameter_bytes", 256...(1 << 24), default: 1 << 15, unit: "bytes",
      "Its memory for factors, 8 bytes a filter, and tables."),
    .integer(
      "machine.vector.buffer_bytes", 64...(1 << 28), default: 1 << 14, unit: "bytes",
      "Its operand memory for layers without MACs, both halves."),
  ]

  /// A network, its inputs and what is expected of it, on whichever machine.
  static let networkKeys: [ConfigurationKey] = [
    .path("workload.network", "A network to run, layer after layer (.onnx)."),
    .choice(
      "workload.rounding", NetworkRounding.self, default: .tflm,
      "Whose rounding an integer network follows: tflm and litert round twice (litert once where fully connected), "
        + "onnxruntime in binary32."),
    .path("workload.input", "The network's input: .npy, PNG, IDX, CIFAR or raw samples; one batch."),
    .path("workload.inputs", "Many inputs: such a file of several images, or a folder of such files."),
    .path("workload.labels", "The right class of each image: an IDX file, or a number a line."),
    .integer("workload.count", 0...(1 << 30), default: 0, unit: "images", "How many images to run; 0: all."),
    .number("workload.pixel_divisor", 1e-6...1e6, default: 255, "What a picture's samples are divided by."),
    ConfigurationKey(
      "workload.pixel_mean", .list(of: .number(-1e6...1e6), count: 1...3), default: .value(.list([.number(0)])),
      "Subtracted then: one for all channels, or one a channel."),
    ConfigurationKey(
      "workload.pixel_deviation", .list(of: .number(1e-6...1e6), count: 1...3), default: .value(.list([.number(1)])),
      "Divides then: one for all channels, or one a channel."),
    ConfigurationKey(
      "run.deadline_ms", .number(0...1e9), default: .absent, unit: "ms",
      "The time that a run of a network may take; a run that misses it ends like one that differs."),
  ]

  /// What is off chip, of whichever machine.
  static let memoryKeys: [ConfigurationKey] = [
    .choice(
      "machine.memory.device", OffChipMemory.Spec.deviceNames, default: "ideal",
      "What is off chip: ideal memory, or a DRAM; with `timing`, the set of that file to take."),
    .path("machine.memory.timing", "A JSON5 file with timing and organisation of a DRAM of your own."),
    .integer("machine.memory.channels", 1...64, default: 1, unit: "channels", "Channels of the DRAM, a power of two."),
    .string(
      "machine.memory.mapping", default: "",
      "Address fields of the DRAM from the highest bits down, such as RoBaBgCoCh; empty: the device's own."),
    .choice("machine.memory.page", ["open", "closed"], default: "open", "How long a row of the DRAM stays open."),
    .choice(
      "machine.memory.refresh", ["all-bank", "per-bank", "off"], default: "all-bank", "How the DRAM is refreshed."),
    .integer(
      "machine.memory.synchroniser_stages", 1...8, default: 2, unit: "flip-flops",
      "Of each pointer that crosses between the clocks of machine and DRAM."),
  ]

  private static let runMachineKeys: [ConfigurationKey] = [
    .choice("machine.dataflow", Dataflow.self, default: .weightStationary, "What stays in the PEs."),
    .choice("machine.arithmetic", Arithmetic.self, default: .int8, "The numbers it computes in."),
    .integer("machine.array.rows", 1...1024, default: 16, unit: "PEs", "Rows of the array."),
    .integer("machine.array.columns", 1...1024, default: 16, unit: "PEs", "Columns of the array."),
    .integer("machine.array.mac_stages", 1...8, default: 1, unit: "stages", "Pipeline stages of a MAC."),
    .integer("machine.array.edge_registers", 0...8, default: 0, unit: "registers", "Registers before the skew."),
    .boolean(
      "machine.array.double_buffered", default: false, "A second stationary (WS, IS) or drain (OS) register a PE."),
    .boolean("machine.array.gates_zeros", default: false, "Whether MACs with a zero operand are gated."),
    .integer(
      "machine.ifmap_spad.bytes", 64...(1 << 28), default: 1 << 17, unit: "bytes", "Ifmap scratchpad, both halves."),
    .integer("machine.ifmap_spad.banks", 1...1024, default: 16, unit: "banks", "Banks, interleaved by element."),
    .integer(
      "machine.ifmap_spad.read_ports", 1...1024, default: 1024, unit: "words/cycle", "Words a bank reads a cycle."),
    .integer("machine.ifmap_spad.latency_cycles", 1...64, default: 1, unit: "cycles", "From address to data."),
    .integer(
      "machine.filter_spad.bytes", 64...(1 << 28), default: 1 << 17, unit: "bytes", "Filter scratchpad, both halves."),
    .integer("machine.filter_spad.banks", 1...1024, default: 16, unit: "banks", "Banks, interleaved by element."),
    .integer(
      "machine.filter_spad.read_ports", 1...1024, default: 1024, unit: "words/cycle", "Words a bank reads a cycle."),
    .integer("machine.filter_spad.latency_cycles", 1...64, default: 1, unit: "cycles", "From address to data."),
    .integer("machine.accumulator.bytes", 64...(1 << 28), default: 1 << 18, unit: "bytes", "Accumulator, both halves."),
    .integer("machine.bias.bytes", 4...(1 << 24), default: 1 << 16, unit: "bytes", "Bias registers, 4 bytes a filter."),
    .integer(
      "machine.memory.bytes_per_cycle", 1...64, default: 16, unit: "bytes/cycle", "Bandwidth of the ideal memory."),
    .integer("machine.memory.latency_cycles", 1...100_000, default: 20, unit: "cycles", "Latency of the ideal memory."),
    .integer(
      "machine.memory.capacity_bytes", 4096...(1 << 32), default: 1 << 28, unit: "bytes", "Size of the ideal memory."),
    .integer("machine.clock.frequency_mhz", 1...100_000, default: 500, unit: "MHz", "The core clock."),
    .choice(
      "mapping.lowering", ConvolutionLowering.self, default: .direct,
      "How convolutions become matrix products: walked directly, or through a Toeplitz matrix in memory."),
  ]

  private static let runTensorKeys: [ConfigurationKey] = [
    .string("workload.name", default: "layer", "What reports call a layer of `ifmap` and `filter`, or of `gemm`."),
    .path("workload.ifmap", "The ifmap, [N, C, H, W] or [N, C]: int8, uint8 or bfloat16 (.npy)."),
    .path("workload.filter", "The filters, [M, C/G, R, S] or [M, C] (.npy)."),
    .path("workload.bias", "A bias for each filter: int32, or float32 for bfloat16 operands (.npy)."),
    .path("workload.expect", "Psums [N, M, P, Q], or a network's outputs, that the result must equal (.npy)."),
  ]

  private static let runWorkloadKeys: [ConfigurationKey] = [
    .integer("workload.batch", 1...4096, default: 1, unit: "images", "Images a run of the network."),
    .path("workload.topology", "Layers as a CSV in SCALE-Sim's format, run on random tensors."),
    ConfigurationKey("workload.layer", .string, default: .absent, "The one layer of the topology to run; absent: all."),
    ConfigurationKey(
      "workload.gemm", .string, default: .absent, "A matrix product MxKxN of random tensors: 32x24x16."),
    .integer("workload.seed", 0...Int.max, default: 0, "Seed of random tensors."),
    ConfigurationKey(
      "workload.zeros", .number(0...1), default: .absent,
      "Fraction of zeros in random ifmaps; absent: what the topology says, or 0."),
    ConfigurationKey(
      "workload.filter_zeros", .number(0...1), default: .absent,
      "Fraction of zeros in random filters; absent: what the topology says, or 0."),
    .integer(
      "run.cycle_limit", 1...(1 << 40), default: 1 << 32, unit: "cycles",
      "Where the run of a layer stops at the latest."),
    .boolean(
      "run.save_psums", default: false, "Whether the psums of every layer are written beside the report (.npy)."),
  ]
}
