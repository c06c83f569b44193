internal import Foundation

/// Runs Python, the reference for several file formats; that it is missing is a failure.
public enum Python {
  /// What Python said.
  public struct Failure: Error, CustomStringConvertible {
    /// Its standard error.
    public let description: String
  }

  /// The bytes that a script prints; `input` is its standard input.
  public static func run(_ script: String, input: [UInt8] = []) throws -> [UInt8] {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("systole-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let paths = ["in", "out", "error"].map { directory.appendingPathComponent($0) }
    try Data(input).write(to: paths[0])
    try Data().write(to: paths[1])
    try Data().write(to: paths[2])
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", script]
    process.standardInput = try FileHandle(forReadingFrom: paths[0])
    process.standardOutput = try FileHandle(forWritingTo: paths[1])
    process.standardError = try FileHandle(forWritingTo: paths[2])
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(description: "python3 failed: \(String(decoding: try Data(contentsOf: paths[2]), as: UTF8.self))")
    }
    return [UInt8](try Data(contentsOf: paths[1]))
  }

  /// Splits a stream of parts, each preceded by its length in 4 little-endian bytes.
  public static func parts(_ stream: [UInt8]) -> [[UInt8]] {
    var parts: [[UInt8]] = []
    var offset = 0
    while offset + 4 <= stream.count {
      let length = (0..<4).reduce(0) { $0 | Int(stream[offset + $1]) << (8 * $1) }
      parts.append(Array(stream[(offset + 4)..<(offset + 4 + length)]))
      offset += 4 + length
    }
    return parts
  }
}
