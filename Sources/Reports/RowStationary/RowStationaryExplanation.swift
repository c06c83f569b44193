public import Mappings
internal import Workloads

/// Everything about a row-stationary mapping that is known before it runs, as text.
public struct RowStationaryExplanation: Sendable {
  /// The mapping.
  public let mapping: RowStationaryMapping
  /// The chip's bandwidths.
  public let rates: RowStationaryRates
  /// What an access costs.
  public let energyTable: EnergyTable

  /// An explanation of a mapping.
  public init(_ mapping: RowStationaryMapping, rates: RowStationaryRates, energyTable: EnergyTable = .relative) {
    (self.mapping, self.rates, self.energyTable) = (mapping, rates, energyTable)
  }

  /// All sections.
  public var text: String {
    """
    \(headline)
    \(parameters.text)
    Capacities
    \(capacities.text)
    PE sets
    \(RowStationaryPicture(mapping).text)
    Multicast IDs (row: controller on the Y-bus; columns: controllers on the row's X-bus; - is off)
    \(RowStationaryIDs(mapping).text)
    Expected
    \(expected.text)
    Expected energy (\(energyTable.name), in \(energyTable.unit))
    \(energy.byLevel.text)
    """
  }

  private var headline: String {
    let layer = mapping.layer
    let dilation =
      layer.dilationHeight * layer.dilationWidth > 1
      ? ", dilation \(layer.dilationHeight) x \(layer.dilationWidth)" : ""
    let groups = layer.groups > 1 ? ", \(layer.groups) groups" : ""
    return """
      \(layer.name): ifmap \(layer.batch) x \(layer.inputChannels) x \(layer.paddedHeight) x \(layer.paddedWidth) (padded), \
      filters \(layer.filters) x \(layer.channelsPerGroup) x \(layer.filterHeight) x \(layer.filterWidth), stride \
      \(layer.strideHeight) x \(layer.strideWidth)\(dilation)\(groups), ofmap \(layer.batch) x \(layer.filters) x \
      \(layer.outputHeight) x \(layer.outputWidth)
      """
  }

  /// The seven numbers and what each means.
  public var parameters: ReportTable {
    let values = mapping.parameters
    var table = ReportTable([.init("parameter"), .init("value"), .init("of"), .init("meaning")])
    let layer = mapping.layer
    let rows: [(String, Int, Int, String)] = [
      ("m", values.m, layer.filtersPerGroup, "ofmap channels whose psums are in the GLB"),
      ("n", values.n, layer.batch, "images of a pass"),
      ("e", values.e, layer.outputHeight, "ofmap rows of a pass: columns of a PE set"),
      ("p", values.p, layer.filtersPerGroup, "filters interleaved in a PE"),
      ("q", values.q, layer.channelsPerGroup, "channels interleaved in a PE"),
      ("r", values.r, layer.channelsPerGroup, "PE sets on different channels, one above the other"),
      ("t", values.t, layer.filtersPerGroup, "PE sets on different filters"),
    ]
    let segment = mapping.segmentSize
    let cuts = [
      ("filter_rows", segment.rows, layer.filterHeight, "filter rows of a pass: the filter is cut"),
      ("filter_columns", segment.columns, layer.filterWidth, "filter columns of a pass: the filter is cut"),
    ]
    for (name, value, extent, meaning) in rows + (mapping.segmentCount > 1 ? cuts : []) {
      table.append([.text(name), .integer(value), .integer(extent), .text(meaning)])
    }
    return table
  }

  /// What the mapping takes of each capacity.
  public var capacities: ReportTable {
    let (values, resources) = (mapping.parameters, mapping.resources)
    let taps = mapping.segmentSize.columns
    let window = (taps - 1) * mapping.layer.dilationWidth + 1
    var table = ReportTable([
      .init("capacity"), .init("formula"), .init("used"), .init("available"), .init("share", unit: "%", digits: 1),
    ])
    let banks = mapping.glbBanks
    let rows: [(String, String, Int, Int)] = [
      ("ifmap spad words", "q x S", values.q * window, resources.ifmapSpadWords),
      ("filter spad words", "p x q x S", values.p * values.q * taps, resources.filterSpadWords),
      ("psum spad words", "p", values.p, resources.psumSpadWords),
      ("PEs", "r x t x R x e", mapping.activePEs, resources.rows * resources.columns),
      ("GLB ifmap banks", "n q r ((e - 1) U + R) W", banks.ifmap, resources.banks - banks.psum),
      ("GLB psum banks", "n m e F", banks.psum, resources.banks - banks.ifmap),
    ]
    for (name, formula, used, available) in rows {
      table.append([
        .text(name), .text(formula), .integer(used), .integer(available),
        .number(available > 0 ? 100 * Double(used) / Double(available) : 0),
      ])
    }
    return table
  }

  /// Passes, cycles and words that the run should take.
  public var expected: ReportTable {
    let estimate = RowStationaryEstimate(mapping, rates: rates)
    let counts = estimate.counts
    var table = ReportTable([.init("quantity"), .init("value"), .init("unit"), .init("meaning")])
    let rows: [(String, Int, String, String)] = [
      ("passes", counts.passes, "passes", "steps that a psum sums over: \(mapping.steps)"),
      ("macs", counts.macs, "operations", "each once, zeros included"),
      ("compute", counts.computeCycles, "cycles", "busiest PE of each pass, nothing to wait for"),
      ("processing", estimate.processingCycles, "cycles", "slowest of PEs and networks in each pass: a lower bound"),
      ("total", estimate.totalCycles, "cycles", "with ifmap loads and ofmap dumps, uncompressed"),
      ("ifmap_network", counts.ifmapNetworkWords, "words", "GLB to array"),
      ("ifmap_deliveries", counts.ifmapDeliveries, "words", "arrivals in PEs: each multicast word in several"),
      ("filter_network", counts.filterNetworkWords, "words", "GLB to array"),
      ("filter_deliveries", counts.filterDeliveries, "words", "arrivals in PEs"),
      ("psum_network", counts.psumNetworkWords, "words", "GLB to array"),
      ("psum_output", counts.psumOutputWords, "words", "array to GLB"),
      ("local_psums", counts.localPsums, "words", "PE to the PE above"),
      ("ifmap_link", counts.ifmapLinkWords, "words", "off chip, uncompressed, padding included"),
      ("filter_link", counts.filterLinkWords, "words", "off chip"),
      ("ofmap_link", counts.ofmapLinkWords, "words", "off chip, uncompressed"),
    ]
    for (name, value, unit, meaning) in rows {
      table.append([.text(name), .integer(value), .text(unit), .text(meaning)])
    }
    return table
  }

  /// Energy without zeros.
  private var energy: EnergyReport {
    let counts = RowStationaryEstimate(mapping, rates: rates).accesses(on: mapping.resources)
    return EnergyReport([.init(mapping.layer.name, counts)], table: energyTable)
  }
}
