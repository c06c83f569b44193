import Memory
import Simulation

/// What an ifmap tile is made of where activations lie off chip as planes [N, C, H, W], a byte an element.
struct IfmapPlanes: Sendable, Codable, Equatable {
  /// The read of the elements that exist: image, channel, row, column.
  let load: Transfer
  /// Extents of the tile with its padding.
  let images, channels, rows, columns: Int
  /// Rows and columns of it that exist off chip.
  let insideRows, insideColumns: Range<Int>
  /// The byte that stands for padding.
  let padding: UInt8
}

/// Puts the elements of an ifmap tile to their places in the ifmap banks, padding included.
///
/// They come in the order of the planes, row by row; the banks hold them column by column, because PEs take them so. Every
/// cycle writes those that follow each other and share a line: mostly one byte, up to eight where maps are single elements.
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
    place = Place()
  }

  /// No tile under way.
  var isIdle: Bool { planes == nil }

  /// Writes the bytes of one line; the banks must be free.
  mutating func evaluate(
    _ words: inout Link<UInt64>, _ glb: inout GlobalBuffer, _ region: GlobalBuffer.Region
  ) {
    guard let planes else { return }
    var place = place
    let line = planes.element(place.indices) / 8
    var (bits, mask) = (UInt64(0), UInt64(0))
    var takesWord = false
    while !place.isAtEnd, !takesWord, planes.element(place.indices) / 8 == line {
      guard let byte = planes.byte(place.indices, words.front, &place.cursor, &place.used, &takesWord) else { break }
      let shift = UInt64(planes.element(place.indices) % 8 * 8)
      bits |= UInt64(byte) << shift
      mask |= 0xFF << shift
      place.advance(in: planes)
    }
    guard mask != 0 else { return }
    let isWritten = glb.write(region, line: line, bits, mask: mask)
    precondition(isWritten, "nobody reads the ifmap banks while they are filled")
    if takesWord { words.receive() }
    next = place
  }

  mutating func commit() {
    guard let next else { return }
    self.next = nil
    place = next
    if next.isAtEnd { planes = nil }
  }

  /// Whether `evaluate` would write anything.
  func canAct(_ words: borrowing Link<UInt64>) -> Bool {
    guard let planes else { return false }
    return words.hasFront || !planes.isInside(place.indices)
  }
}

extension IfmapPlacer.Place {
  /// Image, channel, row and column of the tile.
  fileprivate var indices: SIMD4<Int> { SIMD4(image, channel, row, column) }

  fileprivate mutating func advance(in planes: IfmapPlanes) {
    column += 1
    if column < planes.columns { return }
    (column, row) = (0, row + 1)
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

  /// Place in the banks, counted in operands: image, column, channel, row.
  func element(_ indices: SIMD4<Int>) -> Int {
    ((indices[0] * columns + indices[3]) * channels + indices[1]) * rows + indices[2]
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
