public import Tensors

/// The binary version of CIFAR-10 (cs.toronto.edu/~kriz/cifar.html): records of one label and 3 x 32 x 32 samples.
public enum CIFARFile {
  /// Bytes of one record.
  public static let recordBytes = 1 + 3 * 32 * 32

  /// The images as n x 3 x 32 x 32, and their labels, 0 to 9.
  public static func read(
    _ bytes: [UInt8], file: String
  ) throws(InputError) -> (images: Tensor<UInt8>, labels: [Int]) {
    let count = bytes.count / recordBytes
    let excess = bytes.count % recordBytes
    guard excess == 0, count > 0 else {
      throw InputError(
        file: file, place: .byte(bytes.count), kind: .cutShort,
        problem: "\(bytes.count) bytes are no whole number of CIFAR-10 records of \(recordBytes) bytes: "
          + "\(recordBytes - excess) missing in record \(count)")
    }
    var labels: [Int] = []
    var samples: [UInt8] = []
    samples.reserveCapacity(count * (recordBytes - 1))
    for record in 0..<count {
      let start = record * recordBytes
      guard bytes[start] <= 9 else {
        throw InputError(
          file: file, place: .byte(start), kind: .outOfRange,
          problem: "the label of record \(record) is \(bytes[start]), \(bytes[start] - 9) above the highest, 9")
      }
      labels.append(Int(bytes[start]))
      samples += bytes[(start + 1)..<(start + recordBytes)]
    }
    return (Tensor([count, 3, 32, 32], samples), labels)
  }

  /// One picture of a file, its planes interleaved.
  public static func image(_ index: Int, of images: Tensor<UInt8>) -> Image {
    let plane = 32 * 32
    let start = index * 3 * plane
    var samples: [UInt8] = []
    for pixel in 0..<plane {
      for channel in 0..<3 { samples.append(images.elements[start + channel * plane + pixel]) }
    }
    return Image(Tensor([32, 32, 3], samples))
  }
}
