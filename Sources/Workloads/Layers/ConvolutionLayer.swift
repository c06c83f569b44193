public import Tensors

/// One convolution: every extent that decides its loops, its tensors and its MACs, checked once at construction.
///
/// Fully connected layers and matrix products are convolutions too, with 1 x 1 filters over 1 x 1 ifmaps
/// (`fullyConnected`, `gemm`). Tensors are ifmap [N, C, H, W], filter [M, C/G, R, S] and ofmap [N, M, P, Q]. A value of
/// this type is always legal: sums and products of its extents do not overflow.
public struct ConvolutionLayer: Hashable, Sendable, Codable {
  /// What reports call it.
  public let name: String
  /// Images N.
  public let batch: Int
  /// Channels C of the ifmap, of all groups together.
  public let inputChannels: Int
  /// Rows H of the ifmap, without padding.
  public let inputHeight: Int
  /// Columns W of the ifmap, without padding.
  public let inputWidth: Int
  /// Filters M, of all groups together: the channels of the ofmap.
  public let filters: Int
  /// Rows R of a filter.
  public let filterHeight: Int
  /// Columns S of a filter.
  public let filterWidth: Int
  /// Rows between neighbouring windows.
  public let strideHeight: Int
  /// Columns between neighbouring windows.
  public let strideWidth: Int
  /// Rows of zeros above the ifmap.
  public let paddingTop: Int
  /// Columns of zeros left of the ifmap.
  public let paddingLeft: Int
  /// Rows of zeros below the ifmap.
  public let paddingBottom: Int
  /// Columns of zeros right of the ifmap.
  public let paddingRight: Int
  /// Rows between neighbouring taps of a filter.
  public let dilationHeight: Int
  /// Columns between neighbouring taps of a filter.
  public let dilationWidth: Int
  /// Groups G: filters of one group see the channels of that group only.
  public let groups: Int

  /// A layer of the given extents.
  ///
  /// Throws `LayerError` when an extent is below its least value or too large to count with, when the groups divide
  /// channels or filters unevenly, or when the dilated filter does not fit the padded ifmap.
  public init(
    name: String, batch: Int = 1, inputChannels: Int, inputHeight: Int, inputWidth: Int, filters: Int,
    filterHeight: Int, filterWidth: Int, strideHeight: Int = 1, strideWidth: Int = 1, paddingTop: Int = 0,
    paddingLeft: Int = 0, paddingBottom: Int = 0, paddingRight: Int = 0, dilationHeight: Int = 1,
    dilationWidth: Int = 1, groups: Int = 1
  ) throws(LayerError) {
    self.name = name
    self.batch = batch
    self.inputChannels = inputChannels
    self.inputHeight = inputHeight
    self.inputWidth = inputWidth
    self.filters = filters
    self.filterHeight = filterHeight
    self.filterWidth = filterWidth
    self.strideHeight = strideHeight
    self.strideWidth = strideWidth
    self.paddingTop = paddingTop
    self.paddingLeft = paddingLeft
    self.paddingBottom = paddingBottom
    self.paddingRight = paddingRight
    self.dilationHeight = dilationHeight
    self.dilationWidth = dilationWidth
    self.groups = groups
    if let problem = firstProblem { throw LayerError(layer: name, problem: problem) }
  }

  /// The matrix product of an m x k and a k x n matrix: m images of 1 x 1 with k channels, n filters.
  public static func gemm(name: String = "gemm", m: Int, k: Int, n: Int) throws(LayerError) -> ConvolutionLayer {
    try ConvolutionLayer(
      name: name, batch: m, inputChannels: k, inputHeight: 1, inputWidth: 1, filters: n, filterHeight: 1,
      filterWidth: 1)
  }

  /// A fully connected layer: `outputs` filters of 1 x 1 over `inputs` channels of 1 x 1.
  public static func fullyConnected(
    name: String, batch: Int = 1, inputs: Int, outputs: Int
  ) throws(LayerError) -> ConvolutionLayer {
    try gemm(name: name, m: batch, k: inputs, n: outputs)
  }
}

extension ConvolutionLayer {
  /// Rows of a filter with its dilation gaps.
  public var dilatedFilterHeight: Int { (filterHeight - 1) * dilationHeight + 1 }
  /// Columns of a filter with its dilation gaps.
  public var dilatedFilterWidth: Int { (filterWidth - 1) * dilationWidth + 1 }
  /// Rows of the ifmap with padding.
  public var paddedHeight: Int { inputHeight + paddingTop + paddingBottom }
  /// Columns of the ifmap with padding.
  public var paddedWidth: Int { inputWidth + paddingLeft + paddingRight }
  /// Rows P of the ofmap.
  public var outputHeight: Int { (paddedHeight - dilatedFilterHeight) / strideHeight + 1 }
  /// Columns Q of the ofmap.
  public var outputWidth: Int { (paddedWidth - dilatedFilterWidth) / strideWidth + 1 }
  /// Channels that one filter sees, C/G.
  public var channelsPerGroup: Int { inputChannels / groups }
  /// Filters of one group, M/G.
  public var filtersPerGroup: Int { filters / groups }
  /// Products summed into one ofmap element: C/G x R x S.
  public var reductionLength: Int { channelsPerGroup * filterHeight * filterWidth }
  /// Ofmap positions of one filter over the batch: N x P x Q.
  public var positions: Int { batch * outputHeight * outputWidth }
  /// Multiply-accumulates, those with padding zeros included: N x M x P x Q x C/G x R x S.
  public var macs: Int { positions * filters * reductionLength }
  /// Weights: M x C/G x R x S, biases not counted.
  public var weights: Int { filters * reductionLength }
  /// Whether every channel is a group of its own.
  public var isDepthwise: Bool { groups == inputChannels && groups > 1 }
  /// Whether it is a plain matrix product: 1 x 1 filters over 1 x 1 ifmaps.
  public var isFullyConnected: Bool {
    paddedHeight == 1 && paddedWidth == 1 && filterHeight == 1 && filterWidth == 1 && groups == 1
  }
  /// Extents of the ifmap, [N, C, H, W].
  public var ifmapShape: Shape { [batch, inputChannels, inputHeight, inputWidth] }
  /// Extents of the filters, [M, C/G, R, S].
  public var filterShape: Shape { [filters, channelsPerGroup, filterHeight, filterWidth] }
  /// Extents of the ofmap and of its psums, [N, M, P, Q].
  public var ofmapShape: Shape { [batch, filters, outputHeight, outputWidth] }

