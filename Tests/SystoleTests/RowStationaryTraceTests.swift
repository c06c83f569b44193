import Foundation
import Testing
import WaveFormats

/// Traces of row-stationary runs, made by the command.
struct RowStationaryTraceTests {
  let systole: Systole
  let machine = Systole.file("Examples/machines/eyeriss.json5")

  init() throws {
    systole = try Systole()
    try systole.write(
      """
      Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides, Padding, Groups, Zeros
      conv, 9, 9, 3, 3, 6, 10, 1, 1, 1, 0.25
      point, 6, 6, 1, 1, 24, 10, 1, 0, 1,
      conv, 7, 8, 2, 2, 8, 12, 1, 0, 2,
      """, to: "net.csv")
  }

  private func run(_ more: String...) throws -> Systole.Outcome {
    try systole.run(["run", "--machine", machine, "--topology", "net.csv"] + more)
  }

  private func open(_ name: String) throws -> any WaveSource { try WaveFile.open(systole.scratch.path + "/" + name) }

  /// The values of a signal, cycle by cycle of the core clock.
  private func values(_ name: String, of signal: String) throws -> [UInt64] {
    let source = try open(name)
    let clock = try #require(source.hierarchy.variable(named: "clk_core"))
    let variable = try #require(source.hierarchy.variable(named: signal))
    var wave = ClockedWave(source, sampling: .afterRisingEdge(signal: source.hierarchy.variables[clock].signal))
    var values: [UInt64] = []
    while try wave.next() {
      guard case .bits(let value, 0, _) = wave.state.value(of: source.hierarchy.variables[variable].signal) else {
        continue
      }
      values.append(value)
    }
    return values
  }

  private func layers(_ outcome: Systole.Outcome) throws -> [[String: Any]] {
    let object = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    return try #require(object["layers"] as? [[String: Any]])
  }

  @Test("Each layer has a file of its own, also where two have one name; MACs are those of the report")
  func files() throws {
    let outcome = try run("--trace", "t.fst", "--trace-scope", "array.macs", "--trace-scope", "control", "--json")
    #expect(outcome.code == 0, "\(outcome.error)")
    let layers = try layers(outcome)
    for (name, layer) in zip(["conv-rs", "point-rs", "conv-rs-2"], layers) {
      let counters = try #require(layer["counters"] as? [String: Int])
      let macs = try values("t-\(name).fst", of: "array.macs")
      #expect(macs.count == layer["total_cycles"] as? Int, "\(name)")
      #expect(macs.reduce(0, +) == UInt64(try #require(counters["array.mac_pe_cycles"])), "\(name)")
      #expect(outcome.error.contains("systole: t-\(name).fst: 8 signals, cycles 0 to \(macs.count - 1), "))
    }
  }

  @Test("Markers stand in view and report: the layer, then its passes, with cycle and wave time")
  func markers() throws {
    let outcome = try run("--layer", "point", "--trace", "t.vcd", "--json")
    #expect(outcome.code == 0, "\(outcome.error)")
    let markers = try #require(try layers(outcome)[0]["waveform_markers"] as? [[String: Any]])
    #expect(markers.first?["begins"] as? String == "point" && markers.first?["cycle"] as? Int == 0)
    let passes = try values("t.vcd", of: "control.pass_of_layer").map { Int32(truncatingIfNeeded: $0) }
    #expect(markers.count > 1)
    for (pass, marker) in markers.dropFirst().enumerated() {
      let cycle = try #require(marker["cycle"] as? Int)
      #expect(marker["begins"] as? String == "pass \(pass)")
      #expect(passes[cycle] == pass && passes[cycle - 1] != pass)
      // 200 MHz: 5 ns a cycle.
      #expect(marker["wave_time_ns"] as? Double == 5 * Double(cycle))
    }
    let text = try run("--layer", "point", "--trace", "t.vcd").output
    #expect(text.contains("Markers of the waveforms\nlayer  dataflow  marker  begins"))
    #expect(try systole.text("t.gtkw").contains("[markername] Apoint\n[markername] Bpass 0\n"))
    // Operands of a cut at bit 8 are numbers of 8 fraction bits.
    #expect(try systole.text("t.gtkw").contains("[fpshift_count] 8\n+{psum} rs_12x14.array.pe_r00_c00.psum[15:0]\n"))
    let view = try systole.text("t.detail.gtkw")
    for group in ["Filter network", "Ifmap network", "Column 0: filter rows stay, psums climb", "PE row 0", "Coder"] {
      #expect(view.contains("\n-\(group)\n"), "\(group)")
    }
  }

