public import Tensors

/// PNG pictures (W3C PNG, third edition): all colour types of up to 8 bits, interlaced or not.
///
/// Grey of 1, 2 and 4 bits is scaled to 0 to 255, a palette becomes RGB. Alpha stays a channel; transparency by a key
/// or in a palette (`tRNS`), colour profiles and other ancillary chunks are ignored. 16-bit samples are refused.
public enum PNGFile {
  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
  /// The most samples a picture may have: what a network takes stays far below.
  static let sampleLimit = 1 << 28

  /// The picture in a file's bytes; `file` names it in errors.
  public static func read(_ bytes: [UInt8], file: String) throws(InputError) -> Image {
    let chunks = try PNGChunks(bytes, file: file)
    let header = chunks.header
    let data = try PNGScanlines(header: header, compressed: chunks.data, file: file).samples()
    return try Image(Tensor([header.height, header.width, header.samples], data)).expanded(by: chunks)
  }
}

/// What a PNG's IHDR chunk says (section 11.2.1).
struct PNGHeader {
  var width: Int
  var height: Int
  var bitDepth: Int
  var colourType: Int
  var isInterlaced: Bool

  /// Samples of one pixel as they are stored.
  var samples: Int { [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][colourType] ?? 1 }
  /// Bits of one pixel as they are stored.
  var pixelBits: Int { samples * bitDepth }
}

extension Image {
  /// Samples of few bits scaled to 8, and palette indices replaced by their colours.
  fileprivate func expanded(by chunks: PNGChunks) throws(InputError) -> Image {
    let header = chunks.header
    if header.colourType == 3 {
      var result: [UInt8] = []
      result.reserveCapacity(3 * samples.elements.count)
      for index in samples.elements {
        guard 3 * Int(index) + 2 < chunks.palette.count else {
          throw InputError(
            file: chunks.file, place: .file, kind: .outOfRange,
            problem: "a pixel has colour \(index) of a palette of \(chunks.palette.count / 3)")
        }
        result += chunks.palette[(3 * Int(index))..<(3 * Int(index) + 3)]
      }
      return Image(Tensor([height, width, 3], result))
    }
    guard header.bitDepth < 8 else { return self }
    let factor = UInt8(255 / (1 << header.bitDepth - 1))
    return Image(samples.map { $0 * factor })
  }
}
