import Foundation
import Testing

/// One short round of every benchmark, so that none of them rots. Speeds are not judged: they depend on the machine.
@Suite struct BenchmarkTests {
  @Test func everySectionMeasuresSomething() throws {
    let executable = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "Benchmarks")
    let process = Process()
    process.executableURL = executable
    process.arguments = ["--quick"]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    for row in [
      "ws 32 x 32", "os 16 x 16", "AlexNet, 5 convolutions", "VCD, all registers", "rs 12 x 14", "hbm2 random",
    ] {
      #expect(output.contains(row), "\(output)")
    }
  }
}
