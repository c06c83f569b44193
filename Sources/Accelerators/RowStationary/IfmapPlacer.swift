import Memory
import Simulation

/// What an ifmap tile is made of where activations lie off chip as planes [N, C, H, W], a byte an element.
struct IfmapPlanes: Sendable, Codable, Equatable {
  /// The read of the elements that exist: image, channel, row, column.
  let load: Transfer
  /// Extents of the tile with its padding.
  let images, channels, rows, columns: Int
  /// Rows of it that exist off chip, and the columns that do, counted from its first: those beside the tile come too.
  let insideRows, insideColumns: Range<Int>
  /// The byte that stands for padding.
  let padding: UInt8
}

/// Puts the elements of an ifmap tile to their places in the ifmap banks, padding included.
///
/// They come in the order of the planes, row by row; the banks hold them column by column, because PEs take them so. Neighbours
/// of a row lie in lines of their own, so as many bytes are placed in a cycle as lines are written; more where maps are single
/// elements, which follow each other in a line.
struct IfmapPlacer: Sendable, Codable {
  private var planes: IfmapPlanes?
  private var place = Place()
  // Next state.
  private var next: Place?

  /// How far it is: the element that comes next, and the word of the link that holds it.
  fileprivate struct Place: Sendable, Codable, Equatable {
    var image = 0
    var channel = 0
    var row = 0
    var column = 0
    var cursor = TransferCursor()
    /// Bytes of the front word that were used.
    var used = 0
    var isAtEnd = false
  }

  mutating func begin(_ planes: IfmapPlanes) {
    self.planes = planes
    isIdle = false
    place = Place(column: planes.columnRange.lowerBound)
  }

  /// No tile under way. Kept beside `planes`, because Swift copies those to ask whether they are nil.
  private(set) var isIdle = true

  /// Writes bytes, as far as a word of the link, lines and banks of one cycle reach.
  mutating func evaluate(
    _ words: inout Link<UInt64>, _ glb: inout GlobalBuffer, _ region: GlobalBuffer.Region
  ) {
    guard let planes else { return }
    var place = place
    var (line, lines) = (Line(), 0)
    var takesWord = false
    while !place.isAtEnd, !takesWord {
      let element = planes.element(place.indices)
      if let element, lines == 0 || element / 8 != line.number {
        line.write(to: &glb, region)
        guard lines < glb.spec.linesPerCycle, glb.isFree(region, line: element / 8) else { break }
        (line, lines) = (Line(number: element / 8), lines + 1)
      }
      guard let byte = planes.byte(place.indices, words.front, &place.cursor, &place.used, &takesWord) else { break }
      if let element { line.put(byte, at: element % 8) }
      place.advance(in: planes)
    }
    line.write(to: &glb, region)
    guard place != self.place else { return }
    next = place
    if takesWord { words.receive() }
  }

  /// Bytes of one line that are written together.
  private struct Line {
    var number = 0
    private var bits: UInt64 = 0
    private var mask: UInt64 = 0

    init(number: Int = 0) { self.number = number }

    mutating func put(_ byte: UInt8, at place: Int) {
      bits |= UInt64(byte) << UInt64(8 * place)
      mask |= 0xFF << UInt64(8 * place)
    }

    /// Writes them once.
    mutating func write(to glb: inout GlobalBuffer, _ region: GlobalBuffer.Region) {
      guard mask != 0 else { return }
      let isWritten = glb.write(region, line: number, bits, mask: mask)
      precondition(isWritten, "a line was begun because its bank was free")
      (bits, mask) = (0, 0)
    }
  }

  mutating func commit() {
    guard !isIdle, let next else { return }
    self.next = nil
    place = next
    if next.isAtEnd { (planes, isIdle) = (nil, true) }
  }

  /// Whether `evaluate` would write anything.
  func canAct(_ words: borrowing Link<UInt64>) -> Bool {
    guard !isIdle, let planes else { return false }
    return words.hasFront || !planes.isInside(place.indices)
  }
}

extension IfmapPlacer.Place {
  /// Image, channel, row and column of the tile.
  fileprivate var indices: SIMD4<Int> { SIMD4(image, channel, row, column) }

  fileprivate mutating func advance(in planes: IfmapPlanes) {
    column += 1
    if column < planes.columnRange.upperBound { return }
    (column, row) = (planes.columnRange.lowerBound, row + 1)
    if row < planes.rows { return }
    (row, channel) = (0, channel + 1)
    if channel < planes.channels { return }
    (channel, image) = (0, image + 1)
    isAtEnd = image == planes.images
  }
}

extension IfmapPlanes {
  /// Bytes of a link word.
  private static let wordBytes = 8

  /// Columns that are passed in each row: those of the tile, and those beside it that come from off chip and are dropped.
  var columnRange: Range<Int> {
    insideRows.isEmpty ? 0..<columns : min(0, insideColumns.lowerBound)..<max(columns, insideColumns.upperBound)
  }

  /// Place in the banks, counted in operands: image, column, channel, row; nil beside the tile.
  func element(_ indices: SIMD4<Int>) -> Int? {
    guard (0..<columns).contains(indices[3]) else { return nil }
    return ((indices[0] * columns + indices[3]) * channels + indices[1]) * rows + indices[2]
  }

  func isInside(_ indices: SIMD4<Int>) -> Bool {
    insideRows.contains(indices[2]) && insideColumns.contains(indices[3])
  }

  /// The byte of an element: padding, or the next of the word in front; nil if that is not there yet.
  func byte(
    _ indices: SIMD4<Int>, _ word: UInt64?, _ cursor: inout TransferCursor, _ used: inout Int, _ endsWord: inout Bool
  ) -> UInt8? {
    guard isInside(indices) else { return padding }
    guard let word else { return nil }
    let block = cursor.block(of: load, portBytes: Self.wordBytes)
    let byte = UInt8(truncatingIfNeeded: word >> UInt64(8 * (block.first + used)))
    used += 1
    if used == block.count {
      used = 0
      endsWord = true
      _ = cursor.advance(past: block, of: load)
    }
    return byte
  }
}
