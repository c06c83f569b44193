import Mappings
import Workloads

/// The filter words of a layer in the order of the bus: tile, channel step, pass, four words of each filter row in turn.
///
/// A filter row's words go to the PEs of one row of a set, ordered as they are used: tap, channel, filter. Off chip and in the
/// filter banks they lie in the same order, without gaps but for the end of a tile's stream.
struct FilterWalk: Sendable, Codable, Equatable {
  private let schedule: RowStationarySchedule
  private let sets, chainRows, rowsOfSet, tileCount: Int

  private(set) var tile: RowStationaryTile
  private(set) var step = 0
  /// The part of the filter plane that the step works on.
  private(set) var segment: FilterSegment
  private(set) var pass = 0
  private(set) var chunk = 0
  private(set) var filterSet = 0
  private(set) var chainRow = 0
  private(set) var isAtEnd = false
  private let lastTile: Int

  /// Words of one flit.
  static let wordsPerFlit = 4

  /// The walk of the tiles in a range, by default of all.
  init(_ schedule: RowStationarySchedule, tiles: Range<Int>? = nil) {
    let mapping = schedule.mapping
    self.schedule = schedule
    sets = mapping.parameters.t
    rowsOfSet = mapping.segmentSize.rows
    chainRows = mapping.parameters.r * rowsOfSet
    segment = schedule.segment(step: 0)
    tileCount = schedule.tileCount
    let range = tiles ?? 0..<schedule.tileCount
    tile = schedule.tile(range.lowerBound)
    lastTile = range.upperBound - 1
    skipEmpty()
  }

  /// A flit as the bus carries it: filter set, row of its chain, and words. Nil behind the last one.
  ///
  /// `mutating`, like every look at a walk that is under way: Swift would copy it otherwise.
  var flit: (filterSet: Int, chainRow: Int, count: Int)? {
    mutating get { isAtEnd ? nil : (filterSet, chainRow, count) }
  }

  /// The tile that the walk is in.
  var tileIndex: Int { mutating get { tile.index } }

  var channelSet: Int { chainRow / rowsOfSet }
  /// Row of the filter, counted from the first of the segment.
  var filterRow: Int { chainRow % rowsOfSet }
  private var taps: Int { segment.columns.count }
  /// Channels and filters of the row's PEs.
  var channels: Int { schedule.channels(step: step, set: channelSet) }
  var filters: Int { schedule.filters(of: tile, pass: pass, set: filterSet) }
  /// First word of the flit in its filter row, and words of the flit.
  var firstWord: Int { chunk * Self.wordsPerFlit }
  var count: Int { min(Self.wordsPerFlit, rowWords - firstWord) }
  private var rowWords: Int { filterRow < segment.rows.count ? taps * channels * filters : 0 }
  /// Words of the longest filter row of the pass.
  private var longestRow: Int {
    taps * schedule.channels(step: step, set: 0) * schedule.filters(of: tile, pass: pass, set: 0)
  }

  mutating func advance() {
    chainRow += 1
    skipEmpty()
  }

  /// Goes on to the next flit that has words.
  private mutating func skipEmpty() {
    while !isAtEnd {
      if chainRow == chainRows {
        chainRow = 0
        filterSet += 1
      }
      if filterSet == sets {
        filterSet = 0
        chunk += 1
        if chunk * Self.wordsPerFlit >= longestRow { nextPass() }
      } else if firstWord < rowWords {
        return
      } else {
        chainRow += 1
      }
    }
  }

  private mutating func nextPass() {
    chunk = 0
    pass += 1
    guard pass == schedule.passes(of: tile) else { return }
    pass = 0
    step += 1
    defer { segment = schedule.segment(step: step) }
    guard step == schedule.steps else { return }
    step = 0
    if tile.index == lastTile { isAtEnd = true } else { tile = schedule.tile(tile.index + 1) }
  }
}
