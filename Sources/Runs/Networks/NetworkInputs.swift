internal import Configuration
internal import Foundation
internal import Images
internal import Tensors
internal import Workloads

/// Reads a network's inputs: tensors as they are, pictures through a stated conversion.
///
/// A picture's samples become `(sample / divisor - mean) / deviation`; where the network takes integers, that number is
/// quantised with the scale and zero point that the network gives its input.
struct NetworkInputs {
  /// One image, or one tensor for one image.
  struct Entry {
    var name: String
    var tensor: AnyTensor
  }

  let activation: Network.Activation
  let conversion: ImageConversion
  let files: InputFiles

  init(_ activation: Network.Activation, _ configuration: Configuration, _ files: InputFiles) {
    self.activation = activation
    self.files = files
    var conversion = ImageConversion()
    conversion.divisor = Float(configuration.number("workload.pixel_divisor"))
    conversion.mean = configuration.numbers("workload.pixel_mean").map { Float($0) }
    conversion.deviation = configuration.numbers("workload.pixel_deviation").map { Float($0) }
    let shape = activation.shape
    conversion.layout = shape.rank == 4 && ![1, 3].contains(shape[1]) && [1, 3].contains(shape[3]) ? .nhwc : .nchw
    self.conversion = conversion
  }

  /// Extents of one image, a batch of 1.
  private var single: Shape { Shape([1] + activation.shape.dimensions.dropFirst()) }

  /// The images of a file, or of all files of a folder in the order of their names.
  func entries(_ path: String) throws -> [Entry] {
    var isFolder: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
      return try fileEntries(path)
    }
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: path).filter { !$0.hasPrefix(".") }.sorted()
    } catch {
      throw InputError(file: path, place: .file, kind: .missing, problem: "the folder cannot be read")
    }
    guard !names.isEmpty else {
      throw InputError(
        file: path, place: .file, kind: .missing, problem: "the folder is empty",
        remedy: "it takes .npy, .png, IDX or CIFAR files")
    }
    return try names.flatMap { try fileEntries(path + (path.hasSuffix("/") ? "" : "/") + $0) }
  }

  private func fileEntries(_ path: String) throws(InputError) -> [Entry] {
    let bytes = try files.bytes(of: path)
    let name = path.split(separator: "/").last.map(String.init) ?? path
    if bytes.starts(with: [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]) { return try tensors(bytes, path, name) }
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
      return [try picture(PNGFile.read(bytes, file: path), path, name)]
    }
    if IDXFile.isLikely(bytes) { return try pictures(IDXFile.read(bytes, file: path), path, name) }
    let (height, width, channels) = extents
    if bytes.count == height * width * channels {
      return [try picture(Image.raw(bytes, height: height, width: width, channels: channels, file: path), path, name)]
    }
    if bytes.count % CIFARFile.recordBytes == 0, !bytes.isEmpty {
      let images = try CIFARFile.read(bytes, file: path).images
      return try (0..<images.shape[0]).map { index throws(InputError) in
        try picture(CIFARFile.image(index, of: images), path, "\(name)[\(index)]")
      }
    }
    throw InputError(
      file: path, place: .file, kind: .unsupported,
      problem: "\(bytes.count) bytes are no .npy, PNG, IDX or CIFAR file, and no raw image of "
        + "\(height) x \(width) x \(channels) bytes",
      remedy: "the network takes \(activation.elementType.rawValue) \(activation.shape)")
  }

  /// Rows, columns and channels of the network's input.
  private var extents: (Int, Int, Int) {
    guard activation.shape.rank == 4 else {
      return (1, activation.shape.count / max(1, activation.shape.dimensions.first ?? 1), 1)
    }
    let d = activation.shape.dimensions
    return conversion.layout == .nchw ? (d[2], d[3], d[1]) : (d[1], d[2], d[3])
  }

  /// A tensor of the network's extents but for the number of images, cut into images.
  private func tensors(_ bytes: [UInt8], _ path: String, _ name: String) throws(InputError) -> [Entry] {
    let tensor = try NumpyFile.read(bytes, file: path)
    guard tensor.elementType == activation.elementType else {
      throw InputError(
        file: path, place: .file, kind: .mismatch,
        problem: "the elements are \(tensor.elementType.rawValue), input \(activation.name) takes "
          + activation.elementType.rawValue)
    }
    let each = single.count
    let dimensions = tensor.shape.dimensions
    let fits =
      tensor.shape == single || Array(dimensions.dropFirst()) == Array(single.dimensions.dropFirst())
      || dimensions == Array(single.dimensions.dropFirst())
    guard fits, each > 0 else {
      throw InputError(
        file: path, place: .file, kind: .mismatch,
        problem: "the tensor is \(tensor.shape), input \(activation.name) takes \(single) an image")
    }
    let all = tensor.littleEndianBytes
    let imageBytes = each * tensor.elementType.byteCount
    let count = all.count / imageBytes
    return (0..<count).map { index in
      Entry(
        name: count == 1 ? name : "\(name)[\(index)]",
        tensor: AnyTensor(
          activation.elementType, single,
          littleEndianBytes: Array(all[index * imageBytes..<(index + 1) * imageBytes])))
    }
  }

  private func pictures(_ tensor: AnyTensor, _ path: String, _ name: String) throws(InputError) -> [Entry] {
    guard case .uint8(let samples) = tensor, samples.shape.rank == 3 else {
      throw InputError(
        file: path, place: .file, kind: .unsupported,
        problem: "the IDX file holds \(tensor.elementType.rawValue) \(tensor.shape), not pictures of uint8")
    }
    let (count, height, width) = (samples.shape[0], samples.shape[1], samples.shape[2])
    return try (0..<count).map { index throws(InputError) in
      let pixels = Array(samples.elements[index * height * width..<(index + 1) * height * width])
      return try picture(Image(Tensor([height, width, 1], pixels)), path, "\(name)[\(index)]")
    }
  }

  private func picture(_ image: Image, _ path: String, _ name: String) throws(InputError) -> Entry {
    let real = try conversion.tensor([(image, path)], shape: single)
    switch activation.elementType {
    case .float32: return Entry(name: name, tensor: .float32(real))
    case .int8, .uint8:
      guard let quantisation = activation.quantisation, quantisation.scale != nil else { break }
      let isSigned = activation.elementType == .int8
      let stored = real.elements.map { quantisation.quantise($0, range: isSigned ? -128...127 : 0...255) }
      return Entry(
        name: name,
        tensor: AnyTensor(
          activation.elementType, single, littleEndianBytes: stored.map { UInt8(truncatingIfNeeded: $0) }))
    default: break
    }
    throw InputError(
      file: path, place: .file, kind: .unsupported,
      problem:
        "input \(activation.name) takes \(activation.elementType.rawValue) of unknown scale, which pictures do not become",
      remedy: "give it a .npy file")
  }
}
