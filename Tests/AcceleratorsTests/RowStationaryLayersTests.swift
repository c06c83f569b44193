import Accelerators
import Compute
import Mappings
import Simulation
import Tensors
import Testing
import Workloads

/// Layers of published networks as the search maps them on the chip.
@Suite("Fire modules and depthwise layers on the chip, mapped by the search")
struct RowStationaryLayersTests {
  /// Runs a layer on the chip, 16-bit, ReLU and run-length code as in a network; returns the mapping.
  private func run(_ layer: ConvolutionLayer, seed: UInt64) throws -> RowStationaryMapping {
    var operands = try fixedPointOperands(layer, seed: seed, zeros: 0.5)
    (operands.appliesReLU, operands.codesIfmap, operands.codesOfmap) = (true, true, true)
    let mapping = try RowStationarySearch(on: RowStationarySpec.eyeriss.resources(for: operands.arithmetic))
      .mapping(of: layer)
    var run = try RowStationaryLayerRun(operands, mapping: mapping.parameters, on: .eyeriss)
    #expect(run.simulator.run(cycleLimit: 100_000_000) == .finished)
    #expect(try run.ofmap() == run.golden(), "\(layer.name)")
    #expect(run.simulator.machine.array.counters.macs == layer.macs)
    #expect(run.glbBytes == mapping.glbBytes, "\(layer.name)")
    return mapping
  }

  @Test("SqueezeNet: squeeze and both expand layers", arguments: [(64, 55, 16), (256, 27, 32), (512, 13, 64)])
  func fireModules(channels: Int, size: Int, squeeze: Int) throws {
    for (name, from, to, filter) in [
      ("squeeze", channels, squeeze, 1), ("expand1x1", squeeze, 4 * squeeze, 1),
      ("expand3x3", squeeze, 4 * squeeze, 3),
    ] {
      let layer = try ConvolutionLayer(
        name: name, inputChannels: from, inputHeight: size, inputWidth: size, filters: to, filterHeight: filter,
        filterWidth: filter, paddingTop: filter / 2, paddingLeft: filter / 2, paddingBottom: filter / 2,
        paddingRight: filter / 2)
      let mapping = try run(layer, seed: UInt64(channels + filter))
      #expect(mapping.segmentCount == 1)
    }
  }

  @Test("MobileNet: depthwise layers, one channel and one filter a group", arguments: [(64, 56, 2), (512, 14, 1)])
  func depthwise(channels: Int, size: Int, stride: Int) throws {
    let layer = try ConvolutionLayer(
      name: "depthwise", inputChannels: channels, inputHeight: size, inputWidth: size, filters: channels,
      filterHeight: 3, filterWidth: 3, strideHeight: stride, strideWidth: stride, paddingTop: 1, paddingLeft: 1,
      paddingBottom: 1, paddingRight: 1, groups: channels)
    let mapping = try run(layer, seed: UInt64(channels))
    #expect(mapping.activePEs == 3 * mapping.parameters.e)
    #expect(mapping.parameters.p == 1 && mapping.parameters.q == 1)
  }
}
