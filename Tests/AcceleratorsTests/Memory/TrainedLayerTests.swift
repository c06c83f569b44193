import Compute
import Foundation
import Mappings
import Memory
import Simulation
import Tensors
import Testing
import Workloads

@testable import Accelerators

/// LeNet-5's trained layers on every machine behind every memory.
@Suite("Trained layers, every memory, every dataflow")
struct TrainedLayerTests {
  private static let layers = ["conv1", "conv2", "fc1", "fc2", "fc3"]
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Examples/lenet5")

  private func tensor(_ name: String) throws -> AnyTensor {
    try NumpyFile.read([UInt8](Data(contentsOf: Self.folder.appending(path: name + ".npy"))), file: name)
  }

  private func operands(_ name: String) throws -> LayerOperands {
    guard case .int8(let ifmap) = try tensor(name + ".ifmap"), case .int8(let filter) = try tensor(name + ".filter"),
      case .int32(let bias) = try tensor(name + ".bias")
    else { throw CocoaError(.fileReadCorruptFile) }
    func fourDimensional(_ tensor: Tensor<Int8>) -> Tensor<Int8> {
      let padding = [Int](repeating: 1, count: 4 - tensor.shape.dimensions.count)
      return Tensor(Shape(tensor.shape.dimensions + padding), tensor.elements)
    }
    let (x, w) = (fourDimensional(ifmap), fourDimensional(filter))
    let pad = name == "conv1" ? 2 : 0
    let layer = try ConvolutionLayer(
      name: name, batch: x.shape.dimensions[0], inputChannels: x.shape.dimensions[1],
      inputHeight: x.shape.dimensions[2], inputWidth: x.shape.dimensions[3], filters: w.shape.dimensions[0],
      filterHeight: w.shape.dimensions[2], filterWidth: w.shape.dimensions[3], paddingTop: pad, paddingLeft: pad,
      paddingBottom: pad, paddingRight: pad)
    return try LayerOperands(
      layer, ifmap: OperandTensor(x, zeroPoint: -128), filter: OperandTensor(w), bias: bias.elements)
  }

  private func finish(_ start: SystolicLayerRun, _ comment: Comment) throws -> SystolicMachine {
    var run = start
    #expect(run.simulator.run(cycleLimit: 5_000_000) == .finished, comment)
    #expect(try run.psums == run.goldenPsums(), comment)
    let machine = run.simulator.machine
    #expect(machine.counters.labels.total == machine.counters.cycles * machine.spec.peCount, comment)
    #expect(machine.counters.stalls.total == machine.counters.labels.waiting, comment)
    checkConservation(machine.memory, comment)
    return machine
  }

  /// Bit-exact, conserved, bounded from below by ideal memory of the same latency, and the same in another order of steps.
  @Test(arguments: layers, allDevices)
  func systolic(layer: String, device: DRAMSpecification) throws {
    let operands = try operands(layer)
    for dataflow in Dataflow.allCases {
      var spec = smallMachine(dataflow, rows: 16, columns: 16, spadBytes: 1 << 14, accumulatorBytes: 1 << 14)
      spec.memory = try dram(device)
      let comment: Comment = "\(layer), \(device.name), \(dataflow)"
      let start = try SystolicLayerRun(operands, on: spec)
      let machine = try finish(start, comment)
      var permuted = start
      var random = SplitMix64(seed: 4)
      permuted.simulator.stepOrder.shuffle(using: &random)
      #expect(try finish(permuted, comment).allCounters == machine.allCounters, comment)
      spec.memory = try idealBound(of: device)
      let ideal = try finish(SystolicLayerRun(operands, on: spec), "ideal")
      #expect(ideal.counters.cycles <= machine.counters.cycles, comment)
    }
  }

  @Test(arguments: layers, allDevices)
  func rowStationary(layer: String, device: DRAMSpecification) throws {
    let operands = try RowStationaryOperands(operands(layer))
    func finish(_ memory: OffChipMemory.Spec, shuffled: Bool = false) throws -> RowStationaryLayerRun {
      var spec = RowStationarySpec.eyeriss
      spec.memory = memory
      let mapping = try RowStationarySearch(on: spec.resources(for: operands.arithmetic), rates: spec.rates)
        .mapping(of: operands.layer)
      var run = try RowStationaryLayerRun(operands, mapping: mapping.parameters, on: spec)
      var random = SplitMix64(seed: 4)
      if shuffled { run.simulator.stepOrder.shuffle(using: &random) }
      #expect(run.simulator.run(cycleLimit: 20_000_000) == .finished)
      #expect(try run.ofmap() == run.golden(), "\(layer), \(device.name)")
      checkConservation(run.simulator.machine.memory, "\(layer), \(device.name)")
      let machine = run.simulator.machine
      #expect(machine.counters.stalls.total == machine.array.counters.labels.waiting)
      return run
    }
    let memory = try dram(device, portBytes: 8)
    let run = try finish(memory)
    #expect(try finish(memory, shuffled: true).counters == run.counters)
    #expect(try finish(idealBound(of: device, portBytes: 8)).totalCycles <= run.totalCycles)
  }
}
