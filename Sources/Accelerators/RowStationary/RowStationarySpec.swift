public import Compute
public import Mappings
public import Memory
public import Simulation
public import Tensors

/// A row-stationary machine as a configuration describes it: array, buffers, link, memory behind it, and two clocks.
///
/// What the papers do not publish is one value for the whole chip; each such property says so and why its value is what it is.
public struct RowStationarySpec: Sendable, Codable, Equatable {
  /// PEs, their spads and their FIFOs.
  ///
  /// Unpublished: FIFO depths. 4 psum flits hold the 16 psums of a window of 16 filters, so that a burst of the psum buses
  /// overlaps with MACs: with 2 the processing latency of CONV3 more than doubles, with 8 no cycle changes. 4 ifmap words and 2
  /// filter flits are the least powers of two that take a word a cycle with registered back-pressure and some slack between
  /// PEs of a diagonal; halving or doubling them moves no layer by more than 0.3 %.
  public var array: RowStationaryArray.Spec
  /// Banks for ifmap and psums.
  ///
  /// Between them and vector unit or link, fmaps as planes change the order of their elements: a line for each. 2 lines a cycle
  /// are what the psum banks move while passes run, where the measured latencies need a read and a write in one cycle.
  public var glb: GlobalBuffer.Spec
  /// Banks that prefetch filters.
  public var filterBuffer: GlobalBuffer.Spec
  /// Elements a cycle of run-length decoder and coder.
  ///
  /// Unpublished. 4 fill one 64-bit line a cycle, the width of the port behind them.
  public var codecElementsPerCycle: Int
  /// Words of the FIFOs between link and core.
  ///
  /// Unpublished. 16 cover the round trip of a read at one word a link cycle.
  public var linkFIFODepth: Int
  /// Flip-flops that a pointer passes between the clocks: 2, as usual against metastability. Unpublished.
  public var synchroniserStages: Int
  /// Bits of the scan chain that configures a layer, one a link cycle.
  public var configurationBits: Int
  /// The vector unit of networks, which the chip does not have: bias and ReLU are all that its output stage knows.
  public var vector: VectorPath.Spec
  /// Biases that the output stage holds. Unpublished: the papers do not say where a bias is added.
  public var biasWords: Int
  /// The memory behind the link: on the link's clock, or on one of its own.
  public var memory: OffChipMemory.Spec
  /// The clock of array, buffers and control.
  public var coreClock: ClockDomain
  /// The clock of the off-chip link.
  public var linkClock: ClockDomain
  /// What the search minimises that maps the layers whose mapping nobody gives.
  public var objective = RowStationarySearch.Objective.cycles
  /// What an access costs, where the search minimises energy.
  public var energyTable = EnergyTable.relative

  /// A spec by its parts.
  public init(
    array: RowStationaryArray.Spec, glb: GlobalBuffer.Spec, filterBuffer: GlobalBuffer.Spec, codecElementsPerCycle: Int,
    linkFIFODepth: Int, synchroniserStages: Int, configurationBits: Int, biasWords: Int,
    vector: VectorPath.Spec = .standard, memory: OffChipMemory.Spec, coreClock: ClockDomain, linkClock: ClockDomain
  ) {
    self.array = array
    (self.glb, self.filterBuffer) = (glb, filterBuffer)
    self.codecElementsPerCycle = codecElementsPerCycle
    (self.linkFIFODepth, self.synchroniserStages) = (linkFIFODepth, synchroniserStages)
    (self.configurationBits, self.biasWords) = (configurationBits, biasWords)
    (self.vector, self.memory) = (vector, memory)
    (self.coreClock, self.linkClock) = (coreClock, linkClock)
  }

