import Compute
import Interconnect
import Memory
import Simulation
import Tensors

/// Reads ifmap lines from their banks and puts word after word on the ifmap network.
struct IfmapReader: Sendable, Codable {
  private let lineElements: Int
  private let code: OperandCode
  private(set) var walk: IfmapWalk?
  private var lines = Link<UInt64>(capacity: 2, filler: 0)
  /// Lines of one pass, lines fetched so far in all passes, and the number of the line in front.
  private var linesPerPass = 0
  private var fetched = 0
  private var fetchLine = 0
  private var totalLines = 0
  private var front = 0
  private var frontLine = 0
  private var frontPass = 0
  // Next state.
  private var fetches = false
  private var pops = false
  private var fires = false
  /// Words delivered, each once.
  private(set) var wordsSent = 0

  init(_ code: OperandCode) {
    self.code = code
    lineElements = 8 / code.bytes
  }

  mutating func begin(_ walk: IfmapWalk, passes: Int) {
    self.walk = walk
    lines = Link(capacity: 2, filler: 0)
    linesPerPass = (walk.storedElements + lineElements - 1) / lineElements
    totalLines = linesPerPass * passes
    (fetched, fetchLine, frontLine, frontPass) = (0, 0, 0, 0)
  }

  mutating func evaluateFetch(_ glb: inout GlobalBuffer, _ region: GlobalBuffer.Region) {
    guard walk != nil, fetched < totalLines, lines.canSend else { return }
    guard let line = glb.read(region, line: fetchLine) else { return }
    lines.send(line)
    fetches = true
  }

  mutating func evaluateSend(_ network: inout MulticastNetwork, _ array: inout RowStationaryArray) {
    guard let walk, let line = lines.front else { return }
    let (place, offset) = walk.element.quotientAndRemainder(dividingBy: lineElements)
    guard place == frontLine, walk.pass == frontPass else {
      // Words that no window touches filled a whole line.
      lines.receive()
      pops = true
      return
    }
    let word = code.operand(line >> UInt64(offset * 8 * code.bytes))
    let range = network.destinations(row: walk.tagRow, column: walk.tagColumn)
    fires = array.pushIfmap(word, to: network.members.span.extracting(range))
    network.drive(row: walk.tagRow, column: walk.tagColumn, words: 1, fires: fires)
    if fires, offset == lineElements - 1 {
      lines.receive()
      pops = true
    }
  }

  mutating func commit() {
    if fires {
      walk?.advance()
      wordsSent += 1
      if walk?.isAtEnd == true { walk = nil }
    }
    if pops {
      frontLine += 1
      if frontLine == linesPerPass { (frontLine, frontPass) = (0, frontPass + 1) }
    }
    if fetches {
      fetched += 1
      fetchLine = fetchLine + 1 == linesPerPass ? 0 : fetchLine + 1
    }
    lines.commit()
    (fires, pops, fetches) = (false, false, false)
  }
}
