internal import Tensors
public import Workloads

/// The seven numbers of a row-stationary mapping (JSSC 2017, Table III), checked against one layer and one chip.
///
/// A pass computes p x t filters over q x r channels of n images, for e ofmap rows; m ofmap channels of these rows stay in the
/// GLB until all channels of the group were summed. A PE set is a chain of R PEs in e columns: PE (i, j) holds filter row i
/// and slides over ifmap row U j + i. A value of this type is always legal.
public struct RowStationaryMapping: Sendable, Hashable, Codable {
  /// The seven numbers alone, not yet checked.
  public struct Parameters: Sendable, Hashable, Codable {
    /// Ofmap channels in the GLB; images of a pass; ofmap rows of a pass.
    public var m, n, e: Int
    /// Filters and channels interleaved in a PE.
    public var p, q: Int
    /// PE sets on different channels, and on different filters.
    public var r, t: Int
    /// Rows and columns of the filter in a pass; nil: all of them, as on the chip.
    public var segment: FilterSegment.Size?

    /// Parameters in the order of Table III.
    public init(m: Int, n: Int, e: Int, p: Int, q: Int, r: Int, t: Int, segment: FilterSegment.Size? = nil) {
      (self.m, self.n, self.e, self.p, self.q, self.r, self.t) = (m, n, e, p, q, r, t)
      self.segment = segment
    }

    /// Rows and columns of a layer's filter in a pass.
    func segmentSize(of layer: ConvolutionLayer) -> FilterSegment.Size {
      segment ?? FilterSegment.Size(rows: layer.filterHeight, columns: layer.filterWidth)
    }
  }

  /// The layer that is mapped.
  public let layer: ConvolutionLayer
  /// The chip it is mapped on.
  public let resources: RowStationaryResources
  /// The seven numbers.
  public let parameters: Parameters

  /// Throws `RowStationaryMappingError` naming the first capacity that is exceeded.
  public init(
    _ layer: ConvolutionLayer, _ parameters: Parameters, on resources: RowStationaryResources
  ) throws(RowStationaryMappingError) {
    self.layer = layer
    self.parameters = parameters
    self.resources = resources
    try check()
  }
}

// MARK: - Closed forms

extension RowStationaryMapping {
  /// PEs that work: r x t x R x e, with the filter rows of a pass.
  public var activePEs: Int { parameters.r * parameters.t * segmentSize.rows * parameters.e }

  /// Ifmap rows that a strip of e ofmap rows needs: (e - 1) U + R, the filter rows of a pass spread by their dilation.
  public var ifmapRows: Int { layer.ifmapRows(ofmapRows: parameters.e, filterRows: segmentSize.rows) }

  /// Bytes of a pass's ifmap in the GLB: n q r rows W, padding included.
  public var ifmapGLBBytes: Int {
    parameters.n * parameters.q * parameters.r * ifmapRows
      * layer.ifmapColumns(filterColumns: segmentSize.columns) * resources.operandBytes
  }

  /// Bytes of the psums in the GLB: n m e F, the p psums of a window rounded up where they would straddle a line.
  public var psumGLBBytes: Int {
    let sets = ceilingQuotient(parameters.m, parameters.p)
    let last = parameters.m - (sets - 1) * parameters.p
    let perPosition = (sets - 1) * resources.psumPitch(parameters.p) + resources.psumPitch(last)
    return parameters.n * perPosition * parameters.e * layer.outputWidth * resources.psumBytes
  }

  /// Strips of e ofmap rows.
  public var strips: Int { ceilingQuotient(layer.outputHeight, parameters.e) }
  /// Groups of n images.
  public var imageGroups: Int { ceilingQuotient(layer.batch, parameters.n) }
  /// Steps over the channels of a group.
  public var channelSteps: Int { ceilingQuotient(layer.channelsPerGroup, parameters.q * parameters.r) }

  /// Steps whose psums are summed into one ofmap element: over the channels, for each part of the filter plane.
  public var steps: Int { channelSteps * segmentCount }

  /// Blocks of m ofmap channels over all groups.
  public var filterBlocks: Int { layer.groups * ceilingQuotient(layer.filtersPerGroup, parameters.m) }

  /// Passes of the whole layer.
  public var passes: Int {
    let whole = layer.filtersPerGroup / parameters.m
    let rest = layer.filtersPerGroup % parameters.m
    let perPass = parameters.p * parameters.t
    let filterPasses = whole * ceilingQuotient(parameters.m, perPass) + ceilingQuotient(rest, perPass)
    return layer.groups * imageGroups * strips * steps * filterPasses
  }

  /// Off-chip filter words: all of them again for every strip and every group of images.
  public var filterWords: Int { layer.filterShape.count * strips * imageGroups }

  /// Off-chip ifmap words, padding included: planes x C x N for every block of m ofmap channels and part of the filter plane.
  public var ifmapWords: Int { counts.ifmapLinkWords }

  /// Off-chip ofmap words: each once.
  public var ofmapWords: Int { layer.ofmapShape.count }

  /// Off-chip bytes without compression: operands, and ofmap elements as wide as psums.
  public var offChipBytes: Int {
    (filterWords + ifmapWords) * resources.operandBytes + ofmapWords * resources.psumBytes
  }

  /// Psum words between GLB and array: (2 A - 1) M E F N with A sums, A of them writes and A - 1 reads.
  public var psumWords: Int { (2 * steps - 1) * layer.ofmapShape.count }

  /// Ifmap words from GLB to array: the rows and columns that windows touch, again for each p x t filters of a block.
  public var deliveredIfmapWords: Int { counts.ifmapNetworkWords }

  /// Filter words from GLB to array: each once a pass.
  public var deliveredFilterWords: Int { filterWords }

  /// Bytes between GLB and array: the closed form that simulated counters must equal.
  public var glbBytes: Int {
    (deliveredIfmapWords + deliveredFilterWords) * resources.operandBytes + psumWords * resources.psumBytes
  }

  private var counts: RowStationaryCounts {
    RowStationaryEvaluator(layer, resources, .eyeriss).counts(parameters)
  }
}

extension ConvolutionLayer {
  /// Ifmap rows that some ofmap rows and filter rows lie in, those between taps and windows included.
  func ifmapRows(ofmapRows: Int, filterRows: Int) -> Int {
    (ofmapRows - 1) * strideHeight + (filterRows - 1) * dilationHeight + 1
  }

  /// Ifmap columns of a tile: the padded plane where filters are whole, else those that a part of them reaches.
  func ifmapColumns(filterColumns: Int) -> Int {
    filterColumns == filterWidth
      ? paddedWidth : (outputWidth - 1) * strideWidth + (filterColumns - 1) * dilationWidth + 1
  }
}

func ceilingQuotient(_ value: Int, _ divisor: Int) -> Int { (value + divisor - 1) / divisor }
