public import Accelerators
internal import Mappings
public import Tensors
public import Workloads

/// How the tensors of a layer on a row-stationary machine come about, and what its fmaps become on the link.
///
/// Random ifmaps have an exact number of zeros. Biases, where an ofmap fraction is asked for, are those that make the stated
/// fraction of each filter's ofmap negative or 0: behind the ReLU these are the zeros that the run-length coder sees.
public struct RowStationaryTensors: Sendable {
  /// Start of the generator.
  public var seed: UInt64
  /// Fraction of zeros in the ifmap, and in the filters.
  public var zeroFraction: Double
  /// Fraction of zeros in the filters.
  public var filterZeroFraction: Double
  /// Fraction of zeros behind the ReLU; nil: no bias.
  public var ofmapZeroFraction: Double?
  /// The contract of products and sums.
  public var arithmetic: RowStationaryArithmetic
  /// Whether negative ofmap elements leave as 0.
  public var appliesReLU: Bool
  /// Whether the ifmap travels run-length coded.
  public var codesIfmap: Bool
  /// Whether the ofmap travels run-length coded.
  public var codesOfmap: Bool

  /// Tensors and the ofmap that they must give.
  public struct Drawn: Sendable {
    /// The layer with its tensors.
    public let operands: RowStationaryOperands
    /// The ofmap [N, M, P, Q] of the golden model.
    public let ofmap: Tensor<Int32>
  }

  /// Draws the tensors of a layer, ifmap first, and runs the golden model once in the order of a mapping.
  public func draw(_ layer: ConvolutionLayer, order: RowStationaryOrder) throws -> Drawn {
    var random = RandomTensors(seed: seed)
    let ifmap = random.int8(layer.ifmapShape, zeroFraction: zeroFraction, zeroPoint: 0)
    let filter = random.int8(layer.filterShape, zeroFraction: filterZeroFraction)
    let (wideIfmap, wideFilter) = (ifmap.map { Int16($0) }, filter.map { Int16($0) })
    let psums = try GoldenConvolution.psums(
      layer, ifmap: wideIfmap, filter: wideFilter, arithmetic: arithmetic, order: order)
    let bias = ofmapZeroFraction.map { biases(psums, zeroFraction: $0) } ?? []
    var operands: RowStationaryOperands
    switch arithmetic {
    case .fixedPoint16(let position, let saturates):
      operands = try RowStationaryOperands(
        layer, ifmap: wideIfmap, filter: wideFilter, bias: bias.map { Int16(clamping: $0) }, position: position,
        saturates: saturates)
    case .integer8:
      operands = try RowStationaryOperands(
        LayerOperands(layer, ifmap: OperandTensor(ifmap), filter: OperandTensor(filter), bias: bias))
    }
    (operands.appliesReLU, operands.codesIfmap, operands.codesOfmap) = (appliesReLU, codesIfmap, codesOfmap)
    return Drawn(operands: operands, ofmap: finished(psums, operands))
  }

  /// Golden psums of given tensors.
  public static func golden(_ operands: RowStationaryOperands, order: RowStationaryOrder) throws -> Drawn {
    Drawn(operands: operands, ofmap: try operands.golden(order: order))
  }

  /// For each filter the bias that leaves the stated fraction of its psums at or below 0.
  private func biases(_ psums: Tensor<Int32>, zeroFraction: Double) -> [Int32] {
    let shape = psums.shape
    let plane = shape[2] * shape[3]
    return (0..<shape[1]).map { filter in
      var values: [Int32] = []
      values.reserveCapacity(shape[0] * plane)
      for image in 0..<shape[0] {
        let first = (image * shape[1] + filter) * plane
        values += psums.elements[first..<first + plane]
      }
      values.sort()
      let zeros = Int((zeroFraction * Double(values.count)).rounded())
      // The last psum that becomes 0 is moved to 0; with none to become 0, the least is moved to 1.
      return zeros > 0 ? 0 &- values[zeros - 1] : 1 &- values[0]
    }
  }

  /// Bias and ReLU, as the chip's output stage applies them.
  private func finished(_ psums: Tensor<Int32>, _ operands: RowStationaryOperands) -> Tensor<Int32> {
    let plane = psums.shape[2] * psums.shape[3]
    var ofmap = psums
    for index in ofmap.elements.indices {
      if !operands.bias.isEmpty {
        let filter = index / plane % psums.shape[1]
        ofmap.elements[index] = arithmetic.sum(ofmap.elements[index], operands.bias[filter])
      }
      if appliesReLU { ofmap.elements[index] = max(0, ofmap.elements[index]) }
    }
    return ofmap
  }
}
