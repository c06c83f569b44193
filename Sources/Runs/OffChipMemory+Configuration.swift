internal import Configuration
internal import Memory
internal import MemoryFiles

extension OffChipMemory.Spec {
  /// What `machine.memory.device` may say.
  static let deviceNames =
    ["ideal", "ddr3-1600", "ddr4-2400", "lpddr4-3200"] + DRAMSpecification.presets.map(\.name)

  /// The DRAM that `machine.memory.*` describes, behind a port of some bytes; nil for ideal memory.
  init?(dram configuration: Configuration, portBytes: Int, files: InputFiles) throws {
    let name = configuration.string("machine.memory.device")
    var device: DRAMSpecification
    if let file = configuration.optionalString("machine.memory.timing") {
      let base = try? DRAMSpecification.named(name)
      let sets = try DRAMTimingFile(try files.bytes(of: file), file: file, base: base)
      device = try sets.specification(named: name == "ideal" ? nil : name)
    } else if name == "ideal" {
      return nil
    } else {
      device = try DRAMSpecification.named(name)
    }
    let channels = configuration.integer("machine.memory.channels")
    if channels > 1 { device = try device.with(channels: channels) }
    var controller = ControllerOptions()
    if configuration.string("machine.memory.page") == "closed" { controller.page = .closed }
    switch configuration.string("machine.memory.refresh") {
    case "per-bank": controller.refresh = .perBank
    case "off": controller.refresh = .off
    default: break
    }
    let mapping = configuration.string("machine.memory.mapping")
    self.init(
      try DRAMMemory.Spec(
        device, mapping: mapping.isEmpty ? nil : mapping, controller: controller, portBytes: portBytes))
    synchroniserStages = configuration.integer("machine.memory.synchroniser_stages")
  }
}
