internal import Codecs
internal import Tensors

/// The chunks of a PNG that a picture needs (section 5.3): IHDR, PLTE and the IDATs put together.
struct PNGChunks {
  let file: String
  private(set) var header = PNGHeader(width: 0, height: 0, bitDepth: 8, colourType: 0, isInterlaced: false)
  private(set) var palette: [UInt8] = []
  private(set) var data: [UInt8] = []

  init(_ bytes: [UInt8], file: String) throws(InputError) {
    self.file = file
    guard bytes.starts(with: PNGFile.signature) else {
      let isStart = PNGFile.signature.starts(with: bytes)
      throw fault(
        isStart ? bytes.count : 0, isStart ? .cutShort : .malformed,
        isStart ? "the file ends within the PNG signature" : "not a PNG file: its signature is wrong")
    }
    var offset = PNGFile.signature.count
    var isFirst = true
    while true {
      guard bytes.count - offset >= 12 else {
        throw fault(bytes.count, .cutShort, "the file ends before an IEND chunk")
      }
      let length = Self.number(bytes, offset)
      guard length <= bytes.count - offset - 12 else {
        throw fault(
          bytes.count, .cutShort,
          "a chunk of \(length) bytes at byte \(offset) is cut short by \(length - (bytes.count - offset - 12))")
      }
      let end = offset + 8 + length
      guard Checksum.crc32(bytes[(offset + 4)..<end]) == UInt32(Self.number(bytes, end)) else {
        throw fault(end, .checksum, "the checksum of the chunk at byte \(offset) is wrong")
      }
      let name = String(decoding: bytes[(offset + 4)..<(offset + 8)], as: UTF8.self)
      guard isFirst == (name == "IHDR") else {
        throw fault(offset, .malformed, "the first chunk, and no other, is IHDR")
      }
      isFirst = false
      if name == "IEND" {
        guard end + 4 == bytes.count else {
          throw fault(end + 4, .trailing, "\(bytes.count - end - 4) bytes follow the IEND chunk")
        }
        break
      }
      try take(name, bytes[(offset + 8)..<end], at: offset)
      offset = end + 4
    }
    guard !data.isEmpty else { throw fault(offset, .missing, "the file has no IDAT chunk") }
    guard header.colourType != 3 || !palette.isEmpty else { throw fault(offset, .missing, "the palette is missing") }
  }

  private mutating func take(_ name: String, _ content: ArraySlice<UInt8>, at offset: Int) throws(InputError) {
    switch name {
    case "IHDR": header = try readHeader(Array(content), at: offset)
    case "IDAT": data += content
    case "PLTE":
      guard content.count % 3 == 0, (3...768).contains(content.count) else {
        throw fault(offset, .malformed, "a palette of \(content.count) bytes is no 1 to 256 colours")
      }
      palette = Array(content)
    default:
      // An upper-case first letter marks a chunk that must be understood (section 5.4).
      guard name.utf8.first.map({ $0 & 0x20 != 0 }) ?? false else {
        throw fault(offset, .unsupported, "the critical chunk '\(name)' is unknown")
      }
    }
  }

  private func readHeader(_ bytes: [UInt8], at offset: Int) throws(InputError) -> PNGHeader {
    guard bytes.count == 13 else { throw fault(offset, .malformed, "the IHDR chunk has \(bytes.count) bytes, not 13") }
    let header = PNGHeader(
      width: Self.number(bytes, 0), height: Self.number(bytes, 4), bitDepth: Int(bytes[8]), colourType: Int(bytes[9]),
      isInterlaced: bytes[12] == 1)
    guard (1..<1 << 31).contains(header.width), (1..<1 << 31).contains(header.height) else {
      throw fault(offset + 8, .outOfRange, "no PNG is \(header.width) x \(header.height)", remedy: "1 to 2147483647")
    }
    let depths = [0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16]]
    guard depths[header.colourType]?.contains(header.bitDepth) == true, bytes[10] == 0, bytes[11] == 0, bytes[12] < 2
    else {
      throw fault(offset + 16, .malformed, "the IHDR chunk has a combination of values that PNG does not define")
    }
    guard header.bitDepth <= 8 else {
      throw fault(
        offset + 16, .unsupported, "samples of 16 bits are not supported", remedy: "save the image with 8 bits")
    }
    let limit = PNGFile.sampleLimit / header.samples
    guard header.height <= limit / header.width else {
      throw fault(
        offset + 8, .outOfRange,
        "the image of \(header.width) x \(header.height) has more than the limit of \(PNGFile.sampleLimit) samples")
    }
    return header
  }

  private static func number(_ bytes: [UInt8], _ offset: Int) -> Int {
    (0..<4).reduce(0) { $0 << 8 | Int(bytes[offset + $1]) }
  }

  private func fault(_ offset: Int, _ kind: InputError.Kind, _ problem: String, remedy: String = "") -> InputError {
    InputError(file: file, place: .byte(offset), kind: kind, problem: problem, remedy: remedy)
  }
}
