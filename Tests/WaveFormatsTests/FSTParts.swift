import Foundation
import Testing

@testable import WaveFormats

/// An FST file block by block, to put together others of the same content.
struct FSTParts {
  typealias Block = (type: UInt8, bytes: [UInt8])

  /// All blocks, length fields included.
  var blocks: [Block] = []
  /// The hierarchy, unpacked.
  let entries: [UInt8]

  /// Takes a file of our own writer apart.
  init(_ path: String) throws {
    let whole = try contents(path)
    var offset = 0
    while offset < whole.count {
      let length = whole[(offset + 1)..<(offset + 9)].reduce(0) { $0 << 8 | Int($1) }
      blocks.append((whole[offset], Array(whole[(offset + 1)..<(offset + 1 + length)])))
      offset += 1 + length
    }
    let packed = try #require(blocks.first { $0.type == FSTFormat.Block.hierarchyLZ4.rawValue }).bytes
    let size = packed[8..<16].reduce(0) { $0 << 8 | Int($1) }
    entries = try #require(BlockDecoder.lz4(packed[16...], count: size))
  }

  /// The blocks without those of a type.
  func without(_ type: FSTFormat.Block) -> [Block] { blocks.filter { $0.type != type.rawValue } }

  /// Writes blocks as a file.
  static func write(_ blocks: [Block], to path: String) throws {
    try Data(blocks.flatMap { [$0.type] + $0.bytes }).write(to: URL(fileURLWithPath: path))
  }

  /// A hierarchy block.
  static func hierarchy(_ type: FSTFormat.Block, size: Int, _ content: [UInt8]) -> Block {
    var bytes: [UInt8] = []
    bytes.appendBigEndian(UInt64(content.count + 16))
    bytes.appendBigEndian(UInt64(size))
    return (type.rawValue, bytes + content)
  }

  /// What a writer of libfst leaves when it is killed: no times in the header, no geometry, the hierarchy in a file beside.
  func writeKilled(_ path: String) throws {
    var kept = blocks.filter {
      $0.type == FSTFormat.Block.header.rawValue || $0.type == FSTFormat.Block.valuesAlias2.rawValue
    }
    for index in 8..<24 { kept[0].bytes[index] = 0 }
    try Self.write(kept + [(FSTFormat.Block.skip.rawValue, Array(repeating: 0, count: 8))], to: path)
    try Data(entries).write(to: URL(fileURLWithPath: path + ".hier"))
  }
}
