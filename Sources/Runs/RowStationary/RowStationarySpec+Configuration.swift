public import Accelerators
internal import Compute
public import Configuration
internal import Mappings
internal import Memory
internal import Simulation
public import Tensors

extension RowStationarySpec {
  /// The row-stationary machine that `machine.*` describes.
  ///
  /// Throws if the memory's parts do not fit each other, or its timing file is not readable; `files` remembers that file.
  public init(_ configuration: Configuration, files: InputFiles = InputFiles()) throws {
    func integer(_ key: String) -> Int { configuration.integer("machine.\(key)") }
    func clock(_ name: String, _ key: String) -> ClockDomain {
      ClockDomain(name: name, period: ClockPeriod(hertz: UInt64(integer(key)) * 1_000_000))
    }
    self.init(
      array: .init(
        rows: integer("array.rows"), columns: integer("array.columns"),
        ifmapSpadWords: integer("pe.ifmap_spad_words"), filterSpadWords: integer("pe.filter_spad_words"),
        psumSpadWords: integer("pe.psum_spad_words"), ifmapFIFODepth: integer("pe.ifmap_fifo_depth"),
        filterFIFODepth: integer("pe.filter_fifo_depth"), psumInputFIFODepth: integer("pe.psum_input_fifo_depth"),
        psumOutputFIFODepth: integer("pe.psum_output_fifo_depth")),
      glb: .init(
        banks: integer("glb.banks"), linesPerBank: integer("glb.lines_per_bank"),
        linesPerCycle: integer("glb.lines_per_cycle")),
      filterBuffer: .init(banks: integer("filter_buffer.banks"), linesPerBank: integer("filter_buffer.lines_per_bank")),
      codecElementsPerCycle: integer("codec.elements_per_cycle"), linkFIFODepth: integer("link.fifo_depth"),
      synchroniserStages: integer("link.synchroniser_stages"), configurationBits: integer("configuration_bits"),
      biasWords: integer("bias_words"), vector: VectorPath.Spec(configuration),
      memory: OffChipMemory.Spec(
        IdealMemory.Spec(
          portBytes: 8, bytesPerCycle: 8, latencyCycles: integer("memory.latency_cycles"),
          capacityBytes: integer("memory.capacity_bytes"))),
      coreClock: clock("core", "clock.frequency_mhz"), linkClock: clock("link", "link.frequency_mhz"))
    objective = configuration.choice("search.objective")
    energyTable = EnergyTable(configuration)
    if let memory = try OffChipMemory.Spec(dram: configuration, portBytes: memory.portBytes, files: files) {
      self.memory = memory
    }
  }
}

extension RowStationaryArithmetic {
  /// The contract that a configuration names.
  public init(_ configuration: Configuration) {
    self =
      configuration.string("machine.arithmetic") == "int8"
      ? .integer8
      : .fixedPoint16(
        position: configuration.integer("workload.cut"), saturates: configuration.boolean("machine.saturates"))
  }
}
