import Accelerators
import Foundation
import Mappings
import Simulation
import Tensors
import TestSupport
import Testing
import WaveFormats
import Workloads

@Suite("RTL: the model equals plain SystemVerilog in Icarus, every register, every cycle")
struct RTLTests {
  /// Layers that a 4 x 4 array cuts in every way: one fold, ragged folds, many folds, padding and stride, groups.
  static let layers: [ConvolutionLayer] = [
    try! .gemm(m: 4, k: 4, n: 4), try! .gemm(m: 1, k: 1, n: 1), try! .gemm(m: 13, k: 11, n: 9),
    try! ConvolutionLayer(
      name: "padded", batch: 2, inputChannels: 3, inputHeight: 5, inputWidth: 4, filters: 6, filterHeight: 3,
      filterWidth: 2, strideHeight: 2, paddingTop: 1, paddingLeft: 1, paddingBottom: 1),
    try! ConvolutionLayer(
      name: "grouped", inputChannels: 4, inputHeight: 6, inputWidth: 5, filters: 6, filterHeight: 2, filterWidth: 2,
      dilationHeight: 2, groups: 2),
  ]

  @Test("The same stimuli, with and without pauses", arguments: layers.indices, [false, true])
  func registers(index: Int, pauses: Bool) throws {
    // One port for four lanes and a slow memory: bank conflicts and missing tiles take the enable away.
    var run = try SystolicLayerRun(
      try randomOperands(Self.layers[index], seed: UInt64(index)),
      on: smallMachine(
        .weightStationary, rows: 4, columns: 4, spadBytes: pauses ? 1 << 9 : 1 << 16, readPorts: pauses ? 1 : 8,
        banks: pauses ? 2 : 8, bytesPerCycle: pauses ? 2 : 64, memoryLatency: pauses ? 30 : 2))
    run.simulator.skipsIdleCycles = false
    var recording = ArrayRecording()
    var watcher = SignalWatcher(run.simulator.machine) { recording.record($0) }
    #expect(try run.simulator.run(observing: &watcher) == .finished)
    #expect(try run.psums == run.goldenPsums())
    let paused = recording.cycles.drop { !$0.isEnabled }.contains { !$0.isEnabled }
    #expect(paused || !pauses || index == 1, "the enable was taken away")

    try Tool.withDirectory { directory in
      let dump = try simulate(recording, in: directory)
      try compare(recording, dump)
    }
  }

  /// Compiles the RTL and runs it on the recording's stimuli; returns the path of its dump.
  private func simulate(_ recording: ArrayRecording, in directory: String) throws -> String {
    let sources = ["ws_pe.sv", "skew_lane.sv", "ws_array.sv", "ws_array_tb.sv"].map {
      Tool.packageDirectory("Examples/rtl") + "/" + $0
    }
    try Tool.run(["iverilog", "-g2012", "-Wall", "-s", "ws_array_tb", "-o", "ws_array.vvp"] + sources, in: directory)
    let stimuli = recording.stimuli.joined(separator: "\n") + "\n"
    try stimuli.write(toFile: directory + "/stimuli.hex", atomically: true, encoding: .utf8)
    try Tool.run(
      [
        "vvp", "-N", "ws_array.vvp", "+stimuli=stimuli.hex", "+cycles=\(recording.cycles.count)", "+dump=rtl.vcd",
      ], in: directory)
    return directory + "/rtl.vcd"
  }

  private func compare(_ recording: ArrayRecording, _ dump: String) throws {
    let source = try WaveFile.open(dump)
    let hierarchy = source.hierarchy
    let clock = try #require(hierarchy.variable(named: "ws_array_tb.clk"))
    let names = recording.cycles[0].registers.keys.sorted()
    // Four PE rows and columns of seven signals, and the registers of two staircases of 1 + 2 + 3 + 4.
    #expect(names.count == 16 * 7 + 2 * 10)
    let paths = hierarchy.variablePaths
    let signals = try names.map { name in
      let found = paths.firstIndex { $0 == "ws_array_tb.dut.\(name)" || $0.hasPrefix("ws_array_tb.dut.\(name)[") }
      return hierarchy.variables[try #require(found, "the RTL has no \(name)")].signal
    }
    var wave = ClockedWave(source, sampling: .afterRisingEdge(signal: Int(hierarchy.variables[clock].signal)))
    var differences: [String] = []
    var compared = 0
    while try wave.next() {
      let cycle = recording.cycles[wave.cycle]
      for (name, signal) in zip(names, signals) {
        guard case .bits(let bits, let unknown, _) = wave.state.value(of: Int(signal)) else { continue }
        // A skew register of the RTL carries its flags above the word.
        let value = name.contains("stage") ? bits & 0xFFFF : bits
        compared += 1
        if unknown != 0 || value != cycle.registers[name] {
          differences.append("cycle \(wave.cycle): \(name) is \(value), the model's \(cycle.registers[name]!)")
        }
      }
    }
    #expect(compared == names.count * recording.cycles.count)
    #expect(differences.isEmpty, "\(differences.count) differences: \(differences.prefix(4))")
  }
}
