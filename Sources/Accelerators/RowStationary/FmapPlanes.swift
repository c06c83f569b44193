import Mappings
import Memory
import Workloads

/// Fmaps off chip as the planes that layers of a network share: [N, C, H, W] and [N, M, P, Q], a byte an element.
struct FmapPlanes: Sendable, Codable {
  /// First byte of the ifmap and of the ofmap.
  let ifmapAddress, ofmapAddress: Int
  /// The stored byte that stands for padding.
  let padding: UInt8
  /// What psums become.
  let requantisation: PlacedRequantisation

  /// The order for an ifmap tile: nil where all of it is padding.
  func ifmapOrder(_ tile: RowStationaryTile, step: Int, _ schedule: RowStationarySchedule) -> LinkCommand? {
    let load = ifmap(tile, step: step, schedule).load
    return load.bytes == 0 ? nil : LinkCommand(load, of: .ifmap)
  }

  /// What an ifmap tile is made of.
  func ifmap(_ tile: RowStationaryTile, step: Int, _ schedule: RowStationarySchedule) -> IfmapPlanes {
    let layer = schedule.mapping.layer
    let parameters = schedule.mapping.parameters
    let channels = schedule.channels(step: step)
    let channel = tile.group * layer.channelsPerGroup + step * parameters.q * parameters.r
    let rows = Inside(
      first: tile.firstRow * layer.strideHeight - layer.paddingTop, count: schedule.ifmapRows(of: tile),
      extent: layer.inputHeight)
    let columns = Inside(first: -layer.paddingLeft, count: layer.paddedWidth, extent: layer.inputWidth)
    let (plane, row) = (layer.inputHeight * layer.inputWidth, layer.inputWidth)
    let load = Transfer(
      memoryAddress: ifmapAddress + (tile.firstImage * layer.inputChannels + channel) * plane + rows.firstInside * row,
      runBytes: rows.inside.count * row, innerCount: channels, innerStride: plane, outerCount: tile.images,
      outerStride: layer.inputChannels * plane, bufferAddress: 0, tile: tile.index)
    return IfmapPlanes(
      load: load.merged, images: tile.images, channels: channels, rows: rows.count, columns: columns.count,
      insideRows: rows.inside, insideColumns: columns.inside, padding: padding)
  }

  /// Where an ofmap tile goes.
  func ofmap(_ tile: RowStationaryTile, _ layer: ConvolutionLayer) -> Transfer {
    let plane = layer.outputHeight * layer.outputWidth
    return Transfer(
      memoryAddress: ofmapAddress + (tile.firstImage * layer.filters + tile.firstFilter) * plane
        + tile.firstRow * layer.outputWidth,
      runBytes: tile.rows * layer.outputWidth, innerCount: tile.filters, innerStride: plane, outerCount: tile.images,
      outerStride: layer.filters * plane, bufferAddress: 0, tile: tile.index
    ).merged
  }

  /// Which part of a stretch of rows or columns, that may begin and end in the padding, exists off chip.
  private struct Inside {
    let count: Int
    /// The part, counted from the stretch's first; and its first row or column off chip.
    let inside: Range<Int>
    let firstInside: Int

    init(first: Int, count: Int, extent: Int) {
      self.count = count
      let low = min(max(0, -first), count)
      inside = low..<max(low, min(count, extent - first))
      firstInside = first + low
    }
  }
}
