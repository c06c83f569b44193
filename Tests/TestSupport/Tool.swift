internal import Foundation

/// Runs a tool that a test needs; that it is missing is a failure.
public enum Tool {
  /// What a tool said when it failed.
  public struct Failure: Error, CustomStringConvertible {
    /// The command, its exit code and its output.
    public let description: String
  }

  /// Runs a command in a directory, its output read while it runs; throws unless it ends with 0.
  @discardableResult
  public static func run(_ command: [String], in directory: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.currentDirectoryURL = URL(fileURLWithPath: directory)
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(description: "\(command.joined(separator: " ")) ended with \(process.terminationStatus): \(output)")
    }
    return output
  }

  /// Hands a fresh directory to a closure and removes it afterwards.
  public static func withDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("systole-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    return try body(directory.path)
  }

  /// A directory of the package, by its path from the root.
  public static func packageDirectory(_ path: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent(path).path
  }
}
