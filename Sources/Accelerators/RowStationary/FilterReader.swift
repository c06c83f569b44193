import Compute
import Interconnect
import Mappings
import Memory
import Simulation
import Workloads

/// The filter banks as a ring between the off-chip link and the filter network, one pass and more ahead of the array.
struct FilterReader: Sendable, Codable {
  private let code: OperandCode
  private let lineElements: Int
  private let capacity: Int
  private let region: GlobalBuffer.Region
  private(set) var walk: FilterWalk?
  /// Tag of each filter row of each set; tag and words of the flit that comes next, 0 behind the last one.
  private var tags: [Tag] = []
  private var chainRows = 1
  private var tag = Tag(row: 0, column: 0)
  private var count = 0

  private struct Tag: Sendable, Codable, Equatable {
    let row, column: Int
  }

  /// Lines ever written and ever read.
  private(set) var written = 0
  private(set) var read = 0
  /// Operands between the banks and the network: a ring, its first place and how many it holds.
  private var queue = [Int16](repeating: 0, count: Self.queuePlaces)
  private var first = 0
  private var queued = 0
  private static let queuePlaces = 16
  /// Operands of this tile's stream that were sent, to know the gap behind its end.
  private var sentOfTile = 0
  // Next state.
  private var fetchedLine: UInt64?
  private var writes = false
  private var fires = false
  /// Words delivered, each once.
  private(set) var wordsSent = 0

  init(_ spec: GlobalBuffer.Spec, _ code: OperandCode) {
    self.code = code
    lineElements = 8 / code.bytes
    capacity = spec.banks * spec.linesPerBank
    region = .init(firstBank: 0, banks: spec.banks)
  }

  mutating func begin(_ schedule: RowStationarySchedule) {
    let mapping = schedule.mapping
    let height = mapping.segmentSize.rows
    chainRows = mapping.parameters.r * height
    tags = (0..<mapping.parameters.t * chainRows).map {
      let (set, chainRow) = $0.quotientAndRemainder(dividingBy: chainRows)
      let tag = mapping.filterTag(filterSet: set, channelSet: chainRow / height, filterRow: chainRow % height)
      return Tag(row: tag.row, column: tag.column)
    }
    walk = FilterWalk(schedule)
    lookAhead()
  }

  private mutating func lookAhead() {
    guard let flit = walk?.flit else {
      walk = nil
      count = 0
      return
    }
    tag = tags[flit.filterSet * chainRows + flit.chainRow]
    count = flit.count
  }

  /// The ring: reads come before writes where both meet in a bank.
  mutating func evaluateBanks(_ banks: inout GlobalBuffer, _ words: inout Link<UInt64>) {
    if read < written, queued <= 8 { fetchedLine = banks.read(region, line: read % capacity) }
    if written - read < capacity, let word = words.front, banks.write(region, line: written % capacity, word) {
      words.receive()
      writes = true
    }
  }

  mutating func evaluateSend(_ network: inout MulticastNetwork, _ array: inout RowStationaryArray) {
    guard isOffering else { return }
    let range = network.destinations(row: tag.row, column: tag.column)
    var flit = SIMD4<Int16>()
    for word in 0..<4 { flit[word] = queue[(first &+ word) & (Self.queuePlaces &- 1)] }
    fires = array.pushFilter(flit, words: count, to: network.groups.span.extracting(range))
    network.drive(row: tag.row, column: tag.column, words: count, fires: fires)
  }

  /// The clock edge; returns whether the walk went on to another tile.
  mutating func commit() -> Bool {
    var entersTile = false
    if fires { entersTile = advance() }
    if let line = fetchedLine {
      for index in 0..<lineElements {
        let place = (first &+ queued &+ index) & (Self.queuePlaces &- 1)
        queue[place] = code.operand(line >> UInt64(index * 8 * code.bytes))
      }
      queued += lineElements
      read += 1
    }
    if writes { written += 1 }
    fires = false
    writes = false
    fetchedLine = nil
    return entersTile
  }

  private mutating func advance() -> Bool {
    let tile = walk?.tileIndex
    wordsSent += count
    sentOfTile += count
    drop(count)
    walk?.advance()
    lookAhead()
    if walk?.tileIndex == tile { return false }
    dropGap()
    return count > 0
  }

  /// Off chip, a tile's stream ends with a whole word.
  private mutating func dropGap() {
    drop((lineElements - sentOfTile % lineElements) % lineElements)
    sentOfTile = 0
  }

  private mutating func drop(_ count: Int) {
    first = (first + count) & (Self.queuePlaces - 1)
    queued -= count
  }

  /// Whether a word can move: from off chip, out of the banks, or into the array.
  func canAct(
    _ words: borrowing Link<UInt64>, _ network: borrowing MulticastNetwork, _ array: borrowing RowStationaryArray
  ) -> Bool {
    if words.hasFront && written - read < capacity { return true }
    if read < written && queued <= 8 { return true }
    guard isOffering else { return false }
    let range = network.destinations(row: tag.row, column: tag.column)
    return array.isFilterReady(network.groups.span.extracting(range))
  }

  /// Whether the banks hold nothing that could follow what stands before the network.
  var isDrained: Bool { read == written }

  /// Whether a flit stands on the network, ready destinations or not.
  var isOffering: Bool { count > 0 && queued >= count }
}
