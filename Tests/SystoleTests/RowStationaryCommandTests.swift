import Foundation
import Tensors
import Testing

/// Row-stationary machines on the command line: any layers, forced mappings, refusals with numbers.
struct RowStationaryCommandTests {
  let systole: Systole
  let machine = Systole.file("Examples/machines/eyeriss.json5")

  init() throws {
    systole = try Systole()
    try systole.write(
      """
      Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides, Padding, Groups, Zeros
      conv, 12, 12, 3, 3, 6, 20, 1, 1, 1, 0.25
      depthwise, 9, 9, 3, 3, 8, 8, 2, 1, 8, 0.5
      grouped, 7, 8, 2, 2, 8, 12, 1, 0, 2,
      point, 6, 6, 1, 1, 24, 10, 1, 0, 1,
      """, to: "net.csv")
  }

  /// One value of every layer in `summary.json`.
  private func summary(_ text: String, _ key: String) throws -> [Double] {
    let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let layers = try #require(object["layers"] as? [[String: Any]])
    return layers.compactMap { ($0[key] as? NSNumber)?.doubleValue }
  }

  @Test("Any network: bit-exact, batch and zeros from options, from a column, or one a layer")
  func topology() throws {
    let plain = try systole.run("run", "--machine", machine, "--topology", "net.csv", "--batch", "2", "--json")
    #expect(plain.code == 0, "\(plain.error)")
    #expect(plain.output.contains("\"result\": \"bit-exact\""))
    #expect(try summary(plain.output, "ifmap_zero_fraction") == [0.25, 0.5, 0, 0])
    // 2 images x 20 filters x 144 outputs x 54 products, and so on.
    #expect(try summary(plain.output, "macs") == [311_040, 3600, 16128, 17280])
    let all = try systole.run("run", "--machine", machine, "--topology", "net.csv", "--zeros", "0.4", "--json")
    for fraction in try summary(all.output, "ifmap_zero_fraction") { #expect(abs(fraction - 0.4) < 0.002) }
    let each = try systole.run(
      "run", "--machine", machine, "--topology", "net.csv", "--zeros", "0,0.1,0.2,0.3", "--set",
      "workload.ofmap_zeros=0.5", "--json")
    for (fraction, wanted) in zip(try summary(each.output, "ifmap_zero_fraction"), [0, 0.1, 0.2, 0.3]) {
      #expect(abs(fraction - wanted) < 0.002)
    }
    for fraction in try summary(each.output, "ofmap_zero_fraction") { #expect(abs(fraction - 0.5) < 0.06) }
  }

  @Test("The same bytes whatever the number of threads; tables, page and picture are written")
  func directory() throws {
    for (out, threads) in [("one", "1"), ("two", "2")] {
      let outcome = try systole.run(
        "run", "--machine", machine, "--topology", "net.csv", "--seed", "3", "--threads", threads, "--out", out)
      #expect(outcome.code == 0, "\(outcome.error)")
      #expect(outcome.output == (try systole.text("\(out)/report.txt")))
    }
    let names = try systole.names("one")
    #expect(
      names == [
        "bandwidth.csv", "counters.csv", "energy.csv", "layers.csv", "manifest.json", "report.html", "report.txt",
        "roofline.csv", "roofline.svg", "summary.json", "traffic.csv",
      ])
    for name in names { #expect(try systole.text("one/\(name)") == systole.text("two/\(name)"), "\(name)") }
  }

  @Test("A layer's trained int8 tensors on 8-bit PEs, psums as exported")
  func tensors() throws {
    let tensors = ["ifmap", "filter", "bias", "psum"].map { Systole.file("Examples/lenet5/conv2.\($0).npy") }
    let outcome = try systole.run(
      "run", "--machine", Systole.file("Examples/machines/eyeriss-int8.json5"), "--conv", tensors[0], tensors[1],
      "--bias", tensors[2], "--expect", tensors[3], "--zero-point", "-128", "--set", "machine.pe.psum_spad_words=12")
    #expect(outcome.code == 0, "\(outcome.error)\(outcome.output)")
    #expect(outcome.output.contains("bit-exact"))
  }

  @Test("16-bit tensors of a user's own, psums worked out beside; what is not int16 is named")
  func fixedPointTensors() throws {
    func values(_ count: Int, _ factor: Int) -> [Int16] {
      (0..<count).map { Int16(truncatingIfNeeded: ($0 * $0 * factor) % 4001 - 2000) }
    }
    let (ifmap, filter, bias) = (values(2 * 4 * 5, 37), values(3 * 2 * 2 * 2, 91), [Int16(7), -900, 30000])
    var psums: [Int16] = []
    for output in 0..<3 * 3 * 4 {
      let (m, p, q) = (output / 12, output / 4 % 3, output % 4)
      var sum: Int16 = bias[m]
      for tap in 0..<8 {
        let (c, r, s) = (tap / 4, tap / 2 % 2, tap % 2)
        let place: Int = (c * 4 + p + r) * 5 + q + s
        let product = Int32(ifmap[place]) * Int32(filter[m * 8 + tap])
        sum &+= Int16(truncatingIfNeeded: product >> 8)
      }
      psums.append(sum)
    }
    for (name, shape, elements) in [
      ("ifmap", [1, 2, 4, 5], ifmap), ("filter", [3, 2, 2, 2], filter), ("bias", [3], bias),
      ("psum", [1, 3, 3, 4], psums),
    ] {
      try systole.write(NumpyFile.write(.int16(Tensor(Shape(shape), elements))), to: "\(name).npy")
    }
    let layer = ["run", "--machine", machine, "--conv", "ifmap.npy", "filter.npy"]
    let outcome = try systole.run(layer + ["--bias", "bias.npy", "--expect", "psum.npy"])
    #expect(outcome.code == 0 && outcome.output.contains("bit-exact"), "\(outcome.error)\(outcome.output)")
    #expect(try systole.run(layer + ["--expect", "psum.npy"]).code == 1, "without biases")

    try systole.write(NumpyFile.write(.int32(Tensor([3], [1, 2, 3]))), to: "wide.npy")
    for (more, place) in [
      (["--expect", "wide.npy"], "wide.npy"), (["--bias", "wide.npy"], "wide.npy"),
      (["--set", "machine.arithmetic=int8"], "ifmap.npy"),
    ] {
      let refused = try systole.run(layer + more)
      #expect(refused.code == 2 && refused.error.contains(place) && refused.error.contains("int"), "\(refused.error)")
    }
    let wide = try systole.run(layer + ["--bias", "wide.npy"])
    #expect(
      wide.error.contains("the elements are int32 3; beside machine.arithmetic fixed16 they are int16"), "\(wide.error)"
    )
  }

  @Test(
    "A network from its file to the reports: predictions, a row a layer, a waveform; explained; refused on 16-bit PEs")
  func network() throws {
    let example = Systole.file("Examples/lenet5-eyeriss.json5")
    let outcome = try systole.run("run", example, "--out", "out", "--set", "workload.count=2")
    #expect(outcome.code == 0, "\(outcome.error)")
    #expect(outcome.error.hasPrefix("systole: out/waveform.vcd: "), "\(outcome.error)")
    #expect(outcome.output.contains("accuracy: 2 of 2 images, 100.00 %"))
    #expect(outcome.output.contains("rs 12x14, ideal memory, 2 images: latency"))
    #expect(try systole.text("out/report.txt") == outcome.output)
    let layers = try systole.text("out/layers.csv").split(separator: "\n").map { $0.split(separator: ",") }
    #expect(layers.count { $0.contains("array") } == 5 && layers.count { $0.contains("vector unit") } == 2)
    #expect(layers.dropFirst().allSatisfy { $0.last == "bit-exact" })
    #expect(try systole.names("out").contains("outputs-rs.npy"))
    // A marker where each of the seven layers on the machine begins.
    let view = try systole.text("out/waveform.gtkw")
    #expect(view.split(separator: "\n").count { $0.hasPrefix("[markername]") } == 7)

    let explanation = try systole.run("explain", example)
    #expect(explanation.code == 0, "\(explanation.error)")
    for line in ["4. maximum pooling 2x2, stride 2x2", "Conv 15: ifmap 1 x 6 x 14 x 14 (padded)", "PE sets"] {
      #expect(explanation.output.contains(line), "\(line)")
    }
    let json = try systole.run("explain", example, "--json")
    #expect(json.output.contains("\"lowering\"") && json.output.contains("\"active_pes\""))

    let wide = try systole.run("run", example, "--set", "machine.arithmetic=fixed16")
    #expect(wide.code == 2, "\(wide.error)")
    #expect(
      wide.error.contains("is fixed16; the layers of a network have 8-bit operands; set it to int8"), "\(wide.error)")
    let mapped = try systole.run("run", example, "--set", "workload.mapping=m.json5")
    #expect(
      mapped.code == 2 && mapped.error.contains("workload.mapping does not go with workload.network"), "\(mapped.error)"
    )
    let pictures = try systole.run("run", "--machine", machine, "--gemm", "4x4x4", "--labels", "x")
    #expect(pictures.error.contains("workload.labels does not go with workload.gemm"), "\(pictures.error)")
    let narrow = try systole.run("run", example, "--set", "machine.bias_words=100")
    #expect(narrow.error.contains("120 biases, the output stage holds 100: 20 too many"), "\(narrow.error)")
  }

  @Test("A forced mapping is run, and what forbids one is named with its numbers")
  func mappings() throws {
    func file(_ parameters: String) throws {
      try systole.write("{ mappings: [{ layer: \"conv\", \(parameters) }] }", to: "mapping.json5")
    }
    func run(_ more: String...) throws -> Systole.Outcome {
      try systole.run(
        ["run", "--machine", machine, "--topology", "net.csv", "--layer", "conv", "--mapping", "mapping.json5"] + more)
    }
    try file("m: 20, n: 1, e: 6, p: 10, q: 2, r: 1, t: 2")
    let legal = try run("--json")
    #expect(legal.code == 0, "\(legal.error)")
    #expect(legal.output.contains("\"active_pes\": 36"))
    let refusals = [
      (
        "m: 20, n: 1, e: 6, p: 10, q: 5, r: 1, t: 1",
        "q x S = 15, ifmap spad words: 12; 3 too many; nearest legal: q = 4"
      ),
      (
        "m: 20, n: 1, e: 6, p: 20, q: 4, r: 1, t: 1",
        "p x q x S = 240, filter spad words: 224; 16 too many; nearest legal: p = 18"
      ),
      ("m: 20, n: 1, e: 6, p: 10, q: 1, r: 5, t: 1", "r x R = 15, PE rows: 12; 3 too many; nearest legal: r = 4"),
      (
        "m: 21, n: 1, e: 6, p: 10, q: 1, r: 1, t: 1",
        "m = 21, the layer's extent: 20; 1 too many; nearest legal: m = 20"
      ),
      ("m: 20, n: 2, e: 6, p: 10, q: 1, r: 1, t: 1", "n = 2, the layer's extent: 1; 1 too many; nearest legal: n = 1"),
    ]
    for (parameters, message) in refusals {
      try file(parameters)
      let outcome = try run()
      #expect(outcome.code == 3)
      #expect(outcome.error == "systole: layer conv: \(message)\n")
    }
    try file("m: 20, n: 1, e: 12, p: 10, q: 1, r: 1, t: 1, filter_rows: 2, filter_columns: 1")
    #expect(try run().code == 0)
    try file("m: 20, n: 1, e: 12, p: 10, q: 1, r: 1, t: 1, filter_rows: 4, filter_columns: 1")
    #expect(
      try run().error
        == "systole: layer conv: filter rows of a pass = 4, the filter's extent: 3; 1 too many; nearest legal: 3\n")
    try file("m: 20, n: 1, e: 12, p: 10, q: 1, r: 1, t: 1, filter_rows: 3")
    let half = try run()
    #expect(half.code == 2 && half.error.contains("filter_rows has no filter_columns beside it"), "\(half.error)")
    try file("m: 20, n: 1, e: 12, p: 10, q: 1, r: 1, t: 1")
    let narrow = try run("--set", "machine.pe.psum_spad_words=8")
    #expect(narrow.error == "systole: layer conv: p = 10, psum spad words: 8; 2 too many; nearest legal: p = 8\n")
    let small = try run("--set", "machine.glb.banks=2", "--set", "machine.glb.lines_per_bank=16")
    #expect(small.code == 3 && small.error.contains("GLB banks: 2"), "\(small.error)")
    try file("m: 20, n: 1, e: 12, p: 10, q: 1, r: 1")
    let missing = try run()
    #expect(missing.code == 2 && missing.error.contains("'t' is not set"), "\(missing.error)")
    try systole.write(
      "{ mappings: [{ layer: \"conf\", m: 1, n: 1, e: 1, p: 1, q: 1, r: 1, t: 1 }] }", to: "mapping.json5")
    let unknown = try run()
    #expect(unknown.code == 2 && unknown.error.contains("did you mean 'conv'?"), "\(unknown.error)")
  }

  @Test("What cannot be is refused before anything runs")
  func badInput() throws {
    func expect(_ code: Int32, _ message: String, _ more: String...) throws {
      let outcome = try systole.run(["run", "--machine", machine] + more + ["--out", "out"])
      #expect(outcome.code == code && outcome.error == "systole: \(message)\n", "\(outcome.error)")
      #expect(outcome.output.isEmpty)
      #expect(try !systole.names().contains("out"))
    }
    try expect(
      2, "--zeros 0.1,0.2: workload.zeros has 2 fractions, the workload has 4 layers; give 1 or 4", "--topology",
      "net.csv",
      "--zeros", "0.1,0.2")
    try expect(
      2,
      "configuration: there is nothing to run; set workload.ifmap, or "
        + "workload.topology, or workload.layers, or workload.gemm, or workload.network")
    let tall = try systole.run(
      "run", "--machine", machine, "--topology", "net.csv", "--set", "machine.array.rows=2")
    #expect(tall.code == 0, "filters of three rows are cut: \(tall.error)")
    let bfloat = try systole.run("run", "--machine", machine, "--gemm", "4x4x4", "--set", "machine.arithmetic=bfloat16")
    #expect(bfloat.code == 2 && bfloat.error.contains("machine.arithmetic"), "\(bfloat.error)")
  }

  @Test("Explained before it runs: parameters, placement, IDs, expected counts")
  func explain() throws {
    let outcome = try systole.run("explain", Systole.file("Examples/alexnet-eyeriss.json5"), "--layer", "CONV3")
    #expect(outcome.code == 0, "\(outcome.error)")
    for line in [
      "filter spad words  p x q x S                 192        224   85.7", "r11  D2/0  D2/1", "ifmap network",
      "psum_network        16,353,792  words",
      "CONV3",
    ] {
      #expect(outcome.output.contains(line), "\(line)")
    }
    let json = try systole.run(
      "explain", Systole.file("Examples/alexnet-eyeriss.json5"), "--layer", "CONV3", "--json")
    #expect(json.output.contains("\"passes\": 384"))
  }

  @Test("Sensitivity: every unpublished number, twice, for every layer")
  func sensitivity() throws {
    let outcome = try systole.run(
      "run", "--machine", machine, "--topology", "net.csv", "--layer", "point", "--sensitivity")
    #expect(outcome.code == 0, "\(outcome.error)")
    for parameter in [
      "pe.ifmap_fifo_depth", "pe.filter_fifo_depth", "pe.psum_input_fifo_depth", "pe.psum_output_fifo_depth",
      "codec.elements_per_cycle", "link.fifo_depth", "link.synchroniser_stages", "memory.latency_cycles",
    ] {
      // In each of both tables once halved and once doubled; 4 elements a cycle cannot be doubled.
      let rows = outcome.output.split(separator: "\n").filter { $0.hasPrefix("machine.\(parameter) ") }
      #expect(rows.count == (parameter.hasPrefix("codec") ? 2 : 4), "\(parameter)")
    }
  }

  @Test("The search minimises what the configuration says, for the layers of a network too")
  func objectives() throws {
    func run(_ objective: String) throws -> (cycles: Int, energy: Double) {
      let outcome = try systole.run(
        "run", Systole.file("Examples/lenet5-eyeriss.json5"), "--set", "workload.count=1", "--set",
        "search.objective=\(objective)", "--out", objective)
      #expect(outcome.code == 0, "\(outcome.error)")
      let layers = try systole.text("\(objective)/layers.csv").split(separator: "\n").dropFirst()
      let cycles = layers.compactMap { Int($0.split(separator: ",").reversed()[6]) }
      let total = try systole.text("\(objective)/energy.csv").split(separator: "\n").last ?? ""
      return (cycles.reduce(0, +), try #require(Double(total.split(separator: ",")[1])))
    }
    let (fast, frugal) = (try run("cycles"), try run("energy"))
    #expect(fast.cycles < frugal.cycles && frugal.energy < fast.energy, "\(fast), \(frugal)")
  }
}
