public import Configuration
internal import Mappings
internal import Tensors

extension ConfigurationSchema {
  /// Every key of a run's configuration, with default, unit and range.
  public static let run = ConfigurationSchema([
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
    .integer("machine.memory.capacity_bytes", 4096...(1 << 32), default: 1 << 28, unit: "bytes", "Size of the memory."),
    .integer("machine.clock.frequency_mhz", 1...100_000, default: 500, unit: "MHz", "The core clock."),
    .string("workload.name", default: "layer", "What reports call the layer."),
    .path("workload.ifmap", "The ifmap, [N, C, H, W] or [N, C]: int8, uint8 or bfloat16."),
    .path("workload.filter", "The filters, [M, C/G, R, S] or [M, C]."),
    .path("workload.bias", "An int32 bias for each filter."),
    .path("workload.expect", "Psums that the result must equal."),
    .integer("workload.ifmap_zero_point", -128...255, default: 0, "The ifmap value that counts as zero."),
    .integer("workload.stride", 1...64, default: 1, unit: "elements", "Stride in both directions."),
    .integer("workload.padding", 0...64, default: 0, unit: "elements", "Padding on all four sides."),
    .integer("workload.groups", 1...65536, default: 1, "Groups of the convolution."),
    .integer("run.cycle_limit", 1...(1 << 40), default: 1 << 32, unit: "cycles", "Where a run stops at the latest."),
  ])
}