  /// The Eyeriss chip at 1 V: core 200 MHz, link 60 MHz (JSSC 2017, Table V).
  public static let eyeriss = RowStationarySpec(
    array: .init(
      rows: 12, columns: 14, ifmapSpadWords: 12, filterSpadWords: 224, psumSpadWords: 24, ifmapFIFODepth: 4,
      filterFIFODepth: 2, psumInputFIFODepth: 4, psumOutputFIFODepth: 4),
    glb: .init(banks: 25, linesPerBank: 512, linesPerCycle: 2), filterBuffer: .init(banks: 2, linesPerBank: 512),
    codecElementsPerCycle: 4, linkFIFODepth: 16, synchroniserStages: 2, configurationBits: 1794, biasWords: 4096,
    memory: .init(IdealMemory.Spec(portBytes: 8, bytesPerCycle: 8, latencyCycles: 4, capacityBytes: 1 << 28)),
    coreClock: ClockDomain(name: "core", period: ClockPeriod(hertz: 200_000_000)),
    linkClock: ClockDomain(name: "link", period: ClockPeriod(hertz: 60_000_000)))

  /// PEs of the array.
  public var peCount: Int { array.peCount }

  /// The search that maps its layers.
  public func search(for arithmetic: RowStationaryArithmetic) -> RowStationarySearch {
    RowStationarySearch(
      on: resources(for: arithmetic), rates: rates, objective: objective, energyTable: energyTable)
  }

  /// What a mapping must fit, for operands and psums of the contract's widths.
  public func resources(for arithmetic: RowStationaryArithmetic) -> RowStationaryResources {
    RowStationaryResources(
      rows: array.rows, columns: array.columns, ifmapSpadWords: array.ifmapSpadWords,
      filterSpadWords: array.filterSpadWords, psumSpadWords: array.psumSpadWords, banks: glb.banks,
      bankBytes: glb.linesPerBank * 8, operandBytes: arithmetic.operandBytes, psumBytes: arithmetic.psumBytes)
  }

  /// Throws `RowStationarySpecError` at the first value that no such machine can have.
  public func check() throws(RowStationarySpecError) {
    let limits: [(String, Int, ClosedRange<Int>)] = [
      ("rows", array.rows, 1...256), ("columns", array.columns, 1...256),
      ("ifmap spad words", array.ifmapSpadWords, 1...255), ("filter spad words", array.filterSpadWords, 1...16384),
      ("psum spad words", array.psumSpadWords, 1...255), ("ifmap FIFO depth", array.ifmapFIFODepth, 1...64),
      ("filter FIFO depth", array.filterFIFODepth, 1...64), ("psum input FIFO depth", array.psumInputFIFODepth, 1...64),
      ("psum output FIFO depth", array.psumOutputFIFODepth, 1...64), ("GLB banks", glb.banks, 2...64),
      ("GLB lines of a bank", glb.linesPerBank, 1...1 << 20),
      ("GLB lines per cycle", glb.linesPerCycle, 1...8), ("filter banks", filterBuffer.banks, 1...64),
      ("filter lines of a bank", filterBuffer.linesPerBank, 2...1 << 20),
      ("codec elements per cycle", codecElementsPerCycle, 1...4),
      ("link FIFO depth", linkFIFODepth, 2...1024),
      ("synchroniser stages", synchroniserStages, 0...8), ("configuration bits", configurationBits, 1...1 << 20),
      ("bias words", biasWords, 0...1 << 20), ("vector lanes", vector.unit.lanes, 1...64),
      ("vector queue depth", vector.unit.queueDepth, 2...64),
      ("vector parameter bytes", vector.unit.parameterBytes, 0...1 << 24),
      ("vector buffer bytes", vector.bufferBytes, 64...1 << 28), ("memory port bytes", memory.portBytes, 8...8),
    ]
    for (name, value, range) in limits where !range.contains(value) {
      throw RowStationarySpecError(name: name, value: value, range: range)
    }
  }
}

/// A machine that cannot be built.
public struct RowStationarySpecError: Error, Equatable, CustomStringConvertible {
  /// What is out of range.
  public let name: String
  /// Its value.
  public let value: Int
  /// What is legal.
  public let range: ClosedRange<Int>

  /// The message.
  public var description: String {
    "row-stationary machine: \(name) is \(value); legal are \(range.lowerBound) to \(range.upperBound); "
      + "nearest legal: \(min(max(value, range.lowerBound), range.upperBound))"
  }
}
