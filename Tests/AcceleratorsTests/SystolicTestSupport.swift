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

/// One random convolution: every feature of a layer drawn from the seed; nil where the draw makes no layer.
func randomLayer(_ random: inout SplitMix64) -> ConvolutionLayer? {
  func draw(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(random.next(below: UInt64(range.count)))
  }
  let groups = [1, 1, 2, 3][draw(0...3)]
  return try? ConvolutionLayer(
    name: "random", batch: draw(1...3), inputChannels: groups * draw(1...4), inputHeight: draw(1...9),
    inputWidth: draw(1...9), filters: groups * draw(1...7), filterHeight: draw(1...4), filterWidth: draw(1...4),
    strideHeight: draw(1...3), strideWidth: draw(1...3), paddingTop: draw(0...3), paddingLeft: draw(0...3),
    paddingBottom: draw(0...3), paddingRight: draw(0...3), dilationHeight: draw(1...2), dilationWidth: draw(1...2),
    groups: groups)
}
