import Accelerators
import Mappings
import Simulation
import Tensors
import TestSupport
import Testing
import Workloads

@Suite("Systolic machines: saved runs, snapshots, order of steps and idle skipping, in every signal of every cycle")
struct SavedRunTests {
  /// Several folds, tiles, groups, ragged edges, zeros, and a memory slow enough that the array waits for it.
  static func run(_ dataflow: Dataflow, isDoubleBuffered: Bool = true) throws -> SystolicLayerRun {
    let layer = try ConvolutionLayer(
      name: "c", inputChannels: 4, inputHeight: 7, inputWidth: 6, filters: 10, filterHeight: 3, filterWidth: 2,
      paddingTop: 1, paddingLeft: 1, groups: 2)
    return try SystolicLayerRun(
      try randomOperands(layer, seed: 3),
      on: smallMachine(
        dataflow, rows: 5, columns: 4, macStages: 2, isDoubleBuffered: isDoubleBuffered, spadBytes: 1 << 9,
        accumulatorBytes: 1 << 9, readPorts: 2, latency: 2, bytesPerCycle: 4, memoryLatency: 40, gatesZeros: true))
  }

  @Test("A run equals save, load, run", arguments: Dataflow.allCases, [false, true])
  func resumes(dataflow: Dataflow, isDoubleBuffered: Bool) throws {
    let start = try Self.run(dataflow, isDoubleBuffered: isDoubleBuffered).simulator
    var whole = start
    var record = SignalRecorder(whole.machine)
    #expect(try whole.run(observing: &record) == .finished)
    #expect(record.instants > 300)
    for stop in [1, 2, 3, 50, 151, 152, 153, 154, 155, 257, record.instants - 1] {
      var run = start
      var recorder = SignalRecorder(run.machine, stopsAfter: stop)
      #expect(try run.run(observing: &recorder) == .stopped)
      let file = try run.checkpoint()
      var resumed = try Simulator<SystolicMachine>(checkpoint: file)
      #expect(try resumed.checkpoint() == file)
      recorder.goesOn()
      #expect(try resumed.run(observing: &recorder) == .finished)
      #expect(firstDifference(recorder.changes, record.changes) == nil, "saved after \(stop) instants")
      #expect(resumed.machine.counters == whole.machine.counters)
      #expect(resumed.completedCycles(of: 0) == whole.completedCycles(of: 0))
    }
  }

  @Test("No stored property is missing from a saved run", arguments: Dataflow.allCases, [false, true])
  func everyProperty(dataflow: Dataflow, isDoubleBuffered: Bool) throws {
    var simulator = try Self.run(dataflow, isDoubleBuffered: isDoubleBuffered).simulator
    var moved: Set<String> = []
    var before = StoredProperties(of: simulator.machine)
    for limit in stride(from: 40, to: 2000, by: 97) {
      let end = simulator.run(cycleLimit: limit)
      let loaded = try Simulator<SystolicMachine>(checkpoint: try simulator.checkpoint())
      let properties = StoredProperties(of: simulator)
      #expect(properties.leaves.count > 200)
      #expect(properties.firstDifference(from: StoredProperties(of: loaded)) == nil, "at cycle \(limit)")
      let now = StoredProperties(of: simulator.machine)
      for (old, new) in zip(before.leaves, now.leaves) where old != new {
        moved.insert(String(new.prefix { $0 != "=" }))
      }
      before = now
      if end == .finished { break }
    }
    // The comparison means something only where properties have left their initial values.
    #expect(moved.count > 60)
  }

  @Test("A property that is not saved would be found")
  func walkFindsOmissions() throws {
    struct Leaky: Codable {
      var kept = 1
      var forgotten = 2
      enum CodingKeys: String, CodingKey { case kept }
    }
    var leaky = Leaky()
    leaky.forgotten = 3
    var copy = Leaky()
    copy.kept = leaky.kept
    let difference = StoredProperties(of: leaky).firstDifference(from: StoredProperties(of: copy))
    #expect(difference == ".forgotten = 3, but .forgotten = 2")
  }

  @Test("Permuted steps, idle skipping on and off, two runs: identical signals", arguments: Dataflow.allCases)
  func determinism(dataflow: Dataflow) throws {
    let start = try Self.run(dataflow).simulator
    func record(_ change: (inout Simulator<SystolicMachine>) -> Void) throws -> ([RecordedChange], SystolicCounters) {
      var run = start
      change(&run)
      var recorder = SignalRecorder(run.machine)
      #expect(try run.run(observing: &recorder) == .finished)
      return (recorder.changes, run.machine.counters)
    }
    let (changes, counters) = try record { _ in }
    let (again, _) = try record { _ in }
    #expect(firstDifference(changes, again) == nil)
    let (ticked, tickedCounters) = try record { $0.skipsIdleCycles = false }
    #expect(firstDifference(changes, ticked) == nil, "skipped, then ticked")
    #expect(counters == tickedCounters)
    for rotation in 0..<SystolicMachine.Step.allCases.count {
      for isReversed in [false, true] {
        let steps = SystolicMachine.Step.allCases
        let rotated = Array(steps[rotation...] + steps[..<rotation])
        let (permuted, permutedCounters) = try record { $0.stepOrder = isReversed ? rotated.reversed() : rotated }
        #expect(firstDifference(changes, permuted) == nil, "steps \(rotated), reversed: \(isReversed)")
        #expect(counters == permutedCounters)
      }
    }
  }
}
