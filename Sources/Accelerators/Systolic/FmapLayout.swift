import Mappings
import Memory
import Tensors
import Workloads

/// In which order a fmap's elements lie off chip.
public enum FmapLayout: String, CaseIterable, Sendable, Codable {
  /// Image, channel, row, column: a channel's plane is a run of bytes.
  case nchw
  /// Image, row, column, channel: a pixel's channels are a run of bytes.
  case nhwc
  /// Tile after tile as the machine moves them, each as NCHW: a transfer is one run. Rows that two tiles need lie in both.
  case tiled
}

// MARK: - Transfers

extension PlacedLayer {
  /// The load of an ifmap tile: images x channels x rows, in the layout's order, which it keeps on chip.
  func ifmapLoad(_ fold: Fold, half: Int) -> Transfer {
    let tile = schedule.ifmapTiles[fold.ifmapTile % schedule.ifmapTiles.count]
    let (width, channels) = (layer.inputWidth, layer.channelsPerGroup)
    let buffer = half * ifmapHalfElements * operandBytes
    switch layout {
    case .nchw:
      let plane = layer.inputHeight * width * operandBytes
      let firstPlane = tile.firstImage * layer.inputChannels + fold.group * channels
      return Transfer(
        memoryAddress: ifmapAddress + firstPlane * plane + tile.firstRow * width * operandBytes,
        runBytes: tile.rows * width * operandBytes, innerCount: channels, innerStride: plane,
        outerCount: tile.images, outerStride: layer.inputChannels * plane, bufferAddress: buffer, tile: fold.ifmapTile
      ).merged
    case .nhwc:
      let pixel = layer.inputChannels * operandBytes
      let firstPixel = (tile.firstImage * layer.inputHeight + tile.firstRow) * width
      return Transfer(
        memoryAddress: ifmapAddress + firstPixel * pixel + fold.group * channels * operandBytes,
        runBytes: channels * operandBytes, innerCount: tile.rows * width, innerStride: pixel,
        outerCount: tile.images, outerStride: layer.inputHeight * width * pixel, bufferAddress: buffer,
        tile: fold.ifmapTile
      ).merged
    case .tiled:
      return Transfer(
        memoryAddress: ifmapAddress + tiles.address(fold.ifmapTile % schedule.ifmapTiles.count, group: fold.group),
        runBytes: tile.elements(of: layer) * operandBytes, bufferAddress: buffer, tile: fold.ifmapTile)
    }
  }

  /// Elements between neighbours in a scratchpad's tile, and between images.
  func ifmapStrides(_ tile: IfmapTile) -> (image: Int, channel: Int, row: Int, column: Int) {
    let (plane, channels) = (tile.rows * layer.inputWidth, layer.channelsPerGroup)
    return layout == .nhwc
      ? (plane * channels, 1, layer.inputWidth * channels, channels) : (plane * channels, plane, layer.inputWidth, 1)
  }

  /// The store of some positions of `images` images, all of a fold's filters.
  func psumStore(_ fold: Fold, image: Int, within: Int, run: Int, images: Int, at position: Int) -> Transfer {
    let plane = layer.outputHeight * layer.outputWidth
    let (positionStride, filterStride) = psumStrides
    let isPixelwise = layout == .nhwc
    let first = ofmapElement(fold, image: image, within: within)
    var store = Transfer(
      memoryAddress: ofmapAddress + first * resultBytes,
      runBytes: (isPixelwise ? fold.n.count : run) * resultBytes, innerCount: isPixelwise ? run : fold.n.count,
      innerStride: (isPixelwise ? layer.filters : layout == .tiled ? fold.m.count : plane) * resultBytes,
      outerCount: images, outerStride: layer.filters * plane * resultBytes,
      bufferAddress: psumBase(fold) + (position - fold.m.lowerBound) * positionStride,
      tile: fold.psumTile, completesTile: false)
    (store.bufferRunStride, store.bufferInnerStride) =
      isPixelwise ? (filterStride, positionStride) : (positionStride, filterStride)
    store.bufferOuterStride = plane * positionStride
    return store
  }

