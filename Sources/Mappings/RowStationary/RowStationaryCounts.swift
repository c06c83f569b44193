internal import Tensors
internal import Workloads

/// What a mapping moves and computes on the chip, by closed forms: no pass is walked.
///
/// Words between GLB and array are counted where they leave or enter the GLB; deliveries where they arrive in a PE.
public struct RowStationaryCounts: Sendable, Hashable {
  /// Passes of the layer.
  public var passes = 0
  /// MACs, zeros included.
  public var macs = 0
  /// Cycles of the busiest PE, summed over the passes, with every word there when it is needed: a MAC or an addition each.
  public var computeCycles = 0
  /// Words that the ifmap network brings to the array.
  public var ifmapNetworkWords = 0
  /// Words that the filter network brings to the array.
  public var filterNetworkWords = 0
  /// Psums that the psum network brings to the array.
  public var psumNetworkWords = 0
  /// Psums that leave the array for the GLB.
  public var psumOutputWords = 0
  /// Ifmap words that arrive in PEs, each destination of a multicast counted.
  public var ifmapDeliveries = 0
  /// Filter words that arrive in PEs.
  public var filterDeliveries = 0
  /// Psums from PE to PE on the local network, in whole 64-bit flits.
  public var localPsums = 0
  /// Additions that join a PE's psum with the one from below: one a window and filter in each PE of a chain.
  public var accumulations = 0
  /// Ifmap words read from spads: one serves the MACs of all filters of a PE.
  public var ifmapSpadReads = 0
  /// Ifmap words over the off-chip link.
  public var ifmapLinkWords = 0
  /// Filter words over the off-chip link.
  public var filterLinkWords = 0
  /// Ofmap words over the off-chip link.
  public var ofmapLinkWords = 0
}

/// Sums over the cuts of an extent: how often a pass takes the whole size, and what is left for the last.
struct ExtentCuts {
  let size: Int
  let wholes: Int
  let rest: Int

  init(_ extent: Int, by size: Int) {
    self.size = size
    (wholes, rest) = extent.quotientAndRemainder(dividingBy: size)
  }

  /// The sum of a function over all cuts.
  func sum(_ value: (Int) -> Int) -> Int {
    (wholes > 0 ? wholes * value(size) : 0) + (rest > 0 ? value(rest) : 0)
  }

  /// Calls with each size of a cut and how often it occurs.
  func forEach(_ body: (_ size: Int, _ count: Int) -> Void) {
    if wholes > 0 { body(size, wholes) }
    if rest > 0 { body(rest, 1) }
  }
}

/// Evaluates parameters for one layer without checking them; a search does so many thousand times.
struct RowStationaryEvaluator {
  let layer: ConvolutionLayer
  let resources: RowStationaryResources
  let rates: RowStationaryRates
  private let ofmapElements: Int
  private let filterElements: Int

  init(_ layer: ConvolutionLayer, _ resources: RowStationaryResources, _ rates: RowStationaryRates) {
    (self.layer, self.resources, self.rates) = (layer, resources, rates)
    ofmapElements = layer.ofmapShape.count
    filterElements = layer.filterShape.count
  }

  /// Ifmap rows of a strip that some tap lies in: of U x ofmap row + dilation x filter row, each once.
  func touchedRows(_ ofmapRows: Int, _ filterRows: Int) -> Int {
    let divisor = greatestCommonDivisor(layer.strideHeight, layer.dilationHeight)
    let shared =
      max(0, ofmapRows - layer.dilationHeight / divisor) * max(0, filterRows - layer.strideHeight / divisor)
    return ofmapRows * filterRows - shared
  }

  /// Ifmap columns that some window covers, the gaps of a dilated filter included.
  func touchedColumns(_ filterColumns: Int) -> Int {
    let window = (filterColumns - 1) * layer.dilationWidth + 1
    return (layer.outputWidth - 1) * min(layer.strideWidth, window) + window
  }

  /// The cuts of the filter's rows and columns into parts.
  func filterCuts(_ parameters: RowStationaryMapping.Parameters) -> (rows: ExtentCuts, columns: ExtentCuts) {
    let size = parameters.segmentSize(of: layer)
    return (ExtentCuts(layer.filterHeight, by: size.rows), ExtentCuts(layer.filterWidth, by: size.columns))
  }

