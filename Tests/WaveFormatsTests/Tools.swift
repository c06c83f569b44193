import Foundation
import TestSupport

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

/// What a tool prints. A missing tool fails the test: the README's test command installs all of them.
@discardableResult
func run(_ tool: String, _ arguments: [String], in directory: String? = nil) throws -> String {
  try Tool.run([tool] + arguments, in: directory)
}

func contents(_ path: String) throws -> [UInt8] {
  Array(try Data(contentsOf: URL(fileURLWithPath: path)))
}
