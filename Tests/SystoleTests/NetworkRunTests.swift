import Foundation
import Tensors
import Testing

/// Networks as a user runs them: the README's main job, a network of one's own, and what goes wrong.
struct NetworkRunTests {
  let systole: Systole

  init() throws { systole = try Systole() }

  private static let network = Systole.file("Examples/lenet5/lenet5_int8_qdq.onnx")
  private static let digits = Systole.file("Examples/lenet5/digits.idx3-ubyte")

  @Test func tenDigits() throws {
    let outcome = try systole.run("run", Systole.file("Examples/lenet5-ws.json5"), "--out", "out")
    #expect(outcome.code == 0)
    #expect(outcome.error.hasPrefix("systole: out/waveform.vcd: 172 signals, cycles 0 to 20683, "))
    // A marker where each of the seven layers on the machine begins.
    let view = try systole.text("out/waveform.gtkw")
    #expect(view.split(separator: "\n").filter { $0.hasPrefix("[markername]") }.count == 7)
    #expect(outcome.output.contains("  accuracy: 10 of 10 images, 100.00 %\n"))
    #expect(outcome.output.contains("Softmax output_0_QuantizeLinear_Input (no hardware for Softmax)"))
    #expect(!outcome.output.contains("differs"))
    #expect(
      try systole.names("out").filter { !$0.hasPrefix(".") } == [
        "bandwidth.csv", "counters.csv", "energy.csv", "filters", "images.csv", "layers.csv", "manifest.json",
        "outputs-ws.npy", "report.html", "report.txt", "roofline.csv", "roofline.svg", "summary.json",
        "waveform.detail.gtkw", "waveform.detail.sucl", "waveform.gtkw", "waveform.sucl", "waveform.vcd",
      ])
    #expect(try systole.text("out/report.txt") == outcome.output)
    let images = try systole.text("out/images.csv").split(separator: "\n").map { $0.split(separator: ",") }
    #expect(images.dropFirst().map { "\($0[3])" } == ["7", "2", "1", "0", "4", "1", "4", "9", "5", "9"])
    #expect(images.dropFirst().allSatisfy { $0[3] == $0[4] && $0[7] == "bit-exact" })
    // Threads change nothing; without a waveform there are no markers of one.
    let alone = try systole.run("run", Systole.file("Examples/lenet5-ws.json5"), "--threads", "1")
    let parts = outcome.output.components(separatedBy: "\nMarkers of the waveforms\n")
    #expect(alone.output == parts[0] && parts.count == 2)
    #expect(parts[1].contains("A       Conv 12          0       0.000\n"), "\(parts[1])")
  }

  @Test func ownNetworkWithExpectation() throws {
    let arguments = [
      "run", "--machine", Systole.file("Examples/machines/ws-16x16.json5"), "--network", Self.network, "--set",
      "workload.rounding=onnxruntime", "--inputs", Self.digits,
    ]
    let first = try systole.run(arguments + ["--out", "out"])
    #expect(first.code == 0)
    let again = try systole.run(arguments + ["--expect", "out/outputs-ws.npy"])
    #expect(again.code == 0)
    #expect(again.output.contains("  outputs: all 100 as out/outputs-ws.npy\n"))
    // One score off: named, and the exit code says so.
    guard case .float32(var scores) = try NumpyFile.read(bytes("out/outputs-ws.npy"), file: "outputs") else {
      Issue.record("scores are float32")
      return
    }
    scores.elements[37] += 0.25
    try systole.write(NumpyFile.write(.float32(scores)), to: "wrong.npy")
    let wrong = try systole.run(arguments + ["--expect", "wrong.npy"])
    #expect(wrong.code == 1)
    #expect(wrong.output.contains("  outputs: 1 of 100 differ from wrong.npy\n"))
  }

  @Test func otherNetworksAndDataflows() throws {
    for (example, images) in [("resnet8-ws", 1), ("keyword-spotter-ws", 1)] {
      let outcome = try systole.run("run", Systole.file("Examples/\(example).json5"), "--dataflow", "all")
      #expect(outcome.code == 0)
      for dataflow in ["ws", "os", "is"] {
        #expect(outcome.output.contains("\(dataflow) 16x16, ideal memory, \(images) images: "))
      }
      #expect(!outcome.output.contains("differs"))
    }
  }

  @Test func deadlines() throws {
    let example = Systole.file("Examples/lenet5-ws.json5")
    let met = try systole.run("run", example, "--deadline-ms", "1", "--set", "workload.count=1")
    #expect(met.code == 0 && met.output.contains("  deadline 1.0 ms: met, "))
    let missed = try systole.run("run", example, "--deadline-ms", "0.001", "--set", "workload.count=1")
    #expect(missed.code == 1 && missed.output.contains("  deadline 0.001 ms: missed by "))
  }

  @Test func pictures() throws {
    // The same digit as raw samples, as a tensor, and in a folder.
    let idx = try [UInt8](Data(contentsOf: URL(filePath: Self.digits)))
    let digit = Array(idx[16..<16 + 784])
    try FileManager.default.createDirectory(atPath: systole.scratch.path + "/set", withIntermediateDirectories: true)
    try systole.write(digit, to: "set/a.raw")
    try systole.write(
      NumpyFile.write(.float32(Tensor([1, 1, 28, 28], digit.map { Float($0) / 255 }))), to: "set/b.npy")
    try systole.write("7\n7\n", to: "labels.txt")
    let outcome = try systole.run(
      "run", "--network", Self.network, "--inputs", "set", "--labels", "labels.txt", "--json")
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("\"correct_images\": 2"))
  }

  private func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: systole.scratch.path + "/" + name)))
  }

  /// Runs a command line that must fail, and checks code and message.
  private func expect(
    _ code: Int32, _ message: String, _ arguments: String..., location: SourceLocation = #_sourceLocation
  ) throws {
    let outcome = try systole.run(["run"] + arguments)
    #expect(outcome.code == code, sourceLocation: location)
    #expect(outcome.error == "systole: \(message)\n", sourceLocation: location)
    #expect(outcome.output.isEmpty, sourceLocation: location)
  }

  @Test func badInput() throws {
    try expect(
      2,
      "--network \(Self.network): workload.network has no input; set workload.input to a file, or workload.inputs to a folder or set",
      "--network", Self.network)
    try expect(2, "none.onnx: no such file or directory", "--network", "none.onnx", "--input", Self.digits)
    try expect(
      2, "--input \(Self.digits): workload.input holds 10 images, a run takes 1; set workload.inputs instead",
      "--network",
      Self.network, "--input", Self.digits)
    try systole.write([UInt8](repeating: 3, count: 100), to: "small.raw")
    try expect(
      2,
      "small.raw: 100 bytes are no .npy, PNG, IDX or CIFAR file, and no raw image of 28 x 28 x 1 bytes; "
        + "the network takes float32 1x1x28x28", "--network", Self.network, "--input", "small.raw")
    try systole.write(NumpyFile.write(.float32(Tensor([1, 1, 28, 27], repeating: 0))), to: "narrow.npy")
    try expect(
      2, "narrow.npy: the tensor is 1x1x28x27, input input_0 takes 1x1x28x28 an image", "--network", Self.network,
      "--input", "narrow.npy")
    try systole.write("1\n2\n3\n", to: "labels.txt")
    try expect(
      2, "labels.txt: 3 labels do not fit 10 inputs: 7 missing", "--network", Self.network, "--inputs", Self.digits,
      "--labels", "labels.txt")
    try expect(
      2, "--batch 3: workload.batch is 3, for 10 images and an input of 1x1x28x28; the network takes 1", "--network",
      Self.network, "--inputs", Self.digits, "--batch", "3")
    let whole = [UInt8](try Data(contentsOf: URL(filePath: Self.network)))
    try systole.write(Array(whole.prefix(whole.count / 2)), to: "short.onnx")
    let short = try systole.run("run", "--network", "short.onnx", "--inputs", Self.digits)
    #expect(short.code == 2 && short.error.hasPrefix("systole: short.onnx: "))
    let small = try systole.run(
      "run", "--network", Self.network, "--inputs", Self.digits, "--set", "machine.memory.capacity_bytes=32768")
    #expect(small.code == 3 && small.error.contains("machine.memory.capacity_bytes gives 32768"))
    let tight = try systole.run(
      "run", "--network", Self.network, "--inputs", Self.digits, "--set", "machine.vector.parameter_bytes=512")
    #expect(tight.code == 3 && tight.error.contains("machine.vector.parameter_bytes gives 512"))
    let stuck = try systole.run("run", "--network", Self.network, "--inputs", Self.digits, "--cycle-limit", "100")
    #expect(stuck.code == 4)
  }
}
