import Compute
public import Mappings
import Memory
import Tensors
import Workloads

/// A scheduled layer and where its tensors lie off chip: the source of every transfer and every walk.
///
/// Ifmap and ofmap lie in one `FmapLayout`, filters as MCRS, biases one psum a filter; psums are 4 bytes, little-endian.
/// It never changes, so machines and snapshots share one.
public final class PlacedLayer: Sendable, Codable {
  /// The folds.
  public let schedule: SystolicSchedule
  /// What lies on rows, columns and time.
  let spatial: SpatialMapping
  /// First byte of each tensor off chip; the layer may have no bias.
  public let ifmapAddress: Int
  /// First byte of the filters.
  public let filterAddress: Int
  /// First byte of the biases, if there are any.
  public let biasAddress: Int?
  /// First byte of the psums that are stored.
  public let ofmapAddress: Int
  /// How psums become the bytes that are stored; nil where psums are stored themselves.
  public let requantisation: PlacedRequantisation?
  /// Whether psums are requantised; asked in every cycle, and cheaper than the optional.
  let requantises: Bool
  /// In which order fmaps lie off chip, and where their tiles lie if each has its own place.
  public let layout: FmapLayout
  let tiles: IfmapTilePlaces
  /// Bytes of an operand, and of a stored result.
  public let operandBytes: Int
  /// Bytes of a stored result.
  public let resultBytes: Int
  /// Psums of one half of the accumulator, and its halves.
  let halfWords: Int
  let accumulatorHalves: Int
  /// Elements of one half of each scratchpad.
  let ifmapHalfElements: Int
  let filterHalfElements: Int
  let columns: Int
  let rows: Int

  /// A layer placed for a machine.
  public init(
    _ schedule: SystolicSchedule, on spec: SystolicSpec, ifmapAddress: Int, filterAddress: Int, biasAddress: Int?,
    ofmapAddress: Int, requantisation: PlacedRequantisation? = nil, layout: FmapLayout = .nchw
  ) {
    self.schedule = schedule
    spatial = schedule.spatial
    self.ifmapAddress = ifmapAddress
    self.filterAddress = filterAddress
    self.biasAddress = biasAddress
    self.ofmapAddress = ofmapAddress
    self.requantisation = requantisation
    requantises = requantisation != nil
    operandBytes = spec.arithmetic.operandBytes
    self.layout = layout
    tiles = IfmapTilePlaces(schedule, operandBytes: spec.arithmetic.operandBytes)
    resultBytes = requantisation == nil ? spec.arithmetic.psumBytes : 1
    halfWords = spec.accumulatorBytes / spec.accumulatorHalves / 4
    accumulatorHalves = spec.accumulatorHalves
    ifmapHalfElements = spec.ifmapSpad.halfBytes / operandBytes
    filterHalfElements = spec.filterSpad.halfBytes / operandBytes
    columns = spec.columns
    rows = spec.rows
  }

  var layer: ConvolutionLayer { schedule.layer }
}

// MARK: - Transfers

extension PlacedLayer {
  /// All biases of the layer.
  var biasLoad: Transfer {
    Transfer(
      memoryAddress: biasAddress ?? 0, runBytes: layer.filters * 4, bufferAddress: 0, tile: 0)
  }

  /// The weights that a fold's filter tile holds: filters x products.
  func filterLoad(_ fold: Fold, half: Int) -> Transfer {
    let box = schedule.filterBox(of: fold)
    let filterBytes = layer.reductionLength * operandBytes
    let first = fold.group * layer.filtersPerGroup + box.n.lowerBound
    return Transfer(
      memoryAddress: filterAddress + first * filterBytes + box.k.lowerBound * operandBytes,
      runBytes: box.k.count * operandBytes, innerCount: box.n.count, innerStride: filterBytes,
      bufferAddress: half * filterHalfElements * operandBytes, tile: fold.filterTile
    ).merged
  }

