import Foundation
import Signals
import Simulation
import Testing

@testable import Tracing
@testable import WaveFormats

/// A directory that is removed when the test ends.
final class Scratch {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "systole-tracing-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  func file(_ name: String) -> String { path + "/" + name }
}

func contents(_ path: String) throws -> [UInt8] {
  Array(try Data(contentsOf: URL(fileURLWithPath: path)))
}

func text(_ path: String) throws -> String { String(decoding: try contents(path), as: UTF8.self) }

/// Runs the toy to its end and records it.
@discardableResult
func trace(
  _ machine: ToyMachine = ToyMachine(), to path: String, skips: Bool = true, markers: [WaveMarker] = [],
  _ configure: (inout TraceOptions) throws -> Void = { _ in }
) throws -> TraceSummary {
  var options = TraceOptions(path: path)
  try configure(&options)
  var simulator = Simulator(machine)
  simulator.skipsIdleCycles = skips
  var recorder = try TraceRecorder(simulator.machine, top: "toy", options: options)
  #expect(try simulator.run(cycleLimit: 100_000, observing: &recorder) == .finished)
  return try recorder.finish(markers: markers)
}

/// What the toy shows in every cycle of a domain, ticked cycle by cycle: an account of its own, without probe or writer.
struct ToyAccount: CycleObserver {
  struct Row: Equatable {
    var state: UInt64, sent: UInt64, sends: Bool
  }
  struct Other: Equatable {
    var sums: [Int32], active: UInt64, ratio: Double, valid: Bool
  }

  /// By cycle of domain 0 and of domain 1.
  var core: [Int: Row] = [:]
  var memory: [Int: Other] = [:]

  mutating func observe(_ machine: inout some ObservableMachine, at instant: Instant) throws -> Bool {
    guard let toy = machine as? ToyMachine else { return false }
    if instant.edges.contains(domain: 0) {
      core[instant.cycles[0]] = Row(
        state: UInt64(toy.state.rawValue), sent: UInt64(toy.sent), sends: toy.link.isSending)
    }
    if instant.edges.contains(domain: 1) {
      memory[instant.cycles[1]] = Other(
        sums: toy.lanes, active: toy.link.isReceiving ? 1 << UInt64(toy.received % 4) : 0,
        ratio: Double(toy.received) / 4, valid: toy.link.hasFront)
    }
    return true
  }
}

func account(_ machine: ToyMachine = ToyMachine()) throws -> ToyAccount {
  var simulator = Simulator(machine)
  simulator.skipsIdleCycles = false
  var account = ToyAccount()
  #expect(try simulator.run(cycleLimit: 100_000, observing: &account) == .finished)
  return account
}

/// The value of a signal in every cycle of a clock, by cycle.
func values(_ path: String, _ name: String, clock: String) throws -> [WaveValue] {
  let source = try WaveFile.open(path)
  let clockVariable = try #require(source.hierarchy.variable(named: clock))
  let variable = try #require(source.hierarchy.variable(named: name))
  let signal = source.hierarchy.variables[variable].signal
  var wave = ClockedWave(
    source, sampling: .afterRisingEdge(signal: source.hierarchy.variables[clockVariable].signal))
  var values: [WaveValue] = []
  while try wave.next() { values.append(wave.state.value(of: signal)) }
  return values
}
