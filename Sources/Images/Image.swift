public import Tensors

/// A picture of 8-bit samples: 1 channel (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGBA).
public struct Image: Sendable, Equatable {
  /// Height x width x channels, rows from the top.
  public let samples: Tensor<UInt8>

  /// A picture of samples in the shape height x width x channels.
  public init(_ samples: Tensor<UInt8>) {
    precondition(samples.shape.rank == 3 && (1...4).contains(samples.shape[2]), "an image is height x width x 1 to 4")
    self.samples = samples
  }

  /// Rows.
  public var height: Int { samples.shape[0] }
  /// Columns.
  public var width: Int { samples.shape[1] }
  /// Samples of one pixel.
  public var channels: Int { samples.shape[2] }

  /// The picture in bytes without any header, row by row, channels of a pixel side by side.
  ///
  /// Throws `InputError` unless there are exactly `height * width * channels` bytes.
  public static func raw(
    _ bytes: [UInt8], height: Int, width: Int, channels: Int, file: String
  ) throws(InputError) -> Image {
    let (area, overflows) = height.multipliedReportingOverflow(by: width)
    let (count, overflowsToo) = area.multipliedReportingOverflow(by: channels)
    guard !overflows, !overflowsToo, height > 0, width > 0, (1...4).contains(channels) else {
      throw InputError(
        file: file, place: .file, kind: .outOfRange,
        problem: "no image is \(height) x \(width) with \(channels) channels",
        remedy: "extents are 1 or more, channels 1 to 4")
    }
    guard bytes.count == count else {
      let difference = bytes.count < count ? "\(count - bytes.count) missing" : "\(bytes.count - count) too many"
      throw InputError(
        file: file, place: .byte(min(bytes.count, count)), kind: bytes.count < count ? .cutShort : .trailing,
        problem: "a raw image of \(height) x \(width) x \(channels) takes \(count) bytes, the file has \(bytes.count): "
          + difference)
    }
    return Image(Tensor([height, width, channels], bytes))
  }

  /// The picture with 1 or 3 channels; alpha is dropped, grey is copied to R, G and B.
  ///
  /// RGB becomes grey by ITU-R BT.601 luma in 16-bit fixed point, (19595 R + 38470 G + 7471 B + 32768) / 65536, rounded
  /// down.
  public func converted(toChannels wanted: Int) -> Image {
    precondition(wanted == 1 || wanted == 3, "an image converts to 1 or 3 channels")
    guard wanted != channels else { return self }
    var result: [UInt8] = []
    result.reserveCapacity(height * width * wanted)
    for start in stride(from: 0, to: samples.elements.count, by: channels) {
      let red = samples.elements[start]
      if channels < 3 {
        result.append(contentsOf: repeatElement(red, count: wanted))
      } else if wanted == 3 {
        result.append(contentsOf: samples.elements[start..<(start + 3)])
      } else {
        let (green, blue) = (Int(samples.elements[start + 1]), Int(samples.elements[start + 2]))
        result.append(UInt8((19595 * Int(red) + 38470 * green + 7471 * blue + 32768) >> 16))
      }
    }
    return Image(Tensor([height, width, wanted], result))
  }
}
