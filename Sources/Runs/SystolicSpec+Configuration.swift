public import Accelerators
internal import Compute
public import Configuration
public import Mappings
internal import Memory
internal import Simulation
internal import Tensors

extension SystolicSpec {
  /// The systolic machine that `machine.*` describes, with another dataflow if one is given.
  ///
  /// Throws if the memory's parts do not fit each other, or its timing file is not readable; `files` remembers that file.
  public init(_ configuration: Configuration, dataflow: Dataflow? = nil, files: InputFiles = InputFiles()) throws {
    func integer(_ key: String) -> Int { configuration.integer("machine.\(key)") }
    func spad(_ name: String) -> OperandScratchpad.Spec {
      OperandScratchpad.Spec(
        bytes: integer("\(name).bytes"), banks: integer("\(name).banks"), readPorts: integer("\(name).read_ports"),
        latencyCycles: integer("\(name).latency_cycles"), halves: 2)
    }
    self.init(
      dataflow: dataflow ?? configuration.choice("machine.dataflow"),
      arithmetic: configuration.choice("machine.arithmetic"), rows: integer("array.rows"),
      columns: integer("array.columns"), macStages: integer("array.mac_stages"),
      edgeRegisters: integer("array.edge_registers"),
      isDoubleBuffered: configuration.boolean("machine.array.double_buffered"),
      gatesZeros: configuration.boolean("machine.array.gates_zeros"), ifmapSpad: spad("ifmap_spad"),
      filterSpad: spad("filter_spad"), accumulatorBytes: integer("accumulator.bytes"), accumulatorHalves: 2,
      biasBytes: integer("bias.bytes"),
      vector: VectorPath.Spec(configuration),
      memory: IdealMemory.Spec(
        portBytes: 64, bytesPerCycle: integer("memory.bytes_per_cycle"),
        latencyCycles: integer("memory.latency_cycles"),
        capacityBytes: integer("memory.capacity_bytes")),
      clock: ClockDomain(
        name: "core", period: ClockPeriod(hertz: UInt64(integer("clock.frequency_mhz")) * 1_000_000)))
    if let memory = try OffChipMemory.Spec(dram: configuration, portBytes: memory.portBytes, files: files) {
      self.memory = memory
    }
  }
}

extension VectorPath.Spec {
  /// The vector unit that `machine.vector.*` describes.
  init(_ configuration: Configuration) {
    func integer(_ key: String) -> Int { configuration.integer("machine.vector.\(key)") }
    self.init(
      unit: VectorUnit.Spec(
        lanes: integer("lanes"), queueDepth: integer("queue_depth"), parameterBytes: integer("parameter_bytes")),
      bufferBytes: integer("buffer_bytes"))
  }
}