  /// The stores that take a complete set of psums off chip: one for the positions of a partly covered image at either end,
  /// one for whole images.
  func psumStores(_ fold: Fold) -> [Transfer] {
    let plane = layout == .tiled ? Int.max : layer.outputHeight * layer.outputWidth
    var stores: [Transfer] = []
    var position = fold.m.lowerBound
    while position < fold.m.upperBound {
      let (image, within) = position.quotientAndRemainder(dividingBy: plane)
      let wholeImages = within == 0 ? (fold.m.upperBound - position) / plane : 0
      let run = wholeImages > 0 ? plane : min(plane - within, fold.m.upperBound - position)
      stores.append(
        psumStore(fold, image: image, within: within, run: run, images: max(1, wholeImages), at: position))
      position += run * max(1, wholeImages)
    }
    stores[stores.count - 1].completesTile = true
    return stores
  }

  /// The first filter of a fold, over all groups.
  func firstFilter(of fold: Fold) -> Int { fold.group * layer.filtersPerGroup + fold.n.lowerBound }

  /// First word of a fold's psums in the accumulator.
  func psumBase(_ fold: Fold) -> Int { fold.psumTile % accumulatorHalves * halfWords }

  /// Words between neighbouring positions and between neighbouring filters: columns lie side by side.
  var psumStrides: (position: Int, filter: Int) {
    schedule.dataflow == .inputStationary ? (1, columns) : (columns, 1)
  }
}

// MARK: - Walks

extension PlacedLayer {
  /// The walk of the ifmap scratchpad that gives element (m, k) of a fold.
  private func ifmapAxes(_ fold: Fold) -> (m: AffineAxis, k: AffineAxis, tile: IfmapTile) {
    let tile = schedule.ifmapTiles[fold.ifmapTile % schedule.ifmapTiles.count]
    let strides = ifmapStrides(tile)
    // Position 0 of the axis is the first position of the tile's first image; its window starts in the padding.
    let top = -layer.paddingTop
    let left = -layer.paddingLeft
    let m = AffineAxis(
      middle: layer.outputHeight, inner: layer.outputWidth, outerOffset: strides.image,
      middleOffset: layer.strideHeight * strides.row, innerOffset: layer.strideWidth * strides.column,
      middleRow: layer.strideHeight, innerColumn: layer.strideWidth,
      start: .init(
        offset: (top - tile.firstRow) * strides.row + left * strides.column, row: top, column: left))
    let k = AffineAxis(
      middle: layer.filterHeight, inner: layer.filterWidth, outerOffset: strides.channel,
      middleOffset: layer.dilationHeight * strides.row, innerOffset: layer.dilationWidth * strides.column,
      middleRow: layer.dilationHeight, innerColumn: layer.dilationWidth,
      start: .init(offset: 0, row: 0, column: 0))
    return (m, k, tile)
  }

  /// The ifmap stream of a fold; `lanes` and `steps` are two of the dimensions m and k.
  func ifmapStream(_ fold: Fold, lanes: GEMMDimension, half: Int) -> OperandStream {
    let axes = ifmapAxes(fold)
    let firstOfTile = axes.tile.firstImage * layer.outputHeight * layer.outputWidth
    let firstPosition = fold.m.lowerBound - firstOfTile
    let lanesAreReduction = lanes == .k
    return OperandStream(
      lanes: lanesAreReduction ? axes.k : axes.m,
      firstLane: lanesAreReduction ? fold.k.lowerBound : firstPosition, laneCount: fold[lanes].count,
      steps: lanesAreReduction ? axes.m : axes.k,
      firstStep: lanesAreReduction ? firstPosition : fold.k.lowerBound,
      height: layer.inputHeight, width: layer.inputWidth, base: half * ifmapHalfElements)
  }

  /// The filter stream of a fold; `lanes` and `steps` are two of the dimensions k and n.
  func filterStream(_ fold: Fold, lanes: GEMMDimension, half: Int) -> OperandStream {
    let box = schedule.filterBox(of: fold)
    let k = AffineAxis.dense(stride: 1)
    let n = AffineAxis.dense(stride: box.k.count)
    let firstProduct = fold.k.lowerBound - box.k.lowerBound
    let firstFilter = fold.n.lowerBound - box.n.lowerBound
    let lanesAreReduction = lanes == .k
    return OperandStream(
      lanes: lanesAreReduction ? k : n, firstLane: lanesAreReduction ? firstProduct : firstFilter,
      laneCount: fold[lanes].count, steps: lanesAreReduction ? n : k,
      firstStep: lanesAreReduction ? firstFilter : firstProduct,
      height: 1, width: 1, base: half * filterHalfElements)
  }
}
