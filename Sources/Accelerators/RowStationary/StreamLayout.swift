import Codecs
import Mappings
import Tensors
import Workloads

/// Lays tensors out as the streams of a schedule, and reads ofmap streams back.
struct StreamLayout {
  private let schedule: RowStationarySchedule
  private let layer: ConvolutionLayer

  init(_ schedule: RowStationarySchedule) {
    self.schedule = schedule
    layer = schedule.mapping.layer
  }

  func biases(_ biases: [Int32], psumBytes: Int) -> [UInt8] {
    biases.flatMap { bias in (0..<psumBytes).map { UInt8(truncatingIfNeeded: bias >> Int32(8 * $0)) } }
  }

  /// One tile of each group, block of images and strip: those of the first block of filters.
  var ifmapTiles: [RowStationaryTile] {
    (0..<schedule.tileCount).map { schedule.tile($0) }.filter { $0.filterBlock == 0 }
  }

  /// One tile of each group and block of filters.
  var filterTiles: [RowStationaryTile] {
    (0..<schedule.tileCount).map { schedule.tile($0) }.filter { $0.imageGroup == 0 && $0.strip == 0 }
  }

  /// The ifmap words of a tile, padding included: image, column, channel, row.
  func ifmap(
    _ tile: RowStationaryTile, step: Int, of ifmap: Tensor<Int16>, _ code: OperandCode, isCoded: Bool
  ) -> [UInt8] {
    let channels = schedule.channels(step: step)
    let perStep = schedule.mapping.parameters.q * schedule.mapping.parameters.r
    let firstChannel = tile.group * layer.channelsPerGroup + step * perStep
    let firstRow = tile.firstRow * layer.strideHeight - layer.paddingTop
    let rows = schedule.ifmapRows(of: tile)
    var elements: [Int16] = []
    elements.reserveCapacity(tile.images * layer.paddedWidth * channels * rows)
    for image in 0..<tile.images {
      for column in 0..<layer.paddedWidth {
        let x = column - layer.paddingLeft
        for channel in 0..<channels {
          let plane = (tile.firstImage + image) * layer.inputChannels + firstChannel + channel
          for row in 0..<rows {
            let y = firstRow + row
            let isInside = x >= 0 && x < layer.inputWidth && y >= 0 && y < layer.inputHeight
            elements.append(
              isInside ? ifmap.elements[(plane * layer.inputHeight + y) * layer.inputWidth + x] : 0)
          }
        }
      }
    }
    guard isCoded else { return elements.flatMap { bytes($0, code) } }
    return RunLengthCode.encode(elements).flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }
    }
  }

  /// The filter words of a tile, in the order of their walk.
  func filters(_ tile: RowStationaryTile, of tensor: Tensor<Int16>, _ code: OperandCode) -> [UInt8] {
    var walk = FilterWalk(schedule, tiles: tile.index..<tile.index + 1)
    let parameters = schedule.mapping.parameters
    var stream: [UInt8] = []
    while !walk.isAtEnd {
      let (channels, filters) = (walk.channels, walk.filters)
      let firstFilter = tile.firstFilter + (walk.pass * parameters.t + walk.filterSet) * parameters.p
      let firstChannel = (walk.step * parameters.r + walk.channelSet) * parameters.q
      for word in walk.firstWord..<walk.firstWord + walk.count {
        let (position, filter) = word.quotientAndRemainder(dividingBy: filters)
        let (tap, channel) = position.quotientAndRemainder(dividingBy: channels)
        let row = ((firstFilter + filter) * layer.channelsPerGroup + firstChannel + channel) * layer.filterHeight
        let element = tensor.elements[(row + walk.filterRow) * layer.filterWidth + tap]
        stream.append(contentsOf: bytes(element, code))
      }
      walk.advance()
    }
    return stream
  }

  private func bytes(_ operand: Int16, _ code: OperandCode) -> [UInt8] {
    let bits = code.bits(operand)
    let low = UInt8(truncatingIfNeeded: bits)
    return code.bytes == 1 ? [low] : [low, UInt8(bits >> 8)]
  }

  /// Writes the elements of an ofmap stream, in the order of the psum walk, to their places in [N, M, P, Q].
  func scatter(_ elements: [Int32], _ tile: RowStationaryTile, into ofmap: inout Tensor<Int32>) {
    var walk = PsumWalk(schedule, tile)
    var next = 0
    while !walk.isAtEnd {
      for offset in 0..<walk.count {
        let filter = tile.firstFilter + walk.firstFilter + offset
        let plane = (tile.firstImage + Int(walk.image)) * layer.filters + filter
        let row = tile.firstRow + Int(walk.row)
        ofmap.elements[(plane * layer.outputHeight + row) * layer.outputWidth + Int(walk.window)] = elements[next]
        next += 1
      }
      walk.advance()
    }
  }

  /// Elements of an ofmap tile.
  func ofmapCount(_ tile: RowStationaryTile) -> Int { tile.images * tile.filters * tile.rows * layer.outputWidth }
}
