import Mappings
import Workloads

/// The psums of a tile in the order of the buses: pass, image, window, filter set, ofmap row, and four filters at a time.
///
/// The reader that feeds the bottoms of the chains, the writer behind their tops, and the one that dumps a finished tile all
/// walk it.
struct PsumWalk: Sendable, Codable, Equatable {
  private let schedule: RowStationarySchedule
  private let tile: RowStationaryTile
  private let passes, windows, psumsPerFlit, wordsPerSet: Int

  private(set) var pass = 0
  private(set) var image = 0
  private(set) var window = 0
  private(set) var filterSet = 0
  private(set) var row = 0
  private(set) var flit = 0
  private(set) var isAtEnd = false
  /// Filters of the current set, and places of their psums in the GLB.
  private var filters = 0
  private var pitch = 0

  init(_ schedule: RowStationarySchedule, _ tile: RowStationaryTile) {
    self.schedule = schedule
    self.tile = tile
    passes = schedule.passes(of: tile)
    let mapping = schedule.mapping
    windows = mapping.layer.outputWidth
    psumsPerFlit = mapping.resources.psumsPerLine
    wordsPerSet = tile.rows * tile.images * windows * mapping.resources.psumPitch(mapping.parameters.p)
    enterSet()
  }

  private mutating func enterSet() {
    filters = schedule.filters(of: tile, pass: pass, set: filterSet)
    pitch = schedule.mapping.resources.psumPitch(filters)
  }

  /// Psums of this flit.
  var count: Int { min(psumsPerFlit, filters - flit * psumsPerFlit) }
  /// The flit's first filter, counted from the tile's first.
  var firstFilter: Int {
    (pass * schedule.mapping.parameters.t + filterSet) * schedule.mapping.parameters.p + flit * psumsPerFlit
  }
  /// Number of the chain of PEs.
  var chain: Int { filterSet * schedule.mapping.parameters.e + row }
  /// First of the flit's places in the psum banks, counted in psums.
  var word: Int {
    (pass * schedule.mapping.parameters.t + filterSet) * wordsPerSet + ((row * tile.images + image) * windows + window)
      * pitch
      + flit * psumsPerFlit
  }
  /// Whether the flit is the walk's last.
  var isLast: Bool {
    var next = self
    next.advance()
    return next.isAtEnd
  }

  mutating func advance() {
    flit += 1
    if flit * psumsPerFlit < filters { return }
    flit = 0
    row += 1
    if row < tile.rows { return }
    row = 0
    filterSet += 1
    if filterSet < schedule.mapping.parameters.t, schedule.filters(of: tile, pass: pass, set: filterSet) > 0 {
      return enterSet()
    }
    filterSet = 0
    window += 1
    if window < windows { return enterSet() }
    window = 0
    image += 1
    if image < tile.images { return enterSet() }
    image = 0
    pass += 1
    isAtEnd = pass == passes
    if !isAtEnd { enterSet() }
  }
}
