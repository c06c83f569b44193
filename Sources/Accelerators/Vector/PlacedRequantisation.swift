public import Compute
import Memory
public import Tensors
import Workloads

/// The requantisation of a layer's psums, and where its factors lie off chip.
public struct PlacedRequantisation: Sendable, Codable, Equatable {
  /// What the vector unit computes.
  public let operation: VectorOperation
  /// The load of the channels' factors into the parameter memory.
  let load: Transfer

  /// The requantisation of a layer with `filters` filters, its factors at `parameterAddress`.
  public init(_ requantisation: Requantisation, filters: Int, parameterAddress: Int) {
    operation = .requantisation(scheme: requantisation.scheme, range: requantisation.range)
    load = Transfer(
      memoryAddress: parameterAddress, runBytes: filters * VectorParameters.factorBytes, bufferAddress: 0, tile: 0)
  }

  /// The requantisation of a convolution in a network, its factors placed among the constants.
  init(_ convolution: PlacedConvolution, constants: inout ConstantPlaces) {
    let (requantisation, filters) = (convolution.operation.requantisation, convolution.layer.filters)
    self.init(
      requantisation, filters: filters,
      parameterAddress: constants.place(VectorParameters.bytes(of: requantisation, channels: filters)))
  }
}
