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

  /// The waveform of LeNet-5 behind a DRAM: markers at the first ACT, RD or WR, and data of each tensor.
  @Test func firstCommandsOfEachTensorAreMarked() throws {
    let outcome = try systole.run(
      "run", Systole.file("Examples/lenet5-ws.json5"), "--memory", "ddr3-1600", "--set", "workload.count=1", "--out",
      "out")
    #expect(outcome.code == 0, "\(outcome.error)")
    let view = try systole.text("out/waveform.gtkw")
    for tensor in ["ifmap", "filter", "bias", "parameters"] {
      for what in ["RD", "data"] { #expect(view.contains("\(what) \(tensor)"), "\(what) \(tensor)") }
    }
    for layer in ["Conv 12", "MaxPool 13", "Conv 15", "MaxPool 16", "Gemm 20", "Gemm 22", "Gemm 23"] {
      #expect(view.contains(layer), "\(layer)")
      #expect(outcome.output.contains("  \(layer) "), "\(layer)")
    }
    #expect(view.contains("WR ofmap") && view.contains("ACT ifmap") && view.contains("ACT ofmap"))
    let wave = try systole.text("out/waveform.vcd")
    #expect(wave.contains("channel_0") && wave.contains("act_tensor"))
  }

  @Test func tensorsLieWhereTheUserSaysOrTheReasonIsNamed() throws {
    let layer = Systole.file("Examples/lenet5-conv1-ws.json5")
    func run(_ settings: String...) throws -> Systole.Outcome {
      try systole.run(["run", layer] + settings.flatMap { ["--set", $0] })
    }
    let apart = try run("mapping.ifmap_address=0", "mapping.ofmap_address=1048576", "mapping.filter_address=65536")
    #expect(apart.code == 0, "\(apart.error)")
    let overlapping = try run("mapping.ifmap_address=0", "mapping.ofmap_address=768")
    #expect(overlapping.code == 2)
    #expect(
      overlapping.error
        == "systole: layer conv1: mapping.ofmap_address is 768: its bytes 768 to 19583 overlap those of the ifmap, 0 to 783, "
        + "by 16; the next free address behind it is 832\n")
    let misaligned = try run("mapping.filter_address=100")
    #expect(misaligned.code == 2)
    #expect(
      misaligned.error
        == "systole: layer conv1: mapping.filter_address is 100, no multiple of the memory port's 64 bytes; nearest legal "
        + "values: 64 and 128\n")
    let beyond = try systole.run(
      "run", layer, "--memory", "ddr3-1600", "--set", "mapping.ofmap_address=4294967232")
    #expect(beyond.code == 3)
    #expect(
      beyond.error.contains(
        "ddr3-1600-x8 as machine.memory.device gives 4294967296, 19840 bytes too few"),
      "\(beyond.error)")
  }

  /// Every layout on the command line: the same psums, other bytes beside them.
  @Test func layoutsAreSelectable() throws {
    for layout in ["nchw", "nhwc", "tiled"] {
      let outcome = try systole.run(
        "run", Systole.file("Examples/lenet5-conv2-ws.json5"), "--layout", layout, "--memory", "ddr4-2400")
      #expect(outcome.code == 0 && outcome.output.contains("DRAM rows"), "\(outcome.error)")
    }
    let network = try systole.run("run", Systole.file("Examples/lenet5-ws.json5"), "--layout", "nhwc")
    #expect(network.code == 2 && network.error.contains("mapping.layout is nhwc"), "\(network.error)")
  }

  @Test func anUnknownMemoryIsNamed() throws {
    let outcome = try systole.run(
      "run", Systole.file("Examples/lenet5-fc3-ws.json5"), "--memory", "ideal,ddr5")
    #expect(outcome.code == 2)
    #expect(
      outcome.error.hasPrefix("systole: --memory ideal,ddr5: machine.memory.device is \"ddr5\""), "\(outcome.error)")
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