  @Test("Window, trigger and flight recorder")
  func extents() throws {
    let window = try run("--layer", "conv", "--trace", "w.fst", "--trace-window", "100..199", "--trace-depth", "1")
    #expect(window.error.contains("cycles 100 to 199, "), "\(window.error)")
    let last = try run("--layer", "point", "--trace", "l.vcd", "--trace-last", "50")
    #expect(last.error.contains("the last 50 cycles were asked for"), "\(last.error)")
    let trigger = try run(
      "--layer", "point", "--trace", "d.fst", "--trace-trigger", "control.phase == dump", "--trace-before", "3",
      "--trace-after", "4")
    #expect(trigger.code == 0, "\(trigger.error)")
    let phases = try values("d.fst", of: "control.phase")
    #expect(phases.count == 8 && phases[3] != phases[2] && phases[4] == phases[3])
  }

  @Test("Signals are listed without a run")
  func signals() throws {
    let outcome = try run("--trace-signals", "--trace-scope", "array.*.label", "--trace-scope", "gin_ifmap.row*")
    #expect(outcome.code == 0, "\(outcome.error)")
    let label = try #require(outcome.output.split(separator: "\n").first { $0.hasPrefix("array.pe_r*_c*.label ") })
    #expect(label.split(separator: " ").prefix(5) == ["array.pe_r*_c*.label", "4", "pe_cycle_label_t", "wire", "168"])
    #expect(outcome.output.hasSuffix("192 signals\n"), "\(outcome.output)")
  }

  /// The small sister of AlexNet under 500 MB: CONV1, one image, everything traced, under 2 MB.
  @Test("Everything of an AlexNet layer under a budget: the file keeps it, loads elsewhere, and says what it lacks")
  func budget() throws {
    let outcome = try systole.run(
      "run", Systole.file("Examples/alexnet-eyeriss.json5"), "--layer", "CONV1", "--batch", "1", "--trace", "t.fst",
      "--trace-scope", "**", "--trace-budget", "2MB")
    #expect(outcome.code == 0, "\(outcome.error)")
    let size = try FileManager.default.attributesOfItem(atPath: systole.scratch.path + "/t.fst")[.size] as? Int
    #expect(try #require(size) <= 2_000_000 && size! > 1_000_000)
    let cycles = try values("t.fst", of: "array.macs").count
    #expect(outcome.error.contains("cycles 0 to \(cycles - 1), "), "\(outcome.error)")
    #expect(
      outcome.error.contains("  cycles from \(cycles) on are left out: the budget of 2.00 MB was used up\n"),
      "\(outcome.error)")
    let check = try systole.run("wave", "check", "t.fst")
    #expect(check.code == 0 && check.output.hasSuffix(" 0 findings\n"), "\(check.output)")
    _ = try systole.run([], prefix: "fst2vcd t.fst | grep -c '^#' >instants;", suffix: ">/dev/null 2>&1; true")
    let instants = try systole.text("instants").split(separator: "\n").first.flatMap { Int($0) }
    #expect(try #require(instants) > cycles)
  }

  @Test("Several traces share a budget, and it is said so")
  func sharedBudget() throws {
    let outcome = try run("--trace", "t.fst", "--trace-budget", "300kB", "--trace-scope", "control")
    #expect(outcome.code == 0, "\(outcome.error)")
    #expect(
      outcome.error.hasPrefix("systole: --trace-budget 300 kB is shared by 3 traces: 100 kB each\n"), "\(outcome.error)"
    )
    for name in ["t-conv-rs.fst", "t-point-rs.fst", "t-conv-rs-2.fst"] {
      let size = try FileManager.default.attributesOfItem(atPath: systole.scratch.path + "/" + name)[.size] as? Int
      #expect(try #require(size) <= 100_000)
    }
  }

  @Test("An interrupted run closes its file")
  func interruption() throws {
    let outcome = try systole.run(
      [
        "run", Systole.file("Examples/alexnet-eyeriss.json5"), "--layer", "CONV2", "--trace", "t.fst", "--trace-scope",
        "control", "--threads", "1", "--trace-budget", "300MB",
      ], prefix: "set -m;",
      suffix:
        "& for i in $(seq 100); do [ -s t.fst ] && break; sleep 0.1; done; sleep 0.3; kill -INT $!; wait $!; exit $?")
    #expect(outcome.code == 130, "\(outcome.error)")
    #expect(outcome.error.contains("systole: interrupted while layer CONV2 ran\n"))
    #expect(try values("t.fst", of: "control.tile").count > 10)
  }

  @Test("What unpublished numbers move is part of the JSON, and of report.txt")
  func sensitivity() throws {
    let outcome = try run("--layer", "point", "--sensitivity", "--json", "--out", "out")
    #expect(outcome.code == 0, "\(outcome.error)")
    #expect(try outcome.output == systole.text("out/summary.json"))
    let object = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    let variants = try #require(object["sensitivity"] as? [[String: Any]])
    #expect(variants.count > 10)
    for variant in variants { #expect((variant["layers"] as? [[String: Any]])?.count == 1) }
    #expect(try systole.text("out/report.txt").contains("Change of total latency"))
    // A run of one layer leaves its waveform behind.
    #expect(try systole.names("out").contains("waveform.gtkw"))
    #expect(try systole.names("out").contains("waveform.detail.gtkw"))
  }
}
