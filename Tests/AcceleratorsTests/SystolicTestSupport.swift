import Accelerators
import Mappings
import Memory
import Simulation
import Tensors
import Workloads

/// A small machine whose every parameter a test can see.
func smallMachine(
  _ dataflow: Dataflow, rows: Int, columns: Int, macStages: Int = 1, isDoubleBuffered: Bool = false,
  arithmetic: Arithmetic = .int8, spadBytes: Int = 1 << 16, accumulatorBytes: Int = 1 << 18, readPorts: Int? = nil,
  banks: Int = 8, latency: Int = 1, bytesPerCycle: Int = 64, memoryLatency: Int = 4, gatesZeros: Bool = false
) -> SystolicSpec {
  let spad = OperandScratchpad.Spec(
    bytes: spadBytes, banks: banks, readPorts: readPorts ?? max(rows, columns), latencyCycles: latency, halves: 2)
  return SystolicSpec(
    dataflow: dataflow, arithmetic: arithmetic, rows: rows, columns: columns, macStages: macStages, edgeRegisters: 0,
    isDoubleBuffered: isDoubleBuffered, gatesZeros: gatesZeros, ifmapSpad: spad, filterSpad: spad,
    accumulatorBytes: accumulatorBytes, accumulatorHalves: 2, biasBytes: 1 << 14,
    memory: IdealMemory.Spec(
      portBytes: 64, bytesPerCycle: bytesPerCycle, latencyCycles: memoryLatency, capacityBytes: 1 << 24),
    clock: ClockDomain(name: "core", period: ClockPeriod(hertz: 1_000_000_000)))
}

/// Random tensors for a layer in the given contract.
func randomOperands(
  _ layer: ConvolutionLayer, seed: UInt64, arithmetic: Arithmetic = .int8, zeros: Double = 0.3, hasBias: Bool = true
) throws -> LayerOperands {
  var random = RandomTensors(seed: seed)
  switch arithmetic {
  case .int8:
    return try LayerOperands(
      layer, ifmap: OperandTensor(random.int8(layer.ifmapShape, zeroFraction: zeros, zeroPoint: -3), zeroPoint: -3),
      filter: OperandTensor(random.int8(layer.filterShape, zeroFraction: 0.1)),
      bias: hasBias ? (0..<layer.filters).map { Int32($0 * 37 - 50) } : [])
  case .bfloat16:
    return try LayerOperands(
      layer, ifmap: OperandTensor(random.bfloat16(layer.ifmapShape, zeroFraction: zeros)),
      filter: OperandTensor(random.bfloat16(layer.filterShape, zeroFraction: 0.1)),
      bias: hasBias ? (0..<layer.filters).map { Int32(bitPattern: Float(Double($0) * 0.37 - 1).bitPattern) } : [])
  }
}
