import Foundation
import Testing

/// What a run says about its memory: why it waited, what it moved, how far it is from its roofs.
struct MemoryReportTests {
  private let systole: Systole

  init() throws { systole = try Systole() }

  private func rows(_ name: String) throws -> [[String]] {
    try systole.text(name).split(separator: "\n").dropFirst().map { line in
      line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  /// LeNet-5 behind two DRAMs: every cycle of the difference has a cause, pooling and fully connected layers are memory-bound,
  /// bytes are accounted for, and the page holds both pictures.
  @Test func twoMemoriesOfANetwork() throws {
    let outcome = try systole.run(
      "run", Systole.file("Examples/lenet5-ws.json5"), "--memory", "ddr3-1600,hbm2", "--set", "workload.count=1",
      "--out",
      "out")
    #expect(outcome.code == 0, "\(outcome.error)")
    let comparison = try rows("out/comparison-1.csv")
    #expect(comparison.count > 6 && comparison.last?[0] == "total")
    for row in comparison {
      let numbers = row.dropFirst().compactMap { Double($0) }
      #expect(abs(numbers[2] - numbers.dropFirst(3).reduce(0, +)) < 1e-6, "\(row)")
      #expect(numbers[0] - numbers[1] == numbers[2])
    }
    for memory in ["ddr3-1600-x8", "hbm2"] {
      for row in try rows("out/roofline-ws-16x16-\(memory).csv") where row[0].contains("Pool") || row[0].contains("fc")
      {
        #expect(row.last == "memory", "\(row)")
      }
      for row in try rows("out/bandwidth-ws-16x16-\(memory).csv") {
        let bytes = row.suffix(4).compactMap { Int($0) }
        #expect(bytes[0] + bytes[2] == bytes[3] && bytes[1] <= bytes[0], "\(row)")
      }
    }
    let page = try systole.text("out/report.html")
    #expect(page.components(separatedBy: "<svg").count == 3 && page.contains("Off-chip bytes by tensor"))
    #expect(outcome.output.contains("takes") && outcome.output.contains("cycles more than"))
  }

  @Test func anUnknownMemoryIsNamed() throws {
    let outcome = try systole.run(
      "run", Systole.file("Examples/lenet5-fc3-ws.json5"), "--memory", "ideal,ddr5")
    #expect(outcome.code == 2)
    #expect(
      outcome.error.hasPrefix("systole: --memory ideal,ddr5: machine.memory.device is 'ddr5'"), "\(outcome.error)")
  }

  /// The same layer on the row-stationary machine behind every memory: the ofmaps are those of the golden model.
  @Test func rowStationaryBehindEveryMemory() throws {
    try systole.write(
      "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides\na, 12, 12, 3, 3, 8, 16, 1\n",
      to: "net.csv")
    let outcome = try systole.run(
      "run", "--machine", Systole.file("Examples/machines/eyeriss.json5"), "--topology", "net.csv", "--memory",
      "ideal,ddr3-1600,ddr4-2400,lpddr4-3200,hbm2", "--out", "out")
    #expect(outcome.code == 0, "\(outcome.error)")
    let layers = try rows("out/layers.csv")
    #expect(layers.map { $0[1] } == ["ideal", "ddr3-1600-x8", "ddr4-2400-x8", "lpddr4-3200-x16", "hbm2"])
    #expect(layers.allSatisfy { $0.last == "bit-exact" })
  }
}
