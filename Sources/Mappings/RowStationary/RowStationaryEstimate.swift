internal import Workloads

/// What a mapping is expected to cost, before any cycle is simulated.
///
/// A pass takes as long as the slowest of: the busiest PE, the ifmap, filter and psum networks at one full word a cycle, and the
/// prefetch of the next filters over the link. Fill and drain of the PEs come on top on the machine: this is a lower bound
/// that ranks mappings. Ifmap loads and ofmap dumps do not overlap with processing (JSSC 2017, section VI-A).
public struct RowStationaryEstimate: Sendable, Hashable {
  /// What is moved and computed.
  public let counts: RowStationaryCounts
  /// Cycles of all passes with filters already on chip.
  public let processingCycles: Int
  /// Cycles of all passes, the load of the ifmap and the dump of the ofmap.
  public let totalCycles: Int

  /// The estimate for a legal mapping.
  public init(_ mapping: RowStationaryMapping, rates: RowStationaryRates) {
    let evaluator = RowStationaryEvaluator(mapping.layer, mapping.resources, rates)
    self = evaluator.estimate(mapping.parameters, evaluator.counts(mapping.parameters))
  }

  init(counts: RowStationaryCounts, processingCycles: Int, totalCycles: Int) {
    (self.counts, self.processingCycles, self.totalCycles) = (counts, processingCycles, totalCycles)
  }
}

extension RowStationaryEvaluator {
  /// Words of a network in one cycle.
  private func words(_ bits: Int, of bytes: Int) -> Int { max(1, bits / (8 * bytes)) }

  /// Cycles of the fmaps on the link.
  private func fmapLinkCycles(_ counts: RowStationaryCounts) -> Int {
    rates.linkCycles(bytes: counts.ifmapLinkWords * resources.operandBytes)
      + rates.linkCycles(bytes: counts.ofmapLinkWords * resources.operandBytes)
  }

  /// Exact sums over all passes of the slowest part of each.
  func estimate(
    _ parameters: RowStationaryMapping.Parameters, _ counts: RowStationaryCounts
  ) -> RowStationaryEstimate {
    var (processing, withFilters) = (0, 0)
    forEachPassSize(parameters) { pass, count in
      let cycles = processingCycles(pass, parameters)
      processing += count * cycles
      withFilters += count * max(cycles, rates.linkCycles(bytes: filterWords(pass) * resources.operandBytes))
    }
    return RowStationaryEstimate(
      counts: counts, processingCycles: processing, totalCycles: withFilters + fmapLinkCycles(counts))
  }

  /// At most the estimate of any mapping with these e, p, q, r, t, whatever its m and n: each part summed alone.
  func leastCycles(_ counts: RowStationaryCounts) -> Int {
    let link = counts.filterLinkWords * resources.operandBytes * 8 / rates.linkBits
    let parts = [
      counts.computeCycles,
      counts.ifmapNetworkWords / words(rates.ifmapBits, of: resources.operandBytes),
      counts.filterNetworkWords / words(rates.filterBits, of: resources.operandBytes),
      counts.psumNetworkWords / words(rates.psumBits, of: resources.psumBytes),
      counts.psumOutputWords / words(rates.psumBits, of: resources.psumBytes),
      Int(Double(link) * Double(rates.coreHertz) / Double(rates.linkHertz)),
    ]
    return parts.reduce(0, max) + fmapLinkCycles(counts)
  }

  private func filterWords(_ pass: PassSize) -> Int {
    pass.filters * pass.channels * pass.filterRows * pass.filterColumns
  }

  private func processingCycles(_ pass: PassSize, _ parameters: RowStationaryMapping.Parameters) -> Int {
    let compute =
      pass.images * layer.outputWidth * min(parameters.p, pass.filters)
      * (min(parameters.q, pass.channels) * pass.filterColumns + 1)
    let ifmap =
      pass.images * pass.channels * touchedRows(pass.ofmapRows, pass.filterRows) * touchedColumns(pass.filterColumns)
    let psums = pass.images * pass.ofmapRows * layer.outputWidth * pass.filters
    let operands = resources.operandBytes
    let slowestInput = max(
      ceilingQuotient(ifmap, words(rates.ifmapBits, of: operands)),
      ceilingQuotient(filterWords(pass), words(rates.filterBits, of: operands)))
    return max(compute, slowestInput, ceilingQuotient(psums, words(rates.psumBits, of: resources.psumBytes)))
  }

  /// The extents of one pass.
  private struct PassSize {
    var images: Int
    var ofmapRows: Int
    var filters: Int
    var channels: Int
    var filterRows: Int
    var filterColumns: Int
  }

  /// Calls with each size that a pass can have and how many passes have it.
  private func forEachPassSize(
    _ parameters: RowStationaryMapping.Parameters, _ body: (PassSize, _ count: Int) -> Void
  ) {
    let channels = ExtentCuts(layer.channelsPerGroup, by: parameters.q * parameters.r)
    let strips = ExtentCuts(layer.outputHeight, by: parameters.e)
    let images = ExtentCuts(layer.batch, by: parameters.n)
    let (filterRows, filterColumns) = filterCuts(parameters)
    ExtentCuts(layer.filtersPerGroup, by: parameters.m).forEach { block, blocks in
      ExtentCuts(block, by: parameters.p * parameters.t).forEach { filters, filterCount in
        channels.forEach { channels, channelCount in
          images.forEach { images, imageCount in
            strips.forEach { strip, stripCount in
              filterRows.forEach { rows, rowCount in
                filterColumns.forEach { columns, columnCount in
                  body(
                    PassSize(
                      images: images, ofmapRows: strip, filters: filters, channels: channels, filterRows: rows,
                      filterColumns: columns),
                    layer.groups * blocks * filterCount * channelCount * imageCount * stripCount * rowCount
                      * columnCount)
                }
              }
            }
          }
        }
      }
    }
  }
}
