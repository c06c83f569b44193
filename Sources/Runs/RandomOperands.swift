public import Accelerators
public import Tensors
public import Workloads

/// How the random tensors of a layer come about: the same recipe gives the same tensors, on every machine.
public struct RandomOperands: Sendable, Equatable {
  /// Start of the generator.
  public var seed: UInt64
  /// Fraction of ifmap elements that equal the zero point; their number is exact.
  public var zeroFraction: Double
  /// Fraction of filter elements that are zero.
  public var filterZeroFraction: Double
  /// int8 or bfloat16 operands.
  public var arithmetic: Arithmetic
  /// The ifmap value that counts as zero, for int8.
  public var ifmapZeroPoint: Int8

  /// A recipe by its parts.
  public init(
    seed: UInt64, zeroFraction: Double, filterZeroFraction: Double, arithmetic: Arithmetic, ifmapZeroPoint: Int8
  ) {
    self.seed = seed
    self.zeroFraction = zeroFraction
    self.filterZeroFraction = filterZeroFraction
    self.arithmetic = arithmetic
    self.ifmapZeroPoint = ifmapZeroPoint
  }

  /// The seed of a topology's layer: different for each, and the same whether the layer runs alone or not.
  public static func seed(_ seed: UInt64, layer: Int) -> UInt64 {
    var generator = SplitMix64(seed: seed)
    for _ in 0..<layer { _ = generator.next() }
    return layer == 0 ? seed : generator.next()
  }

  /// The tensors of a layer: ifmap first, then filters, from one generator.
  public func operands(_ layer: ConvolutionLayer) throws(LayerError) -> LayerOperands {
    var random = RandomTensors(seed: seed)
    switch arithmetic {
    case .int8:
      let ifmap = random.int8(layer.ifmapShape, zeroFraction: zeroFraction, zeroPoint: ifmapZeroPoint)
      let filter = random.int8(layer.filterShape, zeroFraction: filterZeroFraction)
      return try LayerOperands(
        layer, ifmap: OperandTensor(ifmap, zeroPoint: ifmapZeroPoint), filter: OperandTensor(filter))
    case .bfloat16:
      let ifmap = random.bfloat16(layer.ifmapShape, zeroFraction: zeroFraction)
      let filter = random.bfloat16(layer.filterShape, zeroFraction: filterZeroFraction)
      return try LayerOperands(layer, ifmap: OperandTensor(ifmap), filter: OperandTensor(filter))
    }
  }
}
