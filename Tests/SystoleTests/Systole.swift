import Foundation
import Tensors
import TestSupport
import Testing

/// The built command, as a user runs it.
struct Systole {
  /// What a process left behind.
  struct Outcome {
    let code: Int32
    let output: String
    let error: String
  }

  /// The root of the repository.
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  /// A directory of this test, removed when it ends.
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// Runs the command in the scratch directory; `prefix` is shell text in front of it, `suffix` behind it.
  func run(_ arguments: [String], prefix: String = "", suffix: String = "") throws -> Outcome {
    let quoted = ([try Tool.executable("systole")] + arguments).map {
      "'" + $0.replacingOccurrences(of: "'", with: "'\\''") + "'"
    }
    let outcome = try Tool.outcome(
      of: ["bash", "-c", "\(prefix) \(quoted.joined(separator: " ")) \(suffix)"], in: scratch.path)
    return Outcome(
      code: outcome.code, output: String(decoding: outcome.output, as: UTF8.self),
      error: String(decoding: outcome.error, as: UTF8.self))
  }

  func run(_ arguments: String...) throws -> Outcome { try run(arguments) }

  /// The text of a file in the scratch directory.
  func text(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: scratch.path + "/" + name)), as: UTF8.self)
  }

  func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

  func write(_ bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: URL(filePath: scratch.path + "/" + name))
  }

  /// Writes an int8 tensor whose elements count up.
  func writeTensor(_ shape: Shape, to name: String) throws {
    let elements = (0..<shape.count).map { Int8(truncatingIfNeeded: $0 % 251 - 120) }
    try write(NumpyFile.write(.int8(Tensor(shape, elements))), to: name)
  }

  /// What lies in the scratch directory, or in one below it.
  func names(_ directory: String = "") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: scratch.path + "/" + directory).sorted()
  }

  /// A file of the repository.
  static func file(_ path: String) -> String { root + "/" + path }
}

/// A directory that is removed with its owner.
final class Scratch {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "systole-command-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
