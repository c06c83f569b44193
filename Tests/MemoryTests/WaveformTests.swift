import Foundation
import Memory
import MemoryFiles
import Testing
import WaveFormats

/// The committed waveform of a miss, a hit and a conflict, and the page that explains it.
@Suite struct WaveformTests {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static let folder = root.appendingPathComponent("Waveforms/dram-row-outcomes")

  /// Runs the three requests and records them; returns the directory and the commands.
  private func record(_ name: String) throws -> (directory: URL, commands: [DRAMCommand], result: DRAMTraceResult) {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("systole-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    var options = DRAMTraceOptions(device: .ddr3x8)
    options.controller.refresh = .off
    var runner = try DRAMTraceRunner(options)
    let trace = Array(try Data(contentsOf: Self.folder.appendingPathComponent("requests.txt")))
    var reader = TraceFile.reader(trace, file: "requests.txt", capacity: runner.mapping.capacity)
    var wave = try DRAMWaveform(
      runner, path: directory.appendingPathComponent(name).path,
      comments: ["systole dram requests.txt --device ddr3-1600 --no-refresh --trace trace.vcd"])
    var commands: [DRAMCommand] = []
    let result = try runner.run(
      next: { try reader.read() }, commands: { commands.append($1) },
      observe: { (runner: inout DRAMTraceRunner, cycle: Int) in try wave.observe(&runner, at: cycle) })
    _ = try wave.finish(at: result.drain + 1)
    return (directory, commands, result)
  }

  /// The three windows of the page, each a drawing of the committed file.
  @Test func thePageShowsTheWaveform() throws {
    let page = try String(contentsOf: Self.root.appendingPathComponent("Documentation/dram-access.md"), encoding: .utf8)
    for cycles in [0...13, 21...28, 40...57, 80...93, 102...105, 112...119] {
      var options = TextWaveform.Options()
      options.patterns = ["channel_0.command", "channel_0.outcome", "channel_0.data", "channel_0.bank_0.state"]
      options.cycles = cycles
      options.cellWidth = 5
      let source = try WaveFile.open(Self.folder.appendingPathComponent("trace.vcd").path)
      // Without the head line, which says from when on it is drawn.
      let drawing = try TextWaveform.render(source, options: options).split(separator: "\n").dropFirst()
        .joined(separator: "\n")
      #expect(page.contains(drawing), "cycles \(cycles):\n\(drawing)")
    }
  }

  /// The sums of the page: a read accepted in cycle 0 has its data complete in cycle 1 + [tRP] + [tRCD] + CL + BLc.
  @Test func theSumsWorkedByHand() throws {
    let (directory, commands, result) = try record("trace.vcd")
    defer { try? FileManager.default.removeItem(at: directory) }
    let expected = [
      // Miss, accepted in 0: ACT in 1, RD tRCD = 11 later, data from RD + CL = 23 to 27.
      DRAMCommand(cycle: 1, kind: .activate, bank: 0, row: 0),
      DRAMCommand(cycle: 12, kind: .read, bank: 0, row: 0, column: 0),
      // Hit, accepted in 40: RD in 41, data from 52 to 56.
      DRAMCommand(cycle: 41, kind: .read, bank: 0, row: 0, column: 1),
      // Conflict, accepted in 80: PRE in 81, ACT tRP = 11 later, RD tRCD = 11 later, data from 114 to 118.
      DRAMCommand(cycle: 81, kind: .precharge, bank: 0), DRAMCommand(cycle: 92, kind: .activate, bank: 0, row: 1),
      DRAMCommand(cycle: 103, kind: .read, bank: 0, row: 1, column: 0),
    ]
    #expect(commands == expected)
    #expect(result.readLatency * 3 == Double(27 + 16 + 38))
    #expect(result.rowMisses == 1)
    #expect(result.rowHits == 1)
    #expect(result.rowConflicts == 1)
    #expect(result.span == 118 - 1)
  }

  /// Read back, the waveform says what the counters say.
  @Test func theWaveformAgreesWithTheCounters() throws {
    let (directory, commands, result) = try record("trace.fst")
    defer { try? FileManager.default.removeItem(at: directory) }
    let source = try WaveFile.open(directory.appendingPathComponent("trace.fst").path)
    let hierarchy = source.hierarchy
    let command = try #require(hierarchy.variable(named: "channel_0.command"))
    let data = try #require(hierarchy.variable(named: "channel_0.data"))
    var seen: [DRAMCommandKind] = []
    var dataCycles = 0
    var values = [Int: UInt64]()
    let clock = try #require(hierarchy.variable(named: "clk"))
    var wave = ClockedWave(source, sampling: .afterRisingEdge(signal: hierarchy.variables[clock].signal))
    while try wave.next() {
      for variable in [command, data] {
        if case .bits(let value, 0, _) = wave.state.value(of: hierarchy.variables[variable].signal) {
          values[variable] = value
        }
      }
      if let kind = values[command].flatMap({ DRAMCommandKind(rawValue: UInt8($0)) }), kind != .none {
        seen.append(kind)
      }
      dataCycles += values[data] == 0 ? 0 : 1
    }
    #expect(seen == commands.map(\.kind))
    #expect(dataCycles == 3 * 4)
    #expect(result.violations == nil)
  }
}
