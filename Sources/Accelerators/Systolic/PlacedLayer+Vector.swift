public import Compute
import Mappings
import Memory
public import Tensors
import Workloads

/// The requantisation of a placed layer, and where its factors lie off chip.
public struct PlacedRequantisation: Sendable, Codable, Equatable {
  /// What the vector unit computes.
  public let operation: VectorOperation
  /// First byte of the channels' factors.
  public let parameterAddress: Int

  /// A layer's requantisation with its factors at `parameterAddress`.
  public init(_ requantisation: Requantisation, parameterAddress: Int) {
    operation = .requantisation(scheme: requantisation.scheme, range: requantisation.range)
    self.parameterAddress = parameterAddress
  }
}

extension PlacedLayer {
  /// The factors of all filters.
  var parameterLoad: Transfer {
    Transfer(
      memoryAddress: requantisation?.parameterAddress ?? 0,
      runBytes: schedule.layer.filters * VectorParameters.factorBytes, bufferAddress: 0, tile: 0)
  }

  /// The job that turns the psums of one store into bytes: the store's walk of the accumulator, its bytes in order of address.
  func vectorJob(_ store: Transfer, firstFilter: Int) -> VectorJob {
    let elements = AffineAxis(
      middle: store.innerCount, inner: store.runBytes, outerOffset: store.bufferOuterStride,
      middleOffset: store.bufferInnerStride, innerOffset: store.bufferRunStride, middleRow: 1, innerColumn: 0,
      start: .init(offset: store.bufferAddress, row: firstFilter, column: 0))
    return VectorJob(
      source: .psums, elements: elements, taps: .dense(stride: 0), tapCount: 1, bounds: .none, store: store.merged)
  }
}