  /// Sums over the filter passes of one group.
  func filterPasses(_ parameters: RowStationaryMapping.Parameters, _ value: (Int) -> Int) -> Int {
    ExtentCuts(layer.filtersPerGroup, by: parameters.m).sum {
      ExtentCuts($0, by: parameters.p * parameters.t).sum(value)
    }
  }

  /// Everything that is a sum over the passes.
  func counts(_ parameters: RowStationaryMapping.Parameters) -> RowStationaryCounts {
    let (p, q) = (parameters.p, parameters.q)
    let channels = ExtentCuts(layer.channelsPerGroup, by: q * parameters.r)
    let strips = ExtentCuts(layer.outputHeight, by: parameters.e)
    let stripCount = strips.sum { _ in 1 }
    let imageGroups = ceilingQuotient(layer.batch, parameters.n)
    let filterPasses = filterPasses(parameters) { _ in 1 }
    let (filterRows, filterColumns) = filterCuts(parameters)
    let rowCuts = filterRows.sum { _ in 1 }
    let steps = channels.sum { _ in 1 } * rowCuts * filterColumns.sum { _ in 1 }
    let planes = layer.groups * layer.batch
    let loadedRows = strips.sum { rows in filterRows.sum { layer.ifmapRows(ofmapRows: rows, filterRows: $0) } }
    let touchedRows = strips.sum { rows in filterRows.sum { self.touchedRows(rows, $0) } }
    let touchedColumns = filterColumns.sum(self.touchedColumns)
    let filterBlocks = ceilingQuotient(layer.filtersPerGroup, parameters.m)

    var counts = RowStationaryCounts()
    counts.passes = layer.groups * imageGroups * stripCount * steps * filterPasses
    counts.macs = layer.macs
    let macsOfFilter = channels.sum { min(q, $0) } * layer.filterWidth * rowCuts
    counts.computeCycles =
      planes * stripCount * layer.outputWidth * self.filterPasses(parameters) { min(p, $0) } * (macsOfFilter + steps)
    counts.ifmapNetworkWords = planes * layer.channelsPerGroup * touchedRows * touchedColumns * filterPasses
    counts.filterNetworkWords = imageGroups * stripCount * filterElements
    counts.psumNetworkWords = (steps - 1) * ofmapElements
    counts.psumOutputWords = steps * ofmapElements
    counts.ifmapDeliveries =
      planes * layer.channelsPerGroup * layer.outputHeight * layer.filterHeight * touchedColumns
      * self.filterPasses(parameters) { ceilingQuotient($0, p) }
    counts.filterDeliveries = imageGroups * layer.outputHeight * filterElements
    let chain = parameters.r * parameters.segmentSize(of: layer).rows
    let flitWords = self.filterPasses(parameters) { filters in
      ExtentCuts(filters, by: p).sum { ceilingQuotient($0, resources.psumsPerLine) * resources.psumsPerLine }
    }
    counts.localPsums = planes * layer.outputHeight * layer.outputWidth * flitWords * steps * (chain - 1)
    counts.accumulations = ofmapElements * steps * chain
    counts.ifmapSpadReads =
      planes * layer.channelsPerGroup * layer.outputHeight * layer.outputWidth * layer.filterHeight * layer.filterWidth
      * self.filterPasses(parameters) { ceilingQuotient($0, p) }
    counts.ifmapLinkWords =
      loadedRows * filterColumns.sum { layer.ifmapColumns(filterColumns: $0) } * layer.channelsPerGroup * planes
      * filterBlocks
    counts.filterLinkWords = counts.filterNetworkWords
    counts.ofmapLinkWords = ofmapElements
    return counts
  }
}

func greatestCommonDivisor(_ first: Int, _ second: Int) -> Int {
  var (first, second) = (first, second)
  while second != 0 { (first, second) = (second, first % second) }
  return first
}

extension RowStationaryMapping {
  /// Banks of the GLB that hold the ifmap of a pass and the psums, each bank wholly one of the two.
  public var glbBanks: (ifmap: Int, psum: Int) {
    (ceilingQuotient(ifmapGLBBytes, resources.bankBytes), ceilingQuotient(psumGLBBytes, resources.bankBytes))
  }
}
