import Mappings
import Workloads

/// The psums of a tile in the order of the buses: pass, image, window, filter set, ofmap row, and four filters at a time.
///
/// The reader that feeds the bottoms of the chains, the writer behind their tops, and the one that dumps a finished tile all
/// walk it.
struct PsumWalk: Sendable, Codable, Equatable {
  private let setsOfPass, filtersOfSet, filtersOfTile, chainsOfSet: Int32
  private let rows, images, windows, passes, psumsPerFlit, wordsPerSet: Int32
  private let fullPitch, lastPitch: Int32

  private(set) var pass: Int32 = 0
  private(set) var image: Int32 = 0
  private(set) var window: Int32 = 0
  private(set) var filterSet: Int32 = 0
  private(set) var row: Int32 = 0
  private(set) var flit: Int32 = 0
  private(set) var isAtEnd = false
  /// Filters of the current set, and places of their psums in the GLB.
  private var filters: Int32 = 0
  private var pitch: Int32 = 0

  init(_ schedule: RowStationarySchedule, _ tile: RowStationaryTile) {
    let mapping = schedule.mapping
    let parameters = mapping.parameters
    func small(_ value: Int) -> Int32 { Int32(truncatingIfNeeded: value) }
    setsOfPass = small(parameters.t)
    filtersOfSet = small(parameters.p)
    chainsOfSet = small(parameters.e)
    filtersOfTile = small(tile.filters)
    (rows, images, passes) = (small(tile.rows), small(tile.images), small(schedule.passes(of: tile)))
    windows = small(mapping.layer.outputWidth)
    psumsPerFlit = small(mapping.resources.psumsPerLine)
    fullPitch = small(mapping.resources.psumPitch(parameters.p))
    let rest = tile.filters % parameters.p
    lastPitch = small(mapping.resources.psumPitch(rest == 0 ? parameters.p : rest))
    wordsPerSet = rows * images * windows * fullPitch
    enterSet()
  }

  /// Filters that the tile has left from the current set on.
  private var filtersLeft: Int32 { filtersOfTile - (pass * setsOfPass + filterSet) * filtersOfSet }

  private mutating func enterSet() {
    filters = min(filtersOfSet, filtersLeft)
    pitch = filters == filtersOfSet ? fullPitch : lastPitch
  }

  /// Psums of this flit.
  var count: Int { Int(min(psumsPerFlit, filters - flit * psumsPerFlit)) }
  /// The flit's first filter, counted from the tile's first.
  var firstFilter: Int { Int((pass * setsOfPass + filterSet) * filtersOfSet + flit * psumsPerFlit) }
  /// Number of the chain of PEs.
  var chain: Int { Int(filterSet * chainsOfSet + row) }
  /// First of the flit's places in the psum banks, counted in psums.
  var word: Int {
    Int(
      (pass * setsOfPass + filterSet) * wordsPerSet + ((row * images + image) * windows + window) * pitch
        + flit * psumsPerFlit)
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
    if row < rows { return }
    row = 0
    filterSet += 1
    if filterSet < setsOfPass, filtersLeft > 0 { return enterSet() }
    filterSet = 0
    window += 1
    if window < windows { return enterSet() }
    window = 0
    image += 1
    if image < images { return enterSet() }
    image = 0
    pass += 1
    isAtEnd = pass == passes
    if !isAtEnd { enterSet() }
  }
}
