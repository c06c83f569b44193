internal import Foundation

/// Runs a tool that a test needs; that it is missing is a failure.
public enum Tool {
  /// What a tool said when it failed.
  public struct Failure: Error, CustomStringConvertible {
    /// The command, its exit code and its output.
    public let description: String
  }

  /// What a process left behind.
  public struct Outcome {
    /// Its exit code, or the number of the signal that ended it.
    public let code: Int32
    /// What it wrote to standard output, and to standard error.
    public let output, error: [UInt8]
  }

  /// Runs a command in a directory to its end, whatever that is; `input` is its standard input.
  public static func outcome(of command: [String], in directory: String? = nil, input: [UInt8] = []) throws -> Outcome {
    // Files, not pipes: whoever reads one pipe first may wait for a process that waits for the other.
    try withDirectory { files in
      let paths = ["in", "out", "error"].map { URL(filePath: "\(files)/\($0)") }
      for (path, content) in zip(paths, [input, [], []]) { try Data(content).write(to: path) }
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = command
      if let directory { process.currentDirectoryURL = URL(filePath: directory) }
      process.standardInput = try FileHandle(forReadingFrom: paths[0])
      process.standardOutput = try FileHandle(forWritingTo: paths[1])
      process.standardError = try FileHandle(forWritingTo: paths[2])
      try process.run()
      process.waitUntilExit()
      return Outcome(
        code: process.terminationStatus, output: [UInt8](try Data(contentsOf: paths[1])),
        error: [UInt8](try Data(contentsOf: paths[2])))
    }
  }

  /// What a command prints; throws unless it ends with 0.
  @discardableResult
  public static func run(_ command: [String], in directory: String? = nil) throws -> String {
    let outcome = try outcome(of: command, in: directory)
    let output = String(decoding: outcome.output, as: UTF8.self)
    guard outcome.code == 0 else {
      throw Failure(
        description: "\(command.joined(separator: " ")) ended with \(outcome.code): \(output)"
          + String(decoding: outcome.error, as: UTF8.self))
    }
    return output
  }

  /// Hands a fresh directory to a closure and removes it afterwards.
  public static func withDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
    let directory = FileManager.default.temporaryDirectory.appending(path: "systole-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    return try body(directory.path)
  }

  /// A directory of the package, by its path from the root.
  public static func packageDirectory(_ path: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: path).path
  }

  /// An executable of the package, which is built with the tests.
  public static func executable(_ name: String) throws -> String {
    let path = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: name).path
    guard FileManager.default.isExecutableFile(atPath: path) else {
      throw Failure(description: "\(path) is built with the tests")
    }
    return path
  }
}
