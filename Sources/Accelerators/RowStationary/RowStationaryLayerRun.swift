public import Codecs
import Compute
import Interconnect
public import Mappings
import Memory
public import Signals
public import Simulation
public import Tensors
public import Workloads

/// A layer on a row-stationary machine: streams placed in its memory, the simulator ready to run, the ofmap read back.
public struct RowStationaryLayerRun: Sendable {
  /// The layer and its tensors.
  public let operands: RowStationaryOperands
  /// How the layer is mapped.
  public let mapping: RowStationaryMapping
  /// The machine in time; domain 0 is the core.
  public var simulator: Simulator<RowStationaryMachine>

  private let program: RowStationaryProgram

  /// Checks spec, mapping and operands, and places the streams.
  ///
  /// Throws `RowStationarySpecError`, `RowStationaryMappingError` where the mapping does not fit this machine,
  /// `RowStationaryOperandError`, or `PlacementError` where the streams do not fit the memory.
  public init(
    _ operands: RowStationaryOperands, mapping parameters: RowStationaryMapping.Parameters, on spec: RowStationarySpec
  ) throws {
    try spec.check()
    try operands.check(on: spec)
    mapping = try RowStationaryMapping(operands.layer, parameters, on: spec.resources(for: operands.arithmetic))
    self.operands = operands
    let schedule = RowStationarySchedule(mapping)
    var places = ConstantPlaces(from: 0, alignment: 8)
    program = RowStationaryProgram(
      schedule, operands.arithmetic, ifmapCode: operands.ifmapCode, filter: operands.filter,
      filterCode: operands.filterCode, bias: operands.bias, in: &places
    ) { .streams(FmapStreams(operands, schedule, &$0)) }
    guard places.end <= spec.memory.capacityBytes else {
      throw PlacementError(
        layer: operands.layer.name, neededBytes: places.end, memory: spec.memory)
    }
    var machine = RowStationaryMachine(spec)
    for stream in places.constants { machine.memory.contents.place(stream.bytes, at: stream.address) }
    machine.begin(program)
    simulator = Simulator(machine)
  }

  /// The ofmap [N, M, P, Q] as the machine has stored it: psums with bias, behind the ReLU if there is one.
  ///
  /// Throws `RunLengthError` where a coded stream is not what a coder writes.
  public func ofmap() throws(RunLengthError) -> Tensor<Int32> {
    let layout = StreamLayout(program.schedule)
    var ofmap = Tensor<Int32>(operands.layer.ofmapShape, repeating: 0)
    for (index, stream) in (program.streams?.ofmaps ?? []).enumerated() {
      let tile = program.schedule.tile(index)
      let bytes = simulator.machine.memory.contents.bytes(stream.address..<stream.address + stream.bytes)
      layout.scatter(try elements(bytes, count: layout.ofmapCount(tile)), tile, into: &ofmap)
    }
    return ofmap
  }

  private func elements(_ bytes: [UInt8], count: Int) throws(RunLengthError) -> [Int32] {
    func word(_ first: Int, _ bytesOfWord: Int) -> UInt64 {
      (0..<bytesOfWord).reduce(UInt64(0)) { $0 | UInt64(bytes[first + $1]) << UInt64(8 * $1) }
    }
    guard operands.codesOfmap else {
      let size = operands.arithmetic.psumBytes
      return (0..<count).map {
        let bits = word($0 * size, size)
        return size == 2 ? Int32(Int16(truncatingIfNeeded: bits)) : Int32(truncatingIfNeeded: bits)
      }
    }
    // The stream ends at its end bit; behind it lies room that was kept for the worst case.
    var words: [UInt64] = []
    for first in stride(from: 0, to: bytes.count, by: 8) {
      words.append(word(first, 8))
      if words[words.count - 1] >> 63 != 0 { break }
    }
    return try RunLengthCode.decode(words, count: count).map { Int32($0) }
  }

  /// What the ofmap must be, in this mapping's order of additions.
  public func golden() throws(LayerError) -> Tensor<Int32> {
    try operands.golden(order: RowStationaryOrder(q: mapping.parameters.q, r: mapping.parameters.r))
  }
}

// MARK: - What it counted

extension RowStationaryLayerRun {
  private var machine: RowStationaryMachine { simulator.machine }

  /// Core cycles from the first to the last.
  public var totalCycles: Int { machine.counters.cycles }
  /// Core cycles of passes: the latency if loads and dumps were hidden.
  public var processingCycles: Int { machine.counters.processCycles }
  /// Words between GLB and array, each multicast counted once: ifmap, filter, psums read, psums written.
  public var glbWords: (ifmap: Int, filter: Int, psumReads: Int, psumWrites: Int) {
    (
      machine.ifmapReader.wordsSent, machine.filterReader.wordsSent, machine.psumReader.wordsRead,
      machine.psumWriter.wordsWritten
    )
  }
  /// Bytes between GLB and array: what the chip's table calls GLB accesses.
  public var glbBytes: Int {
    let words = glbWords
    return (words.ifmap + words.filter) * operands.arithmetic.operandBytes
      + (words.psumReads + words.psumWrites) * operands.arithmetic.psumBytes
  }
  /// Bytes over the off-chip link, biases left out.
  public var offChipBytes: Int { machine.port.counters.fmapAndFilterBytes }

  /// Every counter of the machine with its scope, in a fixed order.
  public var counters: [CounterValue] { machine.allCounters }
}
