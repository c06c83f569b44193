import Memory
public import Tensors
public import Workloads

/// How the machine reads an operand from its bytes.
public struct OperandCode: Sendable, Codable, Equatable {
  /// 1 or 2, little-endian.
  public let bytes: Int
  /// Whether the top bit is a sign.
  public let isSigned: Bool
  /// Subtracted where an operand enters the array.
  public let zeroPoint: Int16

  /// The operand in the lowest bytes of a word.
  @inlinable
  public func operand(_ word: UInt64) -> Int16 {
    if bytes == 2 { return Int16(truncatingIfNeeded: word) &- zeroPoint }
    let byte = UInt8(truncatingIfNeeded: word)
    return (isSigned ? Int16(Int8(bitPattern: byte)) : Int16(byte)) &- zeroPoint
  }

  /// The bits that stand for an operand.
  func bits(_ operand: Int16) -> UInt16 { UInt16(bitPattern: operand &+ zeroPoint) }
}

/// A layer with its tensors as the row-stationary machine runs it, and what happens to fmaps on their way off and on the chip.
public struct RowStationaryOperands: Sendable {
  /// The layer's extents.
  public let layer: ConvolutionLayer
  /// [N, C, H, W], zero point subtracted.
  public let ifmap: Tensor<Int16>
  /// [M, C/G, R, S], zero point subtracted.
  public let filter: Tensor<Int16>
  /// A psum for each filter, or empty.
  public let bias: [Int32]
  /// The contract of products and sums.
  public let arithmetic: RowStationaryArithmetic
  /// How the two tensors lie in memory.
  public let ifmapCode, filterCode: OperandCode
  /// Whether negative ofmap elements become 0 before they leave.
  public var appliesReLU = false
  /// Whether the ifmap lies run-length coded in memory, and whether the ofmap is coded: only 16-bit elements can be.
  public var codesIfmap = false
  /// Whether the ofmap leaves run-length coded.
  public var codesOfmap = false

  /// 16-bit fixed-point tensors. Throws `LayerError` where a shape does not match the layer's.
  public init(
    _ layer: ConvolutionLayer, ifmap: Tensor<Int16>, filter: Tensor<Int16>, bias: [Int16] = [], position: Int,
    saturates: Bool = false
  ) throws(LayerError) {
    try layer.check(ifmap: ifmap.shape.dimensions, filter: filter.shape.dimensions, biasCount: bias.count)
    precondition((0...31).contains(position), "the cut lies in the 32-bit product")
    self.layer = layer
    (self.ifmap, self.filter) = (ifmap, filter)
    self.bias = bias.map { Int32($0) }
    arithmetic = .fixedPoint16(position: position, saturates: saturates)
    ifmapCode = OperandCode(bytes: 2, isSigned: true, zeroPoint: 0)
    filterCode = ifmapCode
  }

  /// 8-bit tensors with their zero points, 32-bit psums. Operands of another contract than int8 are refused.
  public init(_ operands: LayerOperands) throws(RowStationaryOperandError) {
    guard operands.ifmap.arithmetic == .int8 else {
      throw RowStationaryOperandError(
        layer: operands.layer.name, problem: "bfloat16 operands: its PEs compute in integers")
    }
    layer = operands.layer
    (ifmap, filter) = (operands.ifmap.operands, operands.filter.operands)
    bias = operands.bias
    arithmetic = .integer8
    ifmapCode = OperandCode(
      bytes: 1, isSigned: operands.ifmap.format == .int8, zeroPoint: operands.ifmap.zeroPoint)
    filterCode = OperandCode(
      bytes: 1, isSigned: operands.filter.format == .int8, zeroPoint: operands.filter.zeroPoint)
  }

  /// Throws where the layer asks for what a machine does not have.
  func check(on spec: RowStationarySpec) throws(RowStationaryOperandError) {
    if arithmetic == .integer8, codesIfmap || codesOfmap {
      throw RowStationaryOperandError(
        layer: layer.name, problem: "run-length coded fmaps of 8-bit operands: the code is one of 16-bit elements")
    }
    try spec.checkBiases(bias.count, of: layer.name)
  }

  /// Elements of the ifmap that are zero.
  public var ifmapZeros: Int { ifmap.elements.reduce(0) { $0 + ($1 == 0 ? 1 : 0) } }

  /// What the machine must store off chip: golden psums with bias, behind the ReLU if there is one.
  public func golden(order: RowStationaryOrder) throws(LayerError) -> Tensor<Int32> {
    let psums = try GoldenConvolution.psums(
      layer, ifmap: ifmap, filter: filter, bias: bias, arithmetic: arithmetic, order: order)
    return appliesReLU ? psums.map { max(0, $0) } : psums
  }
}

extension RowStationarySpec {
  /// Throws unless the output stage holds the biases of a layer.
  func checkBiases(_ count: Int, of layer: String) throws(RowStationaryOperandError) {
    guard count > biasWords else { return }
    throw RowStationaryOperandError(
      layer: layer, problem: "\(count) biases, the output stage holds \(biasWords): \(count - biasWords) too many")
  }
}

/// A layer that a row-stationary machine cannot run.
public struct RowStationaryOperandError: Error, Equatable, CustomStringConvertible {
  /// The layer's name.
  public let layer: String
  /// What stands against it.
  public let problem: String

  /// The message.
  public var description: String { "layer \(layer): a row-stationary machine does not take \(problem)" }
}
