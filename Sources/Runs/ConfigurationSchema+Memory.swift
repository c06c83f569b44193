internal import Configuration
internal import Mappings
internal import Memory

extension ConfigurationSchema {
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

  /// What an access costs at each level, of whichever machine.
  static let costKeys: [ConfigurationKey] = [
    .string("energy.name", default: EnergyTable.relative.name, "What reports call the table of costs."),
    .string("energy.unit", default: EnergyTable.relative.unit, "What one unit of energy is."),
    .string("energy.source", default: EnergyTable.relative.source, "Where the costs are from."),
    .integer("energy.word_bits", 1...4096, default: 16, unit: "bits", "Width of the accesses whose costs are given."),
    .number("energy.dram", 0...1e12, default: 200, "An off-chip access."),
    .number(
      "energy.global_buffer", 0...1e12, default: 6, "An access of the GLB, or of a systolic machine's scratchpads."),
    .number("energy.array", 0...1e12, default: 2, "A word that arrives in a PE, from the GLB or another PE."),
    .number("energy.spad", 0...1e12, default: 1, "An access of a PE's spad or register."),
    .number("energy.mac8", 0...1e12, default: 1, "A MAC with 8-bit operands."),
    .number("energy.mac16", 0...1e12, default: 1, "A MAC with 16-bit operands."),
  ]
}
