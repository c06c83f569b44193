internal import Workloads

/// One walk over the space of a search.
struct RowStationarySearchWalk {
  typealias Parameters = RowStationaryMapping.Parameters

  /// The best parameters so far; all of them legal.
  private(set) var best: Parameters?

  private let search: RowStationarySearch
  private let layer: ConvolutionLayer
  private let evaluator: RowStationaryEvaluator
  private var bestCost: RowStationarySearch.Cost?
  /// Rows and columns of the filter in a pass.
  private var segment: FilterSegment.Size

  init(_ search: RowStationarySearch, _ layer: ConvolutionLayer) {
    self.search = search
    self.layer = layer
    evaluator = RowStationaryEvaluator(layer, search.resources, search.rates)
    segment = FilterSegment.Size(rows: layer.filterHeight, columns: layer.filterWidth)
  }

  /// The parameters that need least of everything.
  var smallest: Parameters {
    Parameters(m: 1, n: 1, e: 1, p: 1, q: 1, r: 1, t: 1, segment: .init(rows: 1, columns: 1).unlessWhole(layer))
  }

  /// Visits the space. A filter is cut only where it has to be: each cut costs sums in the GLB.
  mutating func run() {
    walkFilters()
    guard best == nil else { return }
    for rows in cuts(of: layer.filterHeight) where rows <= search.resources.rows {
      for columns in cuts(of: layer.filterWidth) {
        segment = FilterSegment.Size(rows: rows, columns: columns)
        walkFilters()
      }
    }
  }

  /// Channels that a PE can interleave.
  private var mostChannels: Int {
    let window = (segment.columns - 1) * layer.dilationWidth + 1
    return min(
      layer.channelsPerGroup, search.resources.ifmapSpadWords / window,
      search.resources.filterSpadWords / segment.columns)
  }

  /// Visits all mappings with the filter cut as it is.
  private mutating func walkFilters() {
    let resources = search.resources
    let mostChannels = mostChannels
    let mostSets = min(layer.channelsPerGroup, resources.rows / segment.rows)
    guard mostChannels > 0, mostSets > 0 else { return }
    for r in (1...mostSets).reversed() {
      let places = resources.rows / (r * segment.rows) * resources.columns
      for e in cuts(of: layer.outputHeight) where e <= places {
        for t in (1...min(layer.filtersPerGroup, places / e)).reversed() where fitsArray(e: e, r: r, t: t) {
          for q in (1...mostChannels).reversed() { walk(e: e, q: q, r: r, t: t) }
        }
      }
    }
  }

  /// Whether sets and IDs fit; all else is as small as it can be.
  private func fitsArray(e: Int, r: Int, t: Int) -> Bool {
    var smallest = smallest
    (smallest.e, smallest.r, smallest.t) = (e, r, t)
    smallest.segment = segment.unlessWhole(layer)
    do throws(RowStationaryMappingError) {
      _ = try RowStationaryMapping(layer, smallest, on: search.resources)
      return true
    } catch { return false }
  }

  private mutating func walk(e: Int, q: Int, r: Int, t: Int) {
    let most = min(
      layer.filtersPerGroup, search.resources.psumSpadWords, search.resources.filterSpadWords / (q * segment.columns))
    guard most > 0 else { return }
    for p in (1...most).reversed() {
      var candidate = Parameters(
        m: layer.filtersPerGroup, n: layer.batch, e: e, p: p, q: q, r: r, t: t, segment: segment.unlessWhole(layer))
      if let bestCost, evaluator.leastCost(candidate, search) > bestCost.primary { continue }
      for n in cuts(of: layer.batch) {
        candidate.n = n
        guard let most = mostFilters(candidate) else { continue }
        for m in filterBlocks(atMost: most, perPass: p * t) {
          candidate.m = m
          offer(candidate)
        }
      }
    }
  }

  /// The most ofmap channels that fit the GLB beside the ifmap, or nil.
  private func mostFilters(_ candidate: Parameters) -> Int? {
    let resources = search.resources
    let rows = layer.ifmapRows(ofmapRows: candidate.e, filterRows: segment.rows)
    let columns = layer.ifmapColumns(filterColumns: segment.columns)
    let ifmap = candidate.n * candidate.q * candidate.r * rows * columns * resources.operandBytes
    let banks = resources.banks - ceilingQuotient(ifmap, resources.bankBytes)
    let position = candidate.n * candidate.e * layer.outputWidth * resources.psumBytes
    // Psums of a window: groups of p at their pitch, then as many more as find room.
    let room = max(0, banks) * resources.bankBytes / position
    let pitch = resources.psumPitch(candidate.p)
    var rest = min(candidate.p - 1, room % pitch)
    while rest > 0, resources.psumPitch(rest) > room % pitch { rest -= 1 }
    let most = room / pitch * candidate.p + rest
    return most > 0 ? most : nil
  }

  /// Blocks of filters worth a try: for each number of blocks the smallest, and that rounded up to whole passes.
  private func filterBlocks(atMost most: Int, perPass: Int) -> [Int] {
    let all = layer.filtersPerGroup
    let fewest = ceilingQuotient(all, min(all, most))
    let passes = ceilingQuotient(all, perPass)
    var blocks: [Int] = []
    for count in fewest...max(fewest, passes) {
      let even = ceilingQuotient(all, count)
      let whole = ceilingQuotient(even, perPass) * perPass
      for m in [even, whole] where m <= min(all, most) && blocks.last != m { blocks.append(m) }
    }
    return blocks
  }

  private mutating func offer(_ candidate: Parameters) {
    let cost = evaluator.cost(candidate, search)
    guard let bestCost, let best else {
      (self.bestCost, self.best) = (cost, candidate)
      return
    }
    if cost < bestCost || cost == bestCost && candidate.isBefore(best) {
      (self.bestCost, self.best) = (cost, candidate)
    }
  }
}

extension RowStationaryMapping.Parameters {
  /// An order among equals of cost: fewest sets, then smallest tiles.
  func isBefore(_ other: Self) -> Bool {
    for (mine, others) in [
      (t, other.t), (r, other.r), (q, other.q), (p, other.p), (e, other.e), (n, other.n), (m, other.m),
    ]
    where mine != others {
      return mine < others
    }
    return false
  }
}

extension FilterSegment.Size {
  /// Nil where it is the whole filter plane of a layer.
  func unlessWhole(_ layer: ConvolutionLayer) -> FilterSegment.Size? {
    rows == layer.filterHeight && columns == layer.filterWidth ? nil : self
  }
}

/// The sizes that cut an extent into 1, 2, ... pieces, largest first, each as small as its number of pieces allows.
func cuts(of extent: Int) -> [Int] {
  var sizes: [Int] = []
  var pieces = 1
  while pieces <= extent {
    let size = ceilingQuotient(extent, pieces)
    sizes.append(size)
    // The next number of pieces that makes a smaller size.
    guard size > 1 else { break }
    pieces = ceilingQuotient(extent, size - 1)
  }
  return sizes
}
