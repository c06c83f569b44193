import TestSupport
import Testing

/// One short round of every benchmark, so that none of them rots. Speeds are not judged: they depend on the machine.
@Suite struct BenchmarkTests {
  @Test func everySectionMeasuresSomething() throws {
    let output = try Tool.run([try Tool.executable("Benchmarks"), "--quick"])
    for row in [
      "ws 32 x 32", "os 16 x 16", "AlexNet, 5 convolutions", "VCD, all registers", "rs 12 x 14", "hbm2 random",
    ] {
      #expect(output.contains(row), "\(output)")
    }
  }
}
