internal import Workloads

/// A block of psums that stays in the GLB until all channels are summed: n images x m ofmap channels x e ofmap rows.
///
/// At the borders of the layer each extent may be smaller.
public struct RowStationaryTile: Sendable, Hashable, Codable {
  /// Position in the order of execution.
  public let index: Int
  /// The layer's group, block of images, block of filters, and strip of ofmap rows.
  public let group, imageGroup, filterBlock, strip: Int
  /// First image, first filter (of all groups together) and first ofmap row.
  public let firstImage, firstFilter, firstRow: Int
  /// Images, filters and ofmap rows.
  public let images, filters, rows: Int
}

/// The order in which a mapping is executed: psum tiles, in each of them channel steps, in each of those passes.
///
/// ```
/// for group, block of n images, block of m filters, strip of e rows      a psum tile: psums stay in the GLB
///   for part of the filter plane, step of q x r channels                 an ifmap tile is loaded
///     for pass of p x t filters                                          filters stream through the array
/// ```
public struct RowStationarySchedule: Sendable, Hashable, Codable {
  /// The mapping that is executed.
  public let mapping: RowStationaryMapping

  /// The schedule of a mapping.
  public init(_ mapping: RowStationaryMapping) { self.mapping = mapping }

  /// Blocks of m filters in one group.
  public var blocksPerGroup: Int { ceilingQuotient(mapping.layer.filtersPerGroup, mapping.parameters.m) }

  /// Psum tiles of the layer.
  public var tileCount: Int {
    mapping.layer.groups * mapping.imageGroups * blocksPerGroup * mapping.strips
  }

  /// Steps of a tile: over the channels, for each part of the filter plane.
  public var steps: Int { mapping.steps }

  /// The part of the filter plane that a step works on.
  public func segment(step: Int) -> FilterSegment { mapping.segment(step / mapping.channelSteps) }

  /// One psum tile.
  public func tile(_ index: Int) -> RowStationaryTile {
    let (layer, parameters) = (mapping.layer, mapping.parameters)
    let (rest, strip) = index.quotientAndRemainder(dividingBy: mapping.strips)
    let (outer, block) = rest.quotientAndRemainder(dividingBy: blocksPerGroup)
    let (group, imageGroup) = outer.quotientAndRemainder(dividingBy: mapping.imageGroups)
    return RowStationaryTile(
      index: index, group: group, imageGroup: imageGroup, filterBlock: block, strip: strip,
      firstImage: imageGroup * parameters.n, firstFilter: group * layer.filtersPerGroup + block * parameters.m,
      firstRow: strip * parameters.e, images: min(parameters.n, layer.batch - imageGroup * parameters.n),
      filters: min(parameters.m, layer.filtersPerGroup - block * parameters.m),
      rows: min(parameters.e, layer.outputHeight - strip * parameters.e))
  }

  /// Passes over one ifmap tile.
  public func passes(of tile: RowStationaryTile) -> Int {
    ceilingQuotient(tile.filters, mapping.parameters.p * mapping.parameters.t)
  }

  /// Passes over all ifmap tiles of the psum tiles before one.
  public func passes(before tile: RowStationaryTile) -> Int {
    let strips = mapping.strips
    // Blocks of filters are alike but for the last one.
    let (full, last) = (passes(of: self.tile(0)), passes(of: self.tile((blocksPerGroup - 1) * strips)))
    let (block, strip) = tile.index.quotientAndRemainder(dividingBy: strips)
    let (round, number) = block.quotientAndRemainder(dividingBy: blocksPerGroup)
    let blocks = round * ((blocksPerGroup - 1) * full + last) + number * full
    return (blocks * strips + strip * passes(of: tile)) * steps
  }

  /// Filters of a PE set in a pass: p, fewer in the last block, 0 where the set has nothing to do.
  public func filters(of tile: RowStationaryTile, pass: Int, set: Int) -> Int {
    let first = (pass * mapping.parameters.t + set) * mapping.parameters.p
    return max(0, min(mapping.parameters.p, tile.filters - first))
  }

  /// First channel of a step for a PE set, counted within the group.
  public func firstChannel(step: Int, set: Int) -> Int {
    (step % mapping.channelSteps * mapping.parameters.r + set) * mapping.parameters.q
  }

  /// Channels of a step.
  public func channels(step: Int) -> Int {
    min(
      mapping.parameters.q * mapping.parameters.r, mapping.layer.channelsPerGroup - firstChannel(step: step, set: 0))
  }

  /// Channels of a PE set in a step: q, fewer in the last one, 0 where the set only passes psums on.
  public func channels(step: Int, set: Int) -> Int {
    max(0, min(mapping.parameters.q, channels(step: step) - set * mapping.parameters.q))
  }

  /// Ifmap rows of a tile's strip in a step.
  public func ifmapRows(of tile: RowStationaryTile, step: Int) -> Int {
    mapping.layer.ifmapRows(ofmapRows: tile.rows, filterRows: segment(step: step).rows.count)
  }

  /// Ifmap columns of a tile in a step.
  public func ifmapColumns(step: Int) -> Int {
    mapping.layer.ifmapColumns(filterColumns: segment(step: step).columns.count)
  }

  /// The ifmap row and column that a tile begins with in a step; negative in the padding.
  public func ifmapOrigin(of tile: RowStationaryTile, step: Int) -> (row: Int, column: Int) {
    let (layer, segment) = (mapping.layer, segment(step: step))
    return (
      tile.firstRow * layer.strideHeight + segment.rows.lowerBound * layer.dilationHeight - layer.paddingTop,
      segment.columns.lowerBound * layer.dilationWidth - layer.paddingLeft
    )
  }
}
