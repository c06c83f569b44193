import Foundation
import Tensors
import Testing

struct RunTests {
  let systole: Systole
  let machine = Systole.file("Examples/machines/ws-16x16.json5")

  init() throws { systole = try Systole() }

  @Test(arguments: ["conv1", "conv2", "fc1", "fc2", "fc3"])
  func trainedLayersAreBitExactOnEveryDataflow(layer: String) throws {
    let outcome = try systole.run(
      "run", Systole.file("Examples/lenet5-\(layer)-ws.json5"), "--dataflow", "all", "--out", "out")
    #expect(outcome.code == 0)
    // Every run leaves its waveform, and says how to open it.
    for dataflow in ["ws", "os", "is"] {
      #expect(outcome.error.contains("open with: gtkwave out/waveform-\(layer)-\(dataflow).gtkw"))
    }
    let rows = try systole.text("out/layers.csv").split(separator: "\n").dropFirst()
    #expect(rows.map { $0.split(separator: ",")[1] } == ["ws", "os", "is"])
    #expect(rows.allSatisfy { $0.hasPrefix("\(layer),") && $0.hasSuffix(",bit-exact") })
    #expect(outcome.output == (try systole.text("out/report.txt")))
    let waveforms = ["is", "os", "ws"].flatMap { dataflow in
      ["detail.gtkw", "detail.sucl", "gtkw", "sucl", "vcd"].map { "waveform-\(layer)-\(dataflow).\($0)" }
    }
    let systems = ["bandwidth", "energy", "roofline"].flatMap { name in
      ["is", "os", "ws"].flatMap { dataflow in
        (name == "roofline" ? ["csv", "svg"] : ["csv"]).map { "\(name)-\(dataflow)-16x16-ideal.\($0)" }
      }
    }
    #expect(
      try systole.names("out").filter { !$0.hasPrefix(".") }
        == (["counters.csv", "filters", "layers.csv", "manifest.json", "report.html", "report.txt", "summary.json"]
        + waveforms + systems).sorted())
  }

  @Test func ownTensorsComeInAndPsumsGoOut() throws {
    let tensors = ["ifmap", "filter", "bias", "psum"].map { Systole.file("Examples/lenet5/conv1.\($0).npy") }
    let outcome = try systole.run(
      "run", "--machine", machine, "--conv", tensors[0], tensors[1], "--bias", tensors[2], "--expect", tensors[3],
      "--stride", "1", "--padding", "2", "--zero-point", "-128", "--set", "run.save_psums=true", "--out", "deep/er/out")
    #expect(outcome.code == 0, "\(outcome.error)")
    let psums = try Data(contentsOf: URL(filePath: systole.scratch.path + "/deep/er/out/psum-01-layer-ws.npy"))
    #expect(psums == (try Data(contentsOf: URL(filePath: tensors[3]))))
  }

  @Test func theSameInputsGiveTheSameBytes() throws {
    try systole.write("Layer, M, N, K\na, 40, 9, 30\nb, 7, 70, 5\nc, 33, 2, 64\n", to: "net.csv")
    for (out, threads) in [("one", "1"), ("two", "2"), ("three", "2")] {
      let outcome = try systole.run(
        "run", "--machine", machine, "--topology", "net.csv", "--dataflow", "all", "--seed", "7", "--zeros", "0.4",
        "--set", "run.save_psums=true", "--threads", threads, "--out", out)
      #expect(outcome.code == 0, "\(outcome.error)")
    }
    #expect(try systole.names("one").count == 6 + 12 + 9)
    for name in try systole.names("one") {
      let one = try Data(contentsOf: URL(filePath: "\(systole.scratch.path)/one/\(name)"))
      for other in ["two", "three"] {
        #expect(one == (try Data(contentsOf: URL(filePath: "\(systole.scratch.path)/\(other)/\(name)"))), "\(name)")
      }
    }
  }

  @Test func aLayerOfATopologyHasTheSameTensorsAlone() throws {
    try systole.write("Layer, M, N, K\na, 40, 9, 30\nb, 7, 70, 5\n", to: "net.csv")
    let common = ["run", "--topology", "net.csv", "--seed", "7", "--set", "run.save_psums=true"]
    #expect(try systole.run(common + ["--out", "all"]).code == 0)
    #expect(try systole.run(common + ["--layer", "b", "--out", "alone"]).code == 0)
    #expect(try systole.text("all/psum-02-b-ws.npy") == systole.text("alone/psum-01-b-ws.npy"))
    #expect(try systole.text("all/psum-01-a-ws.npy") != systole.text("all/psum-02-b-ws.npy"))
    // Their own psums are what a further run expects.
    let again = try systole.run(common + ["--layer", "b", "--expect", "all/psum-02-b-ws.npy", "--dataflow", "all"])
    #expect(again.code == 0, "\(again.error)")
  }

  @Test func zerosAreCountedExactly() throws {
    // 10 x 10 ifmap elements of which 40 are zero, each used by 4 filters; no weight is zero.
    let outcome = try systole.run("run", "--gemm", "10x10x4", "--zeros", "0.4", "--seed", "3", "--json")
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("\"array.zero_operand_macs\": 160,"))
    #expect(outcome.output.contains("\"array.macs\": 400,"))
  }

  @Test func aDifferenceNamesPlaceAndBothValues() throws {
    let tensors = ["ifmap", "filter", "bias", "psum"].map { Systole.file("Examples/lenet5/conv1.\($0).npy") }
    guard
      case .int32(var psums) = try NumpyFile.read(
        [UInt8](try Data(contentsOf: URL(filePath: tensors[3]))), file: "psum")
    else { return }
    let right = psums[0, 3, 1, 2]
    psums[0, 3, 1, 2] = right &+ 1
    psums[0, 5, 27, 27] &-= 1
    try systole.write(NumpyFile.write(.int32(psums)), to: "wrong.npy")
    let outcome = try systole.run(
      "run", "--machine", machine, "--conv", tensors[0], tensors[1], "--bias", tensors[2], "--expect", "wrong.npy",
      "--padding", "2", "--zero-point", "-128")
    #expect(outcome.code == 1)
    #expect(
      outcome.output.hasSuffix(
        "layer layer on ws: psum n=0 m=3 p=1 q=2 is \(right), wrong.npy says \(right + 1) (2 of 4704 psums differ)\n"))
  }

  @Test func bfloat16RunsFromFiles() throws {
    var random = RandomTensors(seed: 1)
    try systole.write(
      NumpyFile.write(.bfloat16(random.bfloat16([2, 4, 9, 7], zeroFraction: 0.3))), to: "ifmap.npy")
    try systole.write(
      NumpyFile.write(.bfloat16(random.bfloat16([6, 2, 3, 2], zeroFraction: 0.1))), to: "filter.npy")
    let outcome = try systole.run(
      "run", "--conv", "ifmap.npy", "filter.npy", "--groups", "2", "--stride", "2,1", "--padding", "1,0,2,1",
      "--dilation", "1,2", "--set", "machine.arithmetic=bfloat16", "--dataflow", "all")
    #expect(outcome.code == 0, "\(outcome.error)")
  }

  @Test func theCycleLimitEndsARun() throws {
    let outcome = try systole.run("run", "--gemm", "40x40x40", "--cycle-limit", "100", "--out", "out")
    #expect(outcome.code == 4)
    #expect(
      outcome.error
        == "systole: layer gemm on ws: the limit of 100 cycles was reached before the run was finished; "
        + "raise run.cycle_limit\n")
    #expect(try systole.names() == [])
  }

  @Test func everyExampleRuns() throws {
    let examples = try FileManager.default.contentsOfDirectory(atPath: Systole.file("Examples/machines")).sorted()
    for name in examples {
      let outcome = try systole.run(
        "run", "--machine", Systole.file("Examples/machines/\(name)"), "--gemm", "32x24x16", "--json")
      #expect(outcome.code == 0, "\(name): \(outcome.error)")
    }
  }
}
