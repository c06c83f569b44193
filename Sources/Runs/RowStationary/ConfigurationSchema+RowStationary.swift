public import Configuration
internal import Mappings

extension ConfigurationSchema {
  /// Every key of a run on a row-stationary machine, with default, unit and range. Defaults are the chip's.
  public static let rowStationary = ConfigurationSchema(
    machineKeys + bufferKeys + memoryKeys + vectorKeys + networkKeys + workloadKeys + tensorKeys + convolutionKeys
      + layerKeys + costKeys)

  private static let machineKeys: [ConfigurationKey] = [
    .choice("machine.dataflow", [MachineKind.rowStationary.rawValue], default: "rs", "What stays in the PEs: rows."),
    .choice(
      "machine.arithmetic", ["fixed16", "int8"], default: "fixed16",
      "16-bit operands and psums, or 8-bit operands and 32-bit psums."),
    .boolean("machine.saturates", default: false, "Whether 16-bit sums saturate instead of wrapping."),
    .integer("machine.array.rows", 1...256, default: 12, unit: "PEs", "Rows of the array."),
    .integer("machine.array.columns", 1...256, default: 14, unit: "PEs", "Columns of the array."),
    .integer("machine.pe.ifmap_spad_words", 1...255, default: 12, unit: "words", "Ifmap spad of a PE."),
    .integer("machine.pe.filter_spad_words", 1...16384, default: 224, unit: "words", "Filter spad of a PE."),
    .integer("machine.pe.psum_spad_words", 1...255, default: 24, unit: "words", "Psum spad of a PE."),
    .integer("machine.pe.ifmap_fifo_depth", 1...64, default: 4, unit: "words", "Unpublished: ifmap FIFO of a PE."),
    .integer(
      "machine.pe.filter_fifo_depth", 1...64, default: 2, unit: "flits", "Unpublished: filter FIFO, 64 bits a flit."),
    .integer("machine.pe.psum_input_fifo_depth", 1...64, default: 4, unit: "flits", "Unpublished: psums in."),
    .integer("machine.pe.psum_output_fifo_depth", 1...64, default: 4, unit: "flits", "Unpublished: psums out."),
  ]

  private static let bufferKeys: [ConfigurationKey] = [
    .integer("machine.glb.banks", 2...64, default: 25, unit: "banks", "Banks of the GLB for ifmaps and psums."),
    .integer("machine.glb.lines_per_bank", 1...(1 << 20), default: 512, unit: "lines", "64-bit lines of a bank."),
    .integer(
      "machine.glb.lines_per_cycle", 1...8, default: 2, unit: "lines/cycle",
      "64-bit lines, each in a bank of its own, that psums of networks leave by and planes of ifmaps come in by."),
    .integer("machine.filter_buffer.banks", 1...64, default: 2, unit: "banks", "Banks that prefetch filters."),
    .integer(
      "machine.filter_buffer.lines_per_bank", 2...(1 << 20), default: 512, unit: "lines", "64-bit lines of a bank."),
    .integer(
      "machine.codec.elements_per_cycle", 1...4, default: 4, unit: "elements/cycle",
      "Unpublished: throughput of run-length coder and decoder."),
    .integer("machine.link.fifo_depth", 2...1024, default: 16, unit: "words", "Unpublished: FIFOs of the link."),
    .integer(
      "machine.link.synchroniser_stages", 0...8, default: 2, unit: "flip-flops", "Unpublished: between both clocks."),
    .integer("machine.link.frequency_mhz", 1...10_000, default: 60, unit: "MHz", "Clock of the off-chip link."),
    .integer(
      "machine.configuration_bits", 1...(1 << 20), default: 1794, unit: "bits", "Scan chain, a bit a link cycle."),
    .integer("machine.bias_words", 0...(1 << 20), default: 4096, unit: "psums", "Unpublished: biases on chip."),
    .integer(
      "machine.memory.latency_cycles", 1...100_000, default: 4, unit: "link cycles",
      "Unpublished: latency of an ideal memory behind the link."),
    .integer(
      "machine.memory.capacity_bytes", 4096...(1 << 32), default: 1 << 28, unit: "bytes", "Size of the ideal memory."),
    .integer("machine.clock.frequency_mhz", 1...10_000, default: 200, unit: "MHz", "The core clock."),
  ]

