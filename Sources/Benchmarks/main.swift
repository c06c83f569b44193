import Accelerators
import Glibc
import Mappings
import Memory
import Simulation
import Tensors
import Workloads

func spec(_ dataflow: Dataflow, _ size: Int) -> SystolicSpec {
  let spad = OperandScratchpad.Spec(bytes: 1 << 18, banks: size, readPorts: size, latencyCycles: 1, halves: 2)
  return SystolicSpec(
    dataflow: dataflow, arithmetic: .int8, rows: size, columns: size, macStages: 1, edgeRegisters: 0,
    isDoubleBuffered: false, gatesZeros: false, ifmapSpad: spad, filterSpad: spad,
    accumulatorBytes: 1 << 19, accumulatorHalves: 2, biasBytes: 1 << 14,
    memory: IdealMemory.Spec(portBytes: 64, bytesPerCycle: 64, latencyCycles: 20, capacityBytes: 1 << 24),
    clock: ClockDomain(name: "core", period: ClockPeriod(hertz: 1_000_000_000)))
}
if CommandLine.arguments.dropFirst().first == "row-stationary" {
  try benchmarkRowStationary(layers: Array(CommandLine.arguments.dropFirst(2)))
  exit(0)
}
if CommandLine.arguments.dropFirst().first == "dram" {
  try benchmarkDRAM(requests: 1_000_000)
  exit(0)
}
let layer = try ConvolutionLayer(
  name: "conv2", inputChannels: 96, inputHeight: 27, inputWidth: 27, filters: 256, filterHeight: 5, filterWidth: 5,
  paddingTop: 2, paddingLeft: 2, paddingBottom: 2, paddingRight: 2, groups: 2)
for dataflow in [Dataflow.weightStationary, .outputStationary] {
  for size in [16, 32] {
    var random = RandomTensors(seed: 1)
    let operands = try LayerOperands(
      layer, ifmap: OperandTensor(random.int8(layer.ifmapShape, zeroFraction: 0.4)),
      filter: OperandTensor(random.int8(layer.filterShape, zeroFraction: 0.1)))
    var run = try SystolicLayerRun(operands, on: spec(dataflow, size))
    let start = clock()
    _ = run.simulator.run()
    let seconds = Double(clock() - start) / 1e6
    let edges = run.simulator.evaluatedEdges
    print(
      dataflow, size, seconds, edges, Double(edges * size * size) / seconds / 1e6, "M PE-cycles/s",
      Double(edges) / seconds / 1e6, "Mcycles/s")
  }
}
