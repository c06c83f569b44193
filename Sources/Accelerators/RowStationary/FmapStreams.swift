import Codecs
import Mappings
import Memory
import Tensors
import Workloads

/// Fmaps of one layer off chip as the streams in which the chip takes and gives them.
struct FmapStreams: Sendable, Codable {
  /// Whether negative ofmap elements leave as 0; whether the streams are run-length coded.
  let appliesReLU, codesIfmap, codesOfmap: Bool
  /// Ifmap streams by group, block of images, strip and channel step.
  private let ifmaps: [LinkCommand]
  /// Ofmap streams by psum tile, with room for the worst case.
  let ofmaps: [LinkCommand]

  /// Lays the fmaps of a layer out: places the ifmap, reserves room for the ofmap.
  init(_ operands: RowStationaryOperands, _ schedule: RowStationarySchedule, _ places: inout ConstantPlaces) {
    (appliesReLU, codesIfmap, codesOfmap) = (operands.appliesReLU, operands.codesIfmap, operands.codesOfmap)
    let layout = StreamLayout(schedule)
    var ifmaps: [LinkCommand] = []
    for tile in layout.ifmapTiles {
      for step in 0..<schedule.channelSteps {
        let stream = layout.ifmap(tile, step: step, of: operands.ifmap, operands.ifmapCode, isCoded: codesIfmap)
        ifmaps.append(LinkCommand(address: places.place(stream), bytes: stream.count, of: .ifmap))
      }
    }
    self.ifmaps = ifmaps
    var ofmaps: [LinkCommand] = []
    for index in 0..<schedule.tileCount {
      let elements = layout.ofmapCount(schedule.tile(index))
      let words =
        operands.codesOfmap
        ? (elements + RunLengthCode.pairsPerWord - 1) / RunLengthCode.pairsPerWord
        : (elements * operands.arithmetic.psumBytes + 7) / 8
      // 16-bit psums leave as the next layer's ifmap, wider ones as they are.
      let tensor: OffChipTensor = operands.arithmetic.psumBytes == 2 ? .ofmap : .psum
      ofmaps.append(LinkCommand(address: places.reserve(words * 8), bytes: words * 8, of: tensor))
    }
    self.ofmaps = ofmaps
  }

  func ifmap(_ tile: RowStationaryTile, step: Int, _ schedule: RowStationarySchedule) -> LinkCommand {
    let place = (tile.group * schedule.mapping.imageGroups + tile.imageGroup) * schedule.mapping.strips + tile.strip
    return ifmaps[place * schedule.channelSteps + step]
  }
}
