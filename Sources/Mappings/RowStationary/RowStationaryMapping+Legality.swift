internal import Workloads

extension RowStationaryMapping {
  /// Throws at the first capacity that is exceeded, range checks first so that no product overflows.
  func check() throws(RowStationaryMappingError) {
    try checkRanges()
    try checkSpads()
    try checkArray()
    try checkIDs()
    try checkGLB()
  }

  private func checkRanges() throws(RowStationaryMappingError) {
    let limits: [(String, Int, Int)] = [
      ("m", parameters.m, layer.filtersPerGroup), ("n", parameters.n, layer.batch),
      ("e", parameters.e, layer.outputHeight), ("p", parameters.p, layer.filtersPerGroup),
      ("q", parameters.q, layer.channelsPerGroup), ("r", parameters.r, layer.channelsPerGroup),
      ("t", parameters.t, layer.filtersPerGroup),
    ]
    for (name, value, limit) in limits where !(1...limit).contains(value) {
      throw failure("\(name)", "the layer's extent", value, limit, nearest: "\(name) = \(value < 1 ? 1 : limit)")
    }
    let taps = [
      ("filter rows of a pass", segmentSize.rows, layer.filterHeight),
      ("filter columns of a pass", segmentSize.columns, layer.filterWidth),
    ]
    for (name, value, limit) in taps where !(1...limit).contains(value) {
      throw failure(name, "the filter's extent", value, limit, nearest: "\(value < 1 ? 1 : limit)")
    }
  }

  private func checkSpads() throws(RowStationaryMappingError) {
    let (p, q) = (parameters.p, parameters.q)
    let taps = segmentSize.columns
    let window = (taps - 1) * layer.dilationWidth + 1
    try need("q x S", "ifmap spad words", q * window, resources.ifmapSpadWords, "q", resources.ifmapSpadWords / window)
    try need("p", "psum spad words", p, resources.psumSpadWords, "p", resources.psumSpadWords)
    let words = p * q * taps
    try need(
      "p x q x S", "filter spad words", words, resources.filterSpadWords, "p",
      resources.filterSpadWords / (q * taps))
  }

  /// A set's chain of r x R rows stands in one band of rows; its columns may lie in several bands.
  private func checkArray() throws(RowStationaryMappingError) {
    let chain = parameters.r * segmentSize.rows
    try need("r x R", "PE rows", chain, resources.rows, "r", resources.rows / segmentSize.rows)
    let places = resources.rows / chain * resources.columns
    let columns = parameters.t * parameters.e
    try need("t x e", "PE columns of all bands", columns, places, "e", places / parameters.t)
    // A set is not cut unless it is wider than the array.
    let frame = RowStationaryFrame(self)
    try need(
      "t", "PE sets of \(chain) rows and \(parameters.e) columns that fit side by side", parameters.t, frame.capacity,
      "t", frame.capacity)
  }

  private func checkIDs() throws(RowStationaryMappingError) {
    let largest = largestIDs
    func limit(_ bits: Int) -> Int { (1 << bits) - 1 }
    try need("the largest row ID", "row IDs from 0 to", largest.row, limit(resources.rowIDBits), "r", 0)
    try need(
      "the largest filter column ID", "column IDs from 0 to", largest.filterColumn,
      limit(resources.filterColumnIDBits), "t", limit(resources.filterColumnIDBits) + 1)
    try need(
      "the largest ifmap column ID", "column IDs from 0 to", largest.ifmapColumn, limit(resources.ifmapColumnIDBits),
      "e", parameters.e - (largest.ifmapColumn - limit(resources.ifmapColumnIDBits)))
    try need(
      "the largest psum column ID", "column IDs from 0 to", largest.psumColumn, limit(resources.psumColumnIDBits),
      "e", 0)
  }

  private func checkGLB() throws(RowStationaryMappingError) {
    let ifmapBanks = ceilingQuotient(ifmapGLBBytes, resources.bankBytes)
    let psumBanks = ceilingQuotient(psumGLBBytes, resources.bankBytes)
    let perChannel = parameters.n * parameters.e * layer.outputWidth * resources.psumBytes
    let room = max(0, resources.banks - ifmapBanks) * resources.bankBytes
    try need(
      "ifmap banks (\(ifmapGLBBytes) bytes) + psum banks (\(psumGLBBytes) bytes)", "GLB banks", ifmapBanks + psumBanks,
      resources.banks, "m", room / perChannel)
  }

  private func need(
    _ what: String, _ capacity: String, _ needed: Int, _ available: Int, _ parameter: String, _ nearest: Int
  ) throws(RowStationaryMappingError) {
    guard needed > available else { return }
    let remedy = nearest > 0 ? "\(parameter) = \(nearest)" : "no \(parameter) fits beside the others"
    throw failure(what, capacity, needed, available, nearest: remedy)
  }

  private func failure(
    _ what: String, _ capacity: String, _ needed: Int, _ available: Int, nearest: String
  ) -> RowStationaryMappingError {
    RowStationaryMappingError(
      layer: layer.name, what: what, capacity: capacity, needed: needed, available: available, nearest: nearest)
  }
}

/// A row-stationary mapping that a capacity forbids.
public struct RowStationaryMappingError: Error, Equatable, CustomStringConvertible {
  /// The layer's name.
  public let layer: String
  /// The expression that is too large or too small.
  public let what: String
  /// The capacity it meets.
  public let capacity: String
  /// What the mapping needs.
  public let needed: Int
  /// What there is.
  public let available: Int
  /// What would be legal.
  public let nearest: String

  /// The message, with the excess.
  public var description: String {
    let difference =
      needed > available ? "\(needed - available) too many" : "\(available - needed) below the limit, but less than 1"
    return "layer \(layer): \(what) = \(needed), \(capacity): \(available); \(difference); nearest legal: \(nearest)"
  }
}
