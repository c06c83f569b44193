import Codecs
public import Mappings
import Memory
import Tensors
import Workloads

/// A mapped layer and where its streams lie off chip: what the sequencer executes.
///
/// Off chip every tensor is a sequence of streams in the order in which the chip takes them: an ifmap tile for each channel
/// step of each strip, the filters of a psum tile, and an ofmap tile. Whoever prepares a run lays them out (a host does so on
/// the chip's board). The program never changes, so machines and snapshots share one.
public final class RowStationaryProgram: Sendable, Codable {
  /// The order of tiles, steps and passes.
  public let schedule: RowStationarySchedule
  /// Where PE sets stand, and the IDs.
  public let placement: RowStationaryPlacement
  /// Psum tiles.
  let tileCount: Int
  let arithmetic: RowStationaryArithmetic
  let ifmapCode, filterCode: OperandCode
  let appliesReLU, codesIfmap, codesOfmap: Bool

  /// Ifmap streams by group, block of images, strip and channel step.
  let ifmapStreams: [LinkCommand]
  /// Filter streams by group and block of filters.
  let filterStreams: [LinkCommand]
  /// Ofmap streams by psum tile, with room for the worst case.
  let ofmapStreams: [LinkCommand]
  let biasStream: LinkCommand?
  let biasCount: Int
  /// First byte behind the last stream.
  let end: Int

  init(_ operands: RowStationaryOperands, _ mapping: RowStationaryMapping, image: inout [StreamImage]) {
    let schedule = RowStationarySchedule(mapping)
    self.schedule = schedule
    tileCount = schedule.tileCount
    placement = mapping.placement
    arithmetic = operands.arithmetic
    (ifmapCode, filterCode) = (operands.ifmapCode, operands.filterCode)
    (appliesReLU, codesIfmap, codesOfmap) = (operands.appliesReLU, operands.codesIfmap, operands.codesOfmap)
    let host = StreamLayout(operands, schedule)
    var address = 0
    func place(_ bytes: [UInt8], of tensor: OffChipTensor) -> LinkCommand {
      let command = LinkCommand(address: address, bytes: bytes.count, of: tensor)
      image.append(StreamImage(address: address, bytes: bytes))
      address += (bytes.count + 7) / 8 * 8
      return command
    }
    biasCount = operands.bias.count
    biasStream = operands.bias.isEmpty ? nil : place(host.biases, of: .bias)
    var streams: [LinkCommand] = []
    for tile in host.ifmapTiles {
      for step in 0..<schedule.channelSteps { streams.append(place(host.ifmap(tile, step: step), of: .ifmap)) }
    }
    ifmapStreams = streams
    filterStreams = host.filterTiles.map { place(host.filters($0), of: .filter) }
    ofmapStreams = (0..<schedule.tileCount).map { index in
      let tile = schedule.tile(index)
      let elements = tile.images * tile.filters * tile.rows * mapping.layer.outputWidth
      let words =
        operands.codesOfmap
        ? (elements + RunLengthCode.pairsPerWord - 1) / RunLengthCode.pairsPerWord
        : (elements * operands.arithmetic.psumBytes + 7) / 8
      defer { address += words * 8 }
      // 16-bit psums leave as the next layer's ifmap, wider ones as they are.
      return LinkCommand(address: address, bytes: words * 8, of: operands.arithmetic.psumBytes == 2 ? .ofmap : .psum)
    }
    end = address
  }

  func ifmapStream(_ tile: RowStationaryTile, step: Int) -> LinkCommand {
    let place = (tile.group * schedule.mapping.imageGroups + tile.imageGroup) * schedule.mapping.strips + tile.strip
    return ifmapStreams[place * schedule.channelSteps + step]
  }

  func filterStream(_ tile: RowStationaryTile) -> LinkCommand {
    filterStreams[tile.group * schedule.blocksPerGroup + tile.filterBlock]
  }
}

/// Bytes to be placed off chip before a run.
struct StreamImage {
  let address: Int
  let bytes: [UInt8]
}

/// Lays tensors out as the streams of a schedule, and reads ofmap streams back.
struct StreamLayout {
  private let operands: RowStationaryOperands
  private let schedule: RowStationarySchedule

  init(_ operands: RowStationaryOperands, _ schedule: RowStationarySchedule) {
    (self.operands, self.schedule) = (operands, schedule)
  }

  private var layer: ConvolutionLayer { operands.layer }

  var biases: [UInt8] {
    operands.bias.flatMap { bias in
      (0..<operands.arithmetic.psumBytes).map { UInt8(truncatingIfNeeded: bias >> Int32(8 * $0)) }
    }
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
  func ifmap(_ tile: RowStationaryTile, step: Int) -> [UInt8] {
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
              isInside ? operands.ifmap.elements[(plane * layer.inputHeight + y) * layer.inputWidth + x] : 0)
          }
        }
      }
    }
    guard operands.codesIfmap else { return elements.flatMap { bytes($0, operands.ifmapCode) } }
    return RunLengthCode.encode(elements).flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }
    }
  }

  /// The filter words of a tile, in the order of their walk.
  func filters(_ tile: RowStationaryTile) -> [UInt8] {
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
        let element = operands.filter.elements[(row + walk.filterRow) * layer.filterWidth + tap]
        stream.append(contentsOf: bytes(element, operands.filterCode))
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