  /// The same layer under another name or for another number of images.
  public func with(name: String? = nil, batch: Int? = nil) throws(LayerError) -> ConvolutionLayer {
    try ConvolutionLayer(
      name: name ?? self.name, batch: batch ?? self.batch, inputChannels: inputChannels, inputHeight: inputHeight,
      inputWidth: inputWidth, filters: filters, filterHeight: filterHeight, filterWidth: filterWidth,
      strideHeight: strideHeight, strideWidth: strideWidth, paddingTop: paddingTop, paddingLeft: paddingLeft,
      paddingBottom: paddingBottom, paddingRight: paddingRight, dilationHeight: dilationHeight,
      dilationWidth: dilationWidth, groups: groups)
  }
}

extension ConvolutionLayer {
  /// The largest single extent: far above any real layer, and small enough for sums and products of two to stay exact.
  public static let maximumExtent = 1 << 30
  /// The largest element count of a tensor, and of the reduction.
  public static let maximumElements = 1 << 40

  private var firstProblem: LayerError.Problem? {
    rangeProblem ?? groupProblem ?? windowProblem ?? sizeProblem
  }

  private var rangeProblem: LayerError.Problem? {
    let limits: [(String, Int, Int)] = [
      ("batch", batch, 1), ("input channels", inputChannels, 1), ("input height", inputHeight, 1),
      ("input width", inputWidth, 1), ("filters", filters, 1), ("filter height", filterHeight, 1),
      ("filter width", filterWidth, 1), ("stride height", strideHeight, 1), ("stride width", strideWidth, 1),
      ("padding top", paddingTop, 0), ("padding left", paddingLeft, 0), ("padding bottom", paddingBottom, 0),
      ("padding right", paddingRight, 0), ("dilation height", dilationHeight, 1),
      ("dilation width", dilationWidth, 1), ("groups", groups, 1),
    ]
    for (parameter, value, minimum) in limits {
      if value < minimum { return .belowMinimum(parameter: parameter, value: value, minimum: minimum) }
      if value > Self.maximumExtent {
        return .aboveMaximum(parameter: parameter, value: value, maximum: Self.maximumExtent)
      }
    }
    return nil
  }

  private var groupProblem: LayerError.Problem? {
    if inputChannels % groups != 0 {
      return .groupsDoNotDivide(parameter: "input channels", value: inputChannels, groups: groups)
    }
    return filters % groups == 0 ? nil : .groupsDoNotDivide(parameter: "filters", value: filters, groups: groups)
  }

  private var windowProblem: LayerError.Problem? {
    if dilatedFilterHeight > paddedHeight {
      return .filterExceedsIfmap(axis: "height", filter: dilatedFilterHeight, paddedIfmap: paddedHeight)
    }
    if dilatedFilterWidth > paddedWidth {
      return .filterExceedsIfmap(axis: "width", filter: dilatedFilterWidth, paddedIfmap: paddedWidth)
    }
    return nil
  }

  private var sizeProblem: LayerError.Problem? {
    let tensors: [(String, [Int])] = [
      ("padded ifmap", [batch, inputChannels, paddedHeight, paddedWidth]),
      ("filter", [filters, channelsPerGroup, filterHeight, filterWidth]),
      ("ofmap", [batch, filters, outputHeight, outputWidth]),
    ]
    for (tensor, extents) in tensors where product(of: extents, atMost: Self.maximumElements) == nil {
      return .tooManyElements(tensor: tensor, maximum: Self.maximumElements)
    }
    let loops = [batch, filters, outputHeight, outputWidth, channelsPerGroup, filterHeight, filterWidth]
    return product(of: loops, atMost: .max) == nil ? .tooManyElements(tensor: "loop nest", maximum: .max) : nil
  }
}

/// The product of extents that are 0 or more, or nil where it exceeds `limit`.
///
/// Extents beside a 0 must keep the limit too: a shape multiplies them before it meets the 0.
func product(of extents: [Int], atMost limit: Int) -> Int? {
  var product = 1
  for extent in extents where extent != 0 {
    let (partial, overflow) = product.multipliedReportingOverflow(by: extent)
    if overflow || partial > limit { return nil }
    product = partial
  }
  return extents.contains(0) ? 0 : product
}
