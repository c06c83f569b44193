import Workloads

/// Chooses the tile sizes of a systolic schedule: as much as fits, reduction whole where it can be.
struct SystolicPlanner {
  let layer: ConvolutionLayer
  let dataflow: Dataflow
  let resources: SystolicResources

  private var reduction: Int { layer.reductionLength }
  private var filters: Int { layer.filtersPerGroup }

  /// Bias registers hold the whole layer's biases.
  func checkBias() throws(ScheduleError) {
    let needed = layer.filters * 4
    guard needed <= resources.biasBytes else {
      throw failure("machine.bias.bytes", "the biases of \(layer.filters) filters", needed, resources.biasBytes, 1)
    }
  }

  /// Positions on the array at once, or streamed without end.
  var positionsPerFold: Int {
    switch dataflow {
    case .weightStationary: Int.max >> 1
    case .inputStationary: resources.columns
    case .outputStationary: resources.rows
    }
  }

  /// WS and OS hold a column each; IS streams as many filters as scratchpad and accumulator take.
  func filtersPerFold() throws(ScheduleError) -> Int {
    guard dataflow == .inputStationary else { return min(resources.columns, filters) }
    let rows = min(resources.rows, reduction)
    let byFilters = resources.filterBytes / (rows * resources.operandBytes)
    guard byFilters > 0 else {
      throw failure(
        "machine.filter_spad.bytes", "\(rows) weights of one filter", rows * resources.operandBytes,
        resources.filterBytes, 2)
    }
    let byPsums = resources.psumBytes / (resources.columns * 4)
    guard byPsums > 0 else {
      throw failure(
        "machine.accumulator.bytes", "one psum in each of \(resources.columns) columns", resources.columns * 4,
        resources.psumBytes, 2)
    }
    return min(filters, byFilters, byPsums)
  }

  /// WS and IS hold a row each; OS streams the reduction, cut where a filter tile would not fit.
  func reductionPerFold(filtersPerFold: Int) throws(ScheduleError) -> Int {
    let columnBytes = filtersPerFold * resources.operandBytes
    guard dataflow == .outputStationary else {
      let rows = min(resources.rows, reduction)
      guard rows * columnBytes <= resources.filterBytes else {
        throw failure(
          "machine.filter_spad.bytes", "a tile of \(rows) x \(filtersPerFold) weights", rows * columnBytes,
          resources.filterBytes, 2)
      }
      return rows
    }
    guard columnBytes <= resources.filterBytes else {
      throw failure(
        "machine.filter_spad.bytes", "one weight of \(filtersPerFold) filters", columnBytes, resources.filterBytes, 2)
    }
    return min(reduction, resources.filterBytes / columnBytes)
  }

  /// Whole images or whole ofmap rows, as many as scratchpad and accumulator take.
  func ifmapTiles(filtersPerFold: Int) throws(ScheduleError) -> [IfmapTile] {
    func ifmapBytes(_ tile: IfmapTile) -> Int { tile.elements(of: layer) * resources.operandBytes }
    func psumBytes(_ tile: IfmapTile) -> Int {
      switch dataflow {
      case .weightStationary: tile.positions * resources.columns * 4
      case .inputStationary: filtersPerFold * resources.columns * 4
      case .outputStationary: resources.rows * resources.columns * 4
      }
    }
    let tiles = IfmapTile.tiles(of: layer) {
      ifmapBytes($0) <= resources.ifmapBytes && psumBytes($0) <= resources.psumBytes
    }
    if let tiles { return tiles }
    // The row that needs most lies inside the image, where no padding shortens its window.
    let rows = (0..<layer.outputHeight).map {
      IfmapTile(layer: layer, images: 0..<1, outputRows: $0..<$0 + 1)
    }
    let largest = rows.max { ifmapBytes($0) < ifmapBytes($1) }!
    if ifmapBytes(largest) > resources.ifmapBytes {
      throw failure(
        "machine.ifmap_spad.bytes",
        "the ifmap of one ofmap row, \(largest.rows) rows of \(layer.channelsPerGroup) channels",
        ifmapBytes(largest), resources.ifmapBytes, 2)
    }
    throw failure(
      "machine.accumulator.bytes", "the psums of one ofmap row", psumBytes(largest), resources.psumBytes, 2)
  }

  /// The longest stay that fits.
  func filterResidency(filtersPerFold: Int) -> FilterResidency {
    if reduction * filters * resources.operandBytes <= resources.filterBytes { return .group }
    if reduction * filtersPerFold * resources.operandBytes <= resources.filterBytes { return .filters }
    return .fold
  }

  private func failure(_ key: String, _ what: String, _ needed: Int, _ available: Int, _ halves: Int) -> ScheduleError {
    ScheduleError(
      layer: layer.name, key: key, what: what, neededBytes: needed, availableBytes: available,
      leastLegalBytes: needed * halves)
  }
}
