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
  /// The word that comes next: its line and place within it, its pass, its tag.
  private var word = Word()

  private struct Word: Sendable, Codable, Equatable {
    var isValid = false
    var line = 0
    var offset = 0
    var pass = 0
    var tagRow = 0
    var tagColumn = 0
  }

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
    lookAhead()
  }

  private mutating func lookAhead() {
    guard let walk, !walk.isAtEnd else {
      self.walk = nil
      word.isValid = false
      return
    }
    let (line, offset) = walk.element.quotientAndRemainder(dividingBy: lineElements)
    word = Word(
      isValid: true, line: line, offset: offset, pass: walk.pass, tagRow: walk.tagRow, tagColumn: walk.tagColumn)
  }

  /// Pass of the word that comes next; nil behind the last one.
  var pass: Int? { word.isValid ? word.pass : nil }

  mutating func evaluateFetch(_ glb: inout GlobalBuffer, _ region: GlobalBuffer.Region) {
    guard word.isValid, fetched < totalLines, lines.canSend else { return }
    guard let line = glb.read(region, line: fetchLine) else { return }
    lines.send(line)
    fetches = true
  }

  mutating func evaluateSend(_ network: inout MulticastNetwork, _ array: inout RowStationaryArray) {
    guard word.isValid, let line = lines.front else { return }
    guard word.line == frontLine, word.pass == frontPass else {
      // Words that no window touches filled a whole line.
      lines.receive()
      pops = true
      return
    }
    let operand = code.operand(line >> UInt64(word.offset * 8 * code.bytes))
    let range = network.destinations(row: word.tagRow, column: word.tagColumn)
    fires = array.pushIfmap(operand, to: network.groups.span.extracting(range))
    network.drive(row: word.tagRow, column: word.tagColumn, words: 1, fires: fires)
    if fires, word.offset == lineElements - 1 {
      lines.receive()
      pops = true
    }
  }

  mutating func commit() {
    if fires {
      walk?.advance()
      wordsSent += 1
      lookAhead()
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
