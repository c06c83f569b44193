internal import Codecs
internal import Tensors

/// Decompresses, unfilters and puts together the scanlines of a PNG (sections 7 to 9).
struct PNGScanlines {
  /// First row, first column, row step and column step of each pass of Adam7 (section 8.2).
  private static let passes = [
    (0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1),
  ]

  let header: PNGHeader
  let compressed: [UInt8]
  let file: String

  /// The samples as they are stored, one byte each, height x width x samples.
  func samples() throws(InputError) -> [UInt8] {
    let passes = header.isInterlaced ? Self.passes : [(0, 0, 1, 1)]
    // DEFLATE makes at most 1032 bytes of one: no picture is allocated that its data cannot fill.
    guard header.height * ((header.width * header.pixelBits + 7) / 8) / 1032 <= compressed.count else {
      throw fault(
        .cutShort, "\(compressed.count) compressed bytes cannot hold \(header.width) x \(header.height) pixels")
    }
    var result = [UInt8](repeating: 0, count: header.height * header.width * header.samples)
    var inflate = Inflate(compressed, wrapper: .zlib, file: "\(file) (IDAT data)")
    for (firstRow, firstColumn, rowStep, columnStep) in passes {
      let columns = (header.width - firstColumn + columnStep - 1) / columnStep
      guard columns > 0 else { continue }
      let lineBytes = (columns * header.pixelBits + 7) / 8
      var previous = [UInt8](repeating: 0, count: lineBytes)
      for row in stride(from: firstRow, to: header.height, by: rowStep) {
        let raw = try inflate.read(1 + lineBytes)
        guard raw.count == 1 + lineBytes else { throw fault(.cutShort, "row \(row) of the image is missing") }
        var line = Array(raw[1...])
        try unfilter(&line, type: raw[0], above: previous, row: row)
        for column in 0..<columns {
          let place = (row * header.width + firstColumn + column * columnStep) * header.samples
          for sample in 0..<header.samples {
            result[place + sample] = value(line, column * header.samples + sample)
          }
        }
        previous = line
      }
    }
    guard try inflate.read(1).isEmpty else { throw fault(.trailing, "the image has more data than rows") }
    guard inflate.inputOffset == compressed.count else { throw fault(.trailing, "bytes follow the compressed image") }
    return result
  }

  private func value(_ line: [UInt8], _ index: Int) -> UInt8 {
    guard header.bitDepth < 8 else { return line[index] }
    let bit = index * header.bitDepth
    return line[bit / 8] >> UInt8(8 - header.bitDepth - bit % 8) & UInt8(1 << header.bitDepth - 1)
  }

  private func unfilter(
    _ line: inout [UInt8], type: UInt8, above: [UInt8], row: Int
  ) throws(InputError) {
    let distance = max(1, header.pixelBits / 8)
    switch type {
    case 0: break
    case 1: for index in line.indices.dropFirst(distance) { line[index] &+= line[index - distance] }
    case 2: for index in line.indices { line[index] &+= above[index] }
    case 3:
      for index in line.indices {
        let left = index < distance ? 0 : Int(line[index - distance])
        line[index] &+= UInt8((left + Int(above[index])) / 2)
      }
    case 4:
      for index in line.indices {
        let left = index < distance ? 0 : line[index - distance]
        let corner = index < distance ? 0 : above[index - distance]
        line[index] &+= paeth(left, above[index], corner)
      }
    default: throw fault(.malformed, "row \(row) has filter type \(type), above the highest, 4")
    }
  }

  /// The neighbour nearest to left + above - corner (section 9.4).
  private func paeth(_ left: UInt8, _ above: UInt8, _ corner: UInt8) -> UInt8 {
    let estimate = Int(left) + Int(above) - Int(corner)
    let distances = (abs(estimate - Int(left)), abs(estimate - Int(above)), abs(estimate - Int(corner)))
    if distances.0 <= distances.1, distances.0 <= distances.2 { return left }
    return distances.1 <= distances.2 ? above : corner
  }

  private func fault(_ kind: InputError.Kind, _ problem: String) -> InputError {
    InputError(file: file, place: .file, kind: kind, problem: problem)
  }
}
