public import Tensors

/// What a layer computes.
public enum LayerOperation: Sendable {
  /// An integer convolution or fully connected layer with its requantisation.
  case convolution(QuantisedConvolution)
  /// A floating-point convolution or fully connected layer.
  case realConvolution(RealConvolution)
  /// Maxima or means over windows.
  case pooling(PoolingOperation)
  /// The element-wise sum of two integer activations.
  case addition(QuantisedAddition)
  /// Activations side by side along an axis, each rescaled first where its quantisation differs from the result's.
  case concatenation(axis: Int, rescales: [Requantisation?])
  /// The same elements under other extents.
  case reshape
  /// Dimensions in another order.
  case transpose([Int])
  /// A function of one 8-bit element, as a table of 256 results.
  case table(LookupTable)
  /// A softmax of bytes that only the golden model executes, where onnxruntime's fused form is asked for.
  case softmax(QuantisedSoftmax)
  /// ONNX nodes that only the golden model executes, in order.
  case golden

  /// The geometry of a convolution or fully connected layer.
  public var convolution: ConvolutionLayer? {
    switch self {
    case .convolution(let operation): operation.layer
    case .realConvolution(let operation): operation.layer
    default: nil
    }
  }

  /// Weights and biases.
  public var parameters: Int {
    switch self {
    case .convolution(let operation): operation.layer.weights + operation.bias.count
    case .realConvolution(let operation): operation.layer.weights + operation.bias.count
    default: 0
    }
  }

  /// A few words for reports.
  public var summary: String {
    switch self {
    case .convolution(let operation): "int8 " + operation.layer.summary
    case .realConvolution(let operation): "float " + operation.layer.summary
    case .pooling(let operation): operation.layer.summary
    case .addition: "int8 addition"
    case .concatenation(let axis, _): "concatenation along axis \(axis)"
    case .reshape: "reshape"
    case .transpose(let order): "transpose \(order)"
    case .table(let table): "\(table.function) by table"
    case .softmax: "int8 softmax, golden model only"
    case .golden: "golden model only"
    }
  }
}

extension ConvolutionLayer {
  /// A few words for reports.
  public var summary: String {
    if isFullyConnected { return "fully connected \(inputChannels) to \(filters)" }
    let kind = isDepthwise ? "depthwise convolution" : groups > 1 ? "convolution in \(groups) groups" : "convolution"
    return "\(kind) \(filterHeight)x\(filterWidth), stride \(strideHeight)x\(strideWidth)"
  }
}

/// An integer convolution with all that hardware needs: filters, biases, zero points, requantisation and clamp.
public struct QuantisedConvolution: Sendable {
  /// Its geometry. A fully connected layer's activations are [N, K] and [N, M] in the network.
  public let layer: ConvolutionLayer
  /// Stored filters [M, C/G, R, S], int8 or uint8.
  public let filter: AnyTensor
  /// Zero points of the filters: one, or one a filter.
  public let filterZeroPoints: [Int32]
  /// Biases in psum units, one a filter: where each psum starts.
  public let bias: [Int32]
  /// Zero point of the ifmap: subtracted where an operand enters the array; padding stores it.
  public let inputZeroPoint: Int32
  /// From psum to stored result, with the fused activation as its clamp.
  public let requantisation: Requantisation

  /// Filters with their zero points subtracted, [M, C/G, R, S].
  public var filterOperands: Tensor<Int16> {
    let values = filter.integers ?? []
    let each = values.count / max(1, filterZeroPoints.count)
    return Tensor(layer.filterShape, values.enumerated().map { Int16($1 - Int(filterZeroPoints[$0 / max(1, each)])) })
  }

  /// An ifmap [N, C, H, W] with its zero point subtracted; nil unless int8 or uint8 with the layer's element count.
  public func ifmapOperands(_ ifmap: AnyTensor) -> Tensor<Int16>? {
    guard ifmap.elementType.byteCount == 1, let values = ifmap.integers, values.count == layer.ifmapShape.count else {
      return nil
    }
    return Tensor(layer.ifmapShape, values.map { Int16($0 - Int(inputZeroPoint)) })
  }
}

/// A floating-point convolution with its fused activation.
public struct RealConvolution: Sendable {
  /// Its geometry.
  public let layer: ConvolutionLayer
  /// Filters [M, C/G, R, S].
  public let filter: RealWeights
  /// Biases, one a filter; empty where there are none.
  public let bias: [Float]
  /// Results are limited to this range; nil bounds are open. A fused ReLU is the lower bound 0.
  public let clamp: RealClamp
}

/// Bounds of a fused activation.
public struct RealClamp: Hashable, Sendable {
  /// Lower bound.
  public var low: Float?
  /// Upper bound.
  public var high: Float?

  /// Bounds; both open unless given.
  public init(low: Float? = nil, high: Float? = nil) {
    self.low = low
    self.high = high
  }

  /// A value limited to the bounds; a NaN stays.
  public func apply(_ value: Float) -> Float {
    var value = value
    if let low, value < low { value = low }
    if let high, value > high { value = high }
    return value
  }
}

/// Real weights: stored, or one number repeated, as exact topologies without training have them.
public enum RealWeights: Sendable {
  case stored(Tensor<Float>)
  case repeated(Float, Shape)

  /// Extents.
  public var shape: Shape {
    switch self {
    case .stored(let tensor): tensor.shape
    case .repeated(_, let shape): shape
    }
  }

  /// The elements, written out.
  public var tensor: Tensor<Float> {
    switch self {
    case .stored(let tensor): tensor
    case .repeated(let value, let shape): Tensor(shape, repeating: value)
    }
  }
}

/// A function of one 8-bit element as a table, indexed by the element's bit pattern.
public struct LookupTable: Sendable {
  /// The function's name, such as `Sigmoid`.
  public let function: String
  /// 256 stored results by bit pattern of the stored element.
  public let results: [Int32]
}
