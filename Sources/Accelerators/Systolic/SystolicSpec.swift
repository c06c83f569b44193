import Compute
public import Mappings
public import Memory
public import Simulation
public import Tensors

/// A systolic machine as a configuration describes it: array, scratchpads, memory port and clock.
public struct SystolicSpec: Sendable, Codable, Equatable {
  /// What stays in the PEs.
  public var dataflow: Dataflow
  /// The numbers it computes in.
  public var arithmetic: Arithmetic
  /// PE rows.
  public var rows: Int
  /// PE columns.
  public var columns: Int
  /// Pipeline stages of a MAC.
  public var macStages: Int
  /// Registers between a scratchpad's data and the array's edge, before the skew.
  public var edgeRegisters: Int
  /// A second stationary register (WS, IS) or a drain register (OS) in each PE.
  public var isDoubleBuffered: Bool
  /// Whether a MAC with a zero operand is gated: labelled `gated`, its energy saved.
  public var gatesZeros: Bool
  /// The ifmap scratchpad.
  public var ifmapSpad: OperandScratchpad.Spec
  /// The filter scratchpad.
  public var filterSpad: OperandScratchpad.Spec
  /// Bytes of the accumulator, and its halves.
  public var accumulatorBytes: Int
  /// Halves of the accumulator: 2 where one is stored while the other accumulates.
  public var accumulatorHalves: Int
  /// Bytes of the bias registers.
  public var biasBytes: Int
  /// The vector unit behind the array.
  public var vector: VectorPath.Spec
  /// The off-chip memory.
  public var memory: OffChipMemory.Spec
  /// The core clock.
  public var clock: ClockDomain

  /// A spec by its parts, with an ideal memory on the core's clock; set `memory` for any other.
  public init(
    dataflow: Dataflow, arithmetic: Arithmetic, rows: Int, columns: Int, macStages: Int, edgeRegisters: Int,
    isDoubleBuffered: Bool, gatesZeros: Bool, ifmapSpad: OperandScratchpad.Spec, filterSpad: OperandScratchpad.Spec,
    accumulatorBytes: Int, accumulatorHalves: Int, biasBytes: Int, vector: VectorPath.Spec = .standard,
    memory: IdealMemory.Spec, clock: ClockDomain
  ) {
    self.dataflow = dataflow
    self.arithmetic = arithmetic
    self.rows = rows
    self.columns = columns
    self.macStages = macStages
    self.edgeRegisters = edgeRegisters
    self.isDoubleBuffered = isDoubleBuffered
    self.gatesZeros = gatesZeros
    self.ifmapSpad = ifmapSpad
    self.filterSpad = filterSpad
    self.accumulatorBytes = accumulatorBytes
    self.accumulatorHalves = accumulatorHalves
    self.biasBytes = biasBytes
    self.vector = vector
    self.memory = OffChipMemory.Spec(memory)
    self.clock = clock
  }

  /// PEs of the array.
  public var peCount: Int { rows * columns }

  /// What a schedule must fit.
  public var resources: SystolicResources {
    SystolicResources(
      rows: rows, columns: columns, ifmapBytes: ifmapSpad.halfBytes, filterBytes: filterSpad.halfBytes,
      psumBytes: accumulatorBytes / accumulatorHalves, operandBytes: arithmetic.operandBytes, biasBytes: biasBytes)
  }

  /// When the parts of a fold may start.
  public var timing: FoldTiming {
    FoldTiming(
      rows: rows, columns: columns, macStages: macStages, dataflow: dataflow, isDoubleBuffered: isDoubleBuffered)
  }

  /// Steps from a scratchpad's address to lane 0 of the array's edge, the longer of both paths.
  var edgeLatency: Int {
    max(ifmapSpad.latencyCycles, filterSpad.latencyCycles) + edgeRegisters
  }

  private var grid: SystolicGrid {
    SystolicGrid(rows: rows, columns: columns, macStages: macStages, isDoubleBuffered: isDoubleBuffered)
  }

  var stationaryArray: StationaryArray? {
    guard dataflow != .outputStationary else { return nil }
    let filtersStay = dataflow == .weightStationary
    return StationaryArray(
      grid, stationary: filtersStay ? "filter" : "ifmap", moving: filtersStay ? "ifmap" : "filter",
      arithmetic: arithmetic)
  }

  var outputStationaryArray: OutputStationaryArray? {
    guard dataflow == .outputStationary else { return nil }
    return OutputStationaryArray(grid, arithmetic: arithmetic)
  }
}
