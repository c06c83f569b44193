public import Tensors

/// The right class of each input: an IDX file of uint8, or a text with one number on each line.
public enum LabelFile {
  /// The labels, each 0 to `classes` - 1; `count`, if given, is how many inputs they must fit.
  ///
  /// Throws `InputError` with the line or byte of the first wrong label.
  public static func read(
    _ bytes: [UInt8], classes: Int, count: Int? = nil, file: String
  ) throws(InputError) -> [Int] {
    let labels = IDXFile.isLikely(bytes) ? try idx(bytes, classes, file) : try lines(bytes, classes, file)
    if let count, count != labels.count {
      let difference = labels.count < count ? "\(count - labels.count) missing" : "\(labels.count - count) too many"
      throw InputError(
        file: file, place: .file, kind: .mismatch,
        problem: "\(labels.count) labels do not fit \(count) inputs: \(difference)")
    }
    return labels
  }

  private static func idx(_ bytes: [UInt8], _ classes: Int, _ file: String) throws(InputError) -> [Int] {
    guard case .uint8(let tensor) = try IDXFile.read(bytes, file: file), tensor.shape.rank == 1 else {
      throw InputError(
        file: file, place: .byte(2), kind: .unsupported, problem: "labels are no list of uint8",
        remedy: "an IDX file of labels has magic 00 00 08 01")
    }
    var labels: [Int] = []
    for (index, label) in tensor.elements.enumerated() {
      labels.append(try check(Int(label), classes, file, .byte(8 + index)))
    }
    return labels
  }

  private static func lines(_ bytes: [UInt8], _ classes: Int, _ file: String) throws(InputError) -> [Int] {
    var labels: [Int] = []
    for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      let text = String(decoding: line.filter { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }, as: UTF8.self)
      if text.isEmpty || text.hasPrefix("#") { continue }
      guard let label = Int(text) else {
        throw InputError(
          file: file, place: .line(index + 1, column: 1), kind: .malformed, problem: "'\(text)' is no class number",
          remedy: "a label file has one whole number on each line")
      }
      labels.append(try check(label, classes, file, .line(index + 1, column: 1)))
    }
    return labels
  }

  private static func check(
    _ label: Int, _ classes: Int, _ file: String, _ place: InputError.Place
  ) throws(InputError) -> Int {
    guard !(0..<classes).contains(label) else { return label }
    throw InputError(
      file: file, place: place, kind: .outOfRange, problem: "class \(label) does not exist among \(classes) classes",
      remedy: "it takes 0 to \(classes - 1); the nearest legal value is \(label < 0 ? 0 : classes - 1)")
  }
}
