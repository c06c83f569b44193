public import Tensors
public import Workloads

/// A convolution layer with its tensors: what a machine runs, and what the golden model computes for it.
public struct LayerOperands: Sendable {
  /// The layer's extents.
  public let layer: ConvolutionLayer
  /// [N, C, H, W].
  public let ifmap: OperandTensor
  /// [M, C/G, R, S].
  public let filter: OperandTensor
  /// A psum's bits for each filter, or empty.
  public let bias: [Int32]

  /// Throws `LayerError` where a shape does not match the layer's.
  public init(_ layer: ConvolutionLayer, ifmap: OperandTensor, filter: OperandTensor, bias: [Int32] = [])
    throws(LayerError)
  {
    try layer.check(ifmap: ifmap.shape.dimensions, filter: filter.shape.dimensions, biasCount: bias.count)
    precondition(ifmap.arithmetic == filter.arithmetic, "both operands of a MAC follow one contract")
    self.layer = layer
    self.ifmap = ifmap
    self.filter = filter
    self.bias = bias
  }

  /// The golden psums [N, M, P, Q] as bits; `foldLength` is the number of products that a machine sums before it adds.
  public func goldenPsums(foldLength: Int) throws -> Tensor<Int32> {
    switch ifmap.arithmetic {
    case .int8:
      return try GoldenConvolution.psums(layer, ifmap: ifmap.operands, filter: filter.operands, bias: bias)
    case .bfloat16:
      func values(_ tensor: OperandTensor) -> Tensor<BFloat16> {
        tensor.operands.map { BFloat16(bitPattern: UInt16(bitPattern: $0)) }
      }
      return try GoldenConvolution.psums(
        layer, ifmap: values(ifmap), filter: values(filter),
        bias: bias.map { Float(bitPattern: UInt32(bitPattern: $0)) },
        order: ReductionOrder(foldLength: foldLength)
      ).map { Int32(bitPattern: $0.bitPattern) }
    }
  }
}