  /// Place of a fold's first filter at a position, in elements of the ofmap.
  private func ofmapElement(_ fold: Fold, image: Int, within: Int) -> Int {
    let plane = layer.outputHeight * layer.outputWidth
    return switch layout {
    case .nchw: (image * layer.filters + firstFilter(of: fold)) * plane + within
    case .nhwc: (image * plane + within) * layer.filters + firstFilter(of: fold)
    case .tiled:
      // Blocks of positions, each with all filters one after another.
      fold.m.lowerBound * layer.filters + firstFilter(of: fold) * fold.m.count
    }
  }
}

// MARK: - A host's side

extension PlacedLayer {
  /// The bytes of an ifmap [N, C, H, W] in the layout's order.
  func laidOut(_ ifmap: [UInt8]) -> [UInt8] {
    guard layout != .nchw else { return ifmap }
    let (channels, height, width) = (layer.inputChannels, layer.inputHeight, layer.inputWidth)
    var bytes: [UInt8] = []
    func append(_ image: Int, _ channel: Int, _ row: Int, _ column: Int) {
      let first = (((image * channels + channel) * height + row) * width + column) * operandBytes
      bytes.append(contentsOf: ifmap[first..<first + operandBytes])
    }
    if layout == .nhwc {
      for image in 0..<layer.batch {
        for row in 0..<height {
          for column in 0..<width { for channel in 0..<channels { append(image, channel, row, column) } }
        }
      }
      return bytes
    }
    for (index, tile) in schedule.ifmapTiles.enumerated() {
      for group in 0..<layer.groups {
        bytes += [UInt8](repeating: 0, count: tiles.address(index, group: group) - bytes.count)
        for image in tile.firstImage..<tile.firstImage + tile.images {
          for channel in group * layer.channelsPerGroup..<(group + 1) * layer.channelsPerGroup {
            for row in tile.firstRow..<tile.firstRow + tile.rows {
              for column in 0..<width { append(image, channel, row, column) }
            }
          }
        }
      }
    }
    return bytes
  }

  /// Puts the bytes of an ofmap as stored into the order [N, M, P, Q].
  func gathered(_ ofmap: [UInt8]) -> [UInt8] {
    guard layout != .nchw else { return ofmap }
    let plane = layer.outputHeight * layer.outputWidth
    var result = [UInt8](repeating: 0, count: ofmap.count)
    var cursor = FoldCursor(schedule)
    while !cursor.isAtEnd {
      let fold = cursor.fold(in: schedule)
      cursor.advance(in: schedule)
      guard fold.isFirstOfPsums else { continue }
      for position in fold.m {
        let (image, within) = position.quotientAndRemainder(dividingBy: plane)
        for filter in 0..<fold.n.count {
          let step =
            layout == .nhwc ? filter : filter * fold.m.count + position - fold.m.lowerBound
          let source = (ofmapElement(fold, image: image, within: within) + step) * resultBytes
          let target = ((image * layer.filters + firstFilter(of: fold) + filter) * plane + within) * resultBytes
          for byte in 0..<resultBytes { result[target + byte] = ofmap[source + byte] }
        }
      }
    }
    return result
  }
}

/// Where the tiles of an ifmap lie when each has a place of its own, at multiples of a memory beat.
struct IfmapTilePlaces: Sendable, Codable {
  /// First byte of each tile's first group, and behind the last tile.
  private let first: [Int]
  private let groups: Int

  init(_ schedule: SystolicSchedule, operandBytes: Int) {
    let layer = schedule.layer
    groups = layer.groups
    var first = [0]
    for tile in schedule.ifmapTiles {
      let bytes = (tile.elements(of: layer) * operandBytes + 63) / 64 * 64
      first.append(first[first.count - 1] + bytes * layer.groups)
    }
    self.first = first
  }

  /// First byte of a tile's part of one group.
  func address(_ tile: Int, group: Int) -> Int { first[tile] + (first[tile + 1] - first[tile]) / groups * group }

  /// Bytes of all tiles.
  var end: Int { first[first.count - 1] }
}
