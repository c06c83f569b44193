internal import Memory
public import Workloads

extension LayerOperands {
  /// The same layer as a machine runs it under a lowering; psums keep their shape and their order of additions.
  ///
  /// Throws `LayerError` where the Toeplitz matrix is too large.
  public func lowered(_ lowering: ConvolutionLowering) throws(LayerError) -> LayerOperands {
    switch lowering {
    case .direct: return self
    case .toeplitz:
      let toeplitz = try ToeplitzLowering(layer)
      let matrix = toeplitz.matrix(of: ifmap.bytes, elementBytes: ifmap.format.bytes, zero: ifmap.zeroBytes)
      return try LayerOperands(
        toeplitz.product, ifmap: ifmap.replaced(by: matrix, shape: toeplitz.product.ifmapShape),
        filter: filter.reshaped(toeplitz.product.filterShape), bias: bias)
    }
  }
}
