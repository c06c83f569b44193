import Mappings
import Workloads

/// The ifmap words of a tile in the order of the bus: pass, image, column, channel, row; those only that a window touches.
///
/// In the GLB they lie in the order image, column, channel, row, those included that no window touches.
struct IfmapWalk: Sendable, Codable, Equatable {
  /// A row that some PE needs, with the tag that leads there.
  private struct Row: Sendable, Codable, Equatable {
    let row: Int
    let phase: Int
    let column: Int
  }

  private let rows: [Row]
  private let passes, images, channels, channelsPerSet, columns, storedColumns, storedRows: Int
  private let stride, window: Int
  private let tagRowsPerSet: Int

  private(set) var pass = 0
  private var image = 0
  private var column = 0
  private var channel = 0
  private var rowIndex = 0
  private(set) var isAtEnd = false
  /// The word's place in the GLB, counted in operands.
  private(set) var element = 0
  private var rowStart = 0
  private var channelSet = 0

  init(_ schedule: RowStationarySchedule, _ tile: RowStationaryTile, step: Int) {
    let mapping = schedule.mapping
    let layer = mapping.layer
    passes = schedule.passes(of: tile)
    images = tile.images
    channels = schedule.channels(step: step)
    channelsPerSet = mapping.parameters.q
    let segment = schedule.segment(step: step)
    window = (segment.columns.count - 1) * layer.dilationWidth + 1
    stride = layer.strideWidth
    columns = (layer.outputWidth - 1) * stride + window
    storedColumns = schedule.ifmapColumns(step: step)
    storedRows = schedule.ifmapRows(of: tile, step: step)
    var needed = [Bool](repeating: false, count: storedRows)
    for row in 0..<tile.rows {
      for tap in 0..<segment.rows.count { needed[row * layer.strideHeight + tap * layer.dilationHeight] = true }
    }
    rows = needed.indices.filter { needed[$0] }.map {
      let tag = mapping.ifmapTag(channelSet: 0, ifmapRow: $0)
      return Row(row: $0, phase: tag.row, column: tag.column)
    }
    tagRowsPerSet = mapping.parameters.r > 1 ? mapping.ifmapTag(channelSet: 1, ifmapRow: 0).row : 0
    locate()
  }

  /// The word as the bus carries it; nil behind the last one. `mutating`, because Swift would copy the walk otherwise.
  var word: (element: Int, pass: Int, tagRow: Int, tagColumn: Int)? {
    mutating get { isAtEnd ? nil : (element, pass, tagRow, tagColumn) }
  }

  /// Operands of the tile in the GLB.
  var storedElements: Int { images * storedColumns * channels * storedRows }
  /// The tag of this word.
  var tagRow: Int { channelSet * tagRowsPerSet + rows[rowIndex].phase }
  var tagColumn: Int { rows[rowIndex].column }

  private mutating func locate() {
    rowStart = ((image * storedColumns + column) * channels + channel) * storedRows
    element = rowStart + rows[rowIndex].row
    channelSet = channel / channelsPerSet
  }

  mutating func advance() {
    rowIndex += 1
    if rowIndex < rows.count {
      element = rowStart + rows[rowIndex].row
      return
    }
    rowIndex = 0
    channel += 1
    if channel < channels { return locate() }
    channel = 0
    column += 1
    if column % stride >= window { column += stride - column % stride }
    if column < columns { return locate() }
    column = 0
    image += 1
    if image < images { return locate() }
    image = 0
    pass += 1
    isAtEnd = pass == passes
    locate()
  }
}