  private static let workloadKeys: [ConfigurationKey] = [
    .path("workload.topology", "Layers as a CSV in SCALE-Sim's format, run on random tensors."),
    ConfigurationKey("workload.layer", .string, default: .absent, "The one layer of the workload to run; absent: all."),
    ConfigurationKey("workload.batch", .integer(1...65536), default: .absent, unit: "images", "Images of every layer."),
    .integer("workload.seed", 0...Int.max, default: 0, "Seed of random tensors."),
    ConfigurationKey(
      "workload.zeros", .list(of: .number(0...1), count: 0...4096), default: .absent,
      "Zeros in random ifmaps: one fraction for all layers or one a layer; absent: what the layers say, or 0."),
    ConfigurationKey(
      "workload.ofmap_zeros", .list(of: .number(0...1), count: 0...4096), default: .absent,
      "Zeros in ofmaps behind the ReLU, reached by random layers' biases; absent: what the layers say, or no bias."),
    .boolean("workload.relu", default: true, "Whether negative ofmap elements of random layers leave as 0."),
    .boolean("workload.compressed", default: true, "Whether 16-bit fmaps travel run-length coded."),
    .boolean("workload.raw_first_ifmap", default: true, "Whether the first layer's ifmap travels uncoded."),
    .integer("workload.cut", 0...31, default: 8, unit: "bits", "Lowest bit of a product that a 16-bit psum keeps."),
    .path("workload.mapping", "Mappings by layer name, instead of the search's: a JSON5 file."),
    .path(
      "workload.other_mapping", "A second such file; layers that it maps otherwise run again and are reported beside."),
    .choice("workload.silicon", EyerissSilicon.Table.self, default: .none, "Published table to print beside."),
    .choice("search.objective", RowStationarySearch.Objective.self, default: .cycles, "What the search minimises."),
    .integer(
      "run.cycle_limit", 1...(1 << 40), default: 1 << 32, unit: "cycles",
      "Where the run of a layer stops at the latest."),
    .boolean(
      "run.save_psums", default: false, "Whether the ofmaps of every layer are written beside the report (.npy)."),
  ]

  private static let tensorKeys: [ConfigurationKey] = [
    .string("workload.name", default: "layer", "What reports call a layer of `ifmap` and `filter`, or of `gemm`."),
    .path("workload.ifmap", "The ifmap, [N, C, H, W] or [N, C]: int8 or uint8, with fixed16 int16 (.npy)."),
    .path("workload.filter", "The filters, [M, C/G, R, S] or [M, C] (.npy)."),
    .path("workload.bias", "A bias for each filter: int32, with fixed16 int16 (.npy)."),
    .path("workload.expect", "Psums [N, M, P, Q] that the result must equal: int32, with fixed16 int16 (.npy)."),
  ]

  private static let layerKeys: [ConfigurationKey] = [
    ConfigurationKey("workload.gemm", .string, default: .absent, "A matrix product MxKxN of random tensors: 32x24x16."),
    ConfigurationKey(
      "workload.layers", .list(of: .record(LayerRecord.keys), count: 0...4096), default: .value(.list([])),
      "Layers with random tensors, in the order of the network."),
  ]
}

/// What kind of machine a configuration describes, by its dataflow.
public enum MachineKind: String, Sendable {
  /// A row-stationary machine after Eyeriss.
  case rowStationary = "rs"
  /// A systolic array: every other dataflow.
  case systolic

  /// The kind that files and overrides say, without looking at any other key.
  public init(
    file: String?, overrides: [ConfigurationOverride], load: (String) throws -> [UInt8]
  ) throws(ConfigurationError) {
    let schema = ConfigurationSchema([.string("machine.dataflow", default: "", "")])
    let dataflow = try schema.resolve(file: file, overrides: overrides, ignoringOtherKeys: true, load: load)
      .string("machine.dataflow")
    self = dataflow == Self.rowStationary.rawValue ? .rowStationary : .systolic
  }
}
