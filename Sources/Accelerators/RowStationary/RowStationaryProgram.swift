public import Mappings
import Memory
import Tensors
import Workloads

/// A mapped layer and where its streams lie off chip: what the sequencer executes.
///
/// Constants are a sequence of streams in the order in which the chip takes them: biases, and the filters of each psum tile;
/// whoever prepares a run lays them out. Fmaps are either streams too (an ifmap tile for each channel step of each strip, and
/// an ofmap tile: what a host prepares for one layer), or the planes that the layers of a network share. The program never
/// changes, so machines and snapshots share one.
public final class RowStationaryProgram: Sendable, Codable {
  /// The order of tiles, steps and passes.
  public let schedule: RowStationarySchedule
  /// Where PE sets stand, and the IDs.
  public let placement: RowStationaryPlacement
  /// Psum tiles.
  let tileCount: Int
  let arithmetic: RowStationaryArithmetic
  let ifmapCode, filterCode: OperandCode
  /// Filter streams by group and block of filters.
  let filterStreams: [LinkCommand]
  let biasStream: LinkCommand?
  let biasCount: Int
  /// How fmaps lie off chip.
  let fmaps: Fmaps

  /// How fmaps lie off chip.
  enum Fmaps: Sendable, Codable {
    /// As streams that a host lays out.
    case streams(FmapStreams)
    /// As planes [N, C, H, W] and [N, M, P, Q] of bytes; psums are requantised.
    case planes(FmapPlanes)
  }

  /// A layer by its parts: biases get their place first, then `fmaps` says where fmaps lie, filters come last.
  init(
    _ schedule: RowStationarySchedule, _ arithmetic: RowStationaryArithmetic, ifmapCode: OperandCode,
    filter: Tensor<Int16>, filterCode: OperandCode, bias: [Int32], in places: inout ConstantPlaces,
    fmaps: (inout ConstantPlaces) -> Fmaps
  ) {
    self.schedule = schedule
    tileCount = schedule.tileCount
    placement = schedule.mapping.placement
    self.arithmetic = arithmetic
    (self.ifmapCode, self.filterCode) = (ifmapCode, filterCode)
    let layout = StreamLayout(schedule)
    biasCount = bias.count
    let biases = layout.biases(bias, psumBytes: arithmetic.psumBytes)
    biasStream = bias.isEmpty ? nil : LinkCommand(address: places.place(biases), bytes: biases.count, of: .bias)
    self.fmaps = fmaps(&places)
    var streams: [LinkCommand] = []
    for tile in layout.filterTiles {
      let stream = layout.filters(tile, of: filter, filterCode)
      streams.append(LinkCommand(address: places.place(stream), bytes: stream.count, of: .filter))
    }
    filterStreams = streams
  }

  /// The order for an ifmap tile: nil where all of it is padding.
  func ifmapOrder(_ tile: RowStationaryTile, step: Int) -> LinkCommand? {
    switch fmaps {
    case .streams(let streams): streams.ifmap(tile, step: step, schedule)
    case .planes(let planes): planes.ifmapOrder(tile, step: step, schedule)
    }
  }

  func filterStream(_ tile: RowStationaryTile) -> LinkCommand {
    filterStreams[tile.group * schedule.blocksPerGroup + tile.filterBlock]
  }

  /// Streams of fmaps, if that is how they lie off chip.
  var streams: FmapStreams? { if case .streams(let streams) = fmaps { streams } else { nil } }
  /// Planes, if that is how fmaps lie off chip.
  var planes: FmapPlanes? { if case .planes(let planes) = fmaps { planes } else { nil } }
}
