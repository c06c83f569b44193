public import Tensors

/// How a picture becomes a network's input: `(sample / divisor - mean[c]) / deviation[c]` in binary32, each step
/// rounded.
///
/// The defaults give 0 to 1, as torchvision's `ToTensor`; with mean and deviation as its `Normalize`.
public struct ImageConversion: Sendable, Equatable {
  /// The order of a tensor's dimensions.
  public enum Layout: String, CaseIterable, Sendable {
    case nchw, nhwc
  }

  /// What a sample is divided by.
  public var divisor: Float = 255
  /// Subtracted from each channel; one value for all channels, or one for each.
  public var mean: [Float] = [0]
  /// Divides each channel; one value for all channels, or one for each.
  public var deviation: [Float] = [1]
  /// The order of the tensor's dimensions.
  public var layout = Layout.nchw

  /// The conversion to 0 to 1, NCHW.
  public init() {}

  /// The input tensor of some pictures, all of the extents that the network takes; pictures become grey or RGB as it
  /// needs.
  ///
  /// `shape` is the network's, in this layout: n must be the number of pictures. Throws `InputError` naming the
  /// picture.
  public func tensor(_ images: [(image: Image, file: String)], shape: Shape) throws(InputError) -> Tensor<Float> {
    let order = layout == .nchw ? [0, 1, 2, 3] : [0, 3, 1, 2]
    guard shape.rank == 4, shape[0] == images.count, [1, 3].contains(shape[order[1]]) else {
      throw InputError(
        file: images.first?.file ?? "input", place: .file, kind: .mismatch,
        problem: "\(images.count) images do not make an input of shape \(shape)",
        remedy: "the shape is \(layout.rawValue) with n = \(images.count) and 1 or 3 channels")
    }
    let (channels, height, width) = (shape[order[1]], shape[order[2]], shape[order[3]])
    let means = try perChannel(mean, channels, "mean")
    let deviations = try perChannel(deviation, channels, "deviation")
    guard divisor != 0, deviations.allSatisfy({ $0 != 0 }) else {
      throw InputError(
        file: "image conversion", place: .file, kind: .outOfRange, problem: "a divisor or deviation is 0")
    }
    for entry in images {
      guard entry.image.height == height, entry.image.width == width else {
        throw InputError(
          file: entry.file, place: .file, kind: .mismatch,
          problem: "the image is \(entry.image.height) x \(entry.image.width), the network takes \(height) x \(width)")
      }
    }
    var elements = [Float](repeating: 0, count: shape.count)
    let strides = shape.strides
    for (number, entry) in images.enumerated() {
      let samples = entry.image.converted(toChannels: channels).samples.elements
      for pixel in 0..<(height * width) {
        let place =
          number * strides[0] + pixel / width * strides[order[2]] + pixel % width * strides[order[3]]
        for channel in 0..<channels {
          let scaled = Float(samples[pixel * channels + channel]) / divisor
          elements[place + channel * strides[order[1]]] = (scaled - means[channel]) / deviations[channel]
        }
      }
    }
    return Tensor(shape, elements)
  }

  private func perChannel(_ values: [Float], _ channels: Int, _ name: String) throws(InputError) -> [Float] {
    if values.count == channels { return values }
    guard values.count == 1 else {
      throw InputError(
        file: "image conversion", place: .file, kind: .mismatch,
        problem: "\(name) has \(values.count) values for \(channels) channels", remedy: "give 1 or \(channels)")
    }
    return [Float](repeating: values[0], count: channels)
  }
}
