import Foundation
import Testing

@testable import WaveFormats

/// Clocks for tests.
enum WaveClockFixture {
  static let gigahertz = WaveClock(name: "clk", periodNumerator: 1_000_000)
  /// 200 MHz / 3: its edges fall on no whole femtosecond.
  static let odd = WaveClock(name: "clk_odd", periodNumerator: 1_000_000_000, periodDenominator: 66)
}

/// A directory that is removed when the test ends.
final class Scratch {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "systole-waves-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  func file(_ name: String) -> String { path + "/" + name }
}

/// Runs a tool that the tests need. A missing tool fails the test: the README's test command installs all of them.
@discardableResult
func run(_ tool: String, _ arguments: [String], in directory: String? = nil, input: String? = nil) throws -> String {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = [tool] + arguments
  if let directory { process.currentDirectoryURL = URL(fileURLWithPath: directory) }
  let output = Pipe()
  process.standardOutput = output
  process.standardError = output
  process.standardInput = FileHandle.nullDevice
  try process.run()
  let data = output.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  let text = String(decoding: data, as: UTF8.self)
  try #require(process.terminationStatus == 0, "\(tool) \(arguments.joined(separator: " ")): \(text)")
  return text
}

func contents(_ path: String) throws -> [UInt8] {
  Array(try Data(contentsOf: URL(fileURLWithPath: path)))
}
