import Signals
import Simulation
import Testing

@testable import Tracing
@testable import WaveFormats

/// A few signals of many: recorded alone they show what they show among all others.
@Suite struct SelectionTests {
  private static let selection = [
    "producer.state", "producer.fire", "producer.item", "consumer.*.sum", "consumer.ratio",
  ]

  enum Mode: String, CaseIterable {
    case whole, windowInCycles, windowInTime, trigger, triggerWithPast, last, budget

    func configure(_ options: inout TraceOptions) throws {
      switch self {
      case .whole: break
      case .windowInCycles: options.extent = .window(try TraceWindow("31..90"))
      case .windowInTime: options.extent = .window(try TraceWindow("61ns..0.2us"))
      case .trigger: options.extent = .trigger(try TraceTrigger("producer.sent == 7"), before: 0, after: 40)
      case .triggerWithPast: options.extent = .trigger(try TraceTrigger("producer.sent == 7"), before: 12, after: nil)
      case .last: options.extent = .last(cycles: 50)
      case .budget: options.budget = 1_000_000
      }
    }
  }

  @Test(arguments: Mode.allCases, ["run.vcd", "run.vcd.gz", "run.fst"])
  func someSignalsAreAsAmongAll(mode: Mode, name: String) throws {
    let scratch = try Scratch()
    let machine = ToyMachine(bursts: 9, burstLength: 6, sleepCycles: 20)
    try trace(machine, to: scratch.file("all." + name)) { try mode.configure(&$0) }
    try trace(machine, to: scratch.file("some." + name)) { options in
      try mode.configure(&options)
      options.scopes = Self.selection
    }
    let (all, some) = (try changes(scratch.file("all." + name)), try changes(scratch.file("some." + name)))
    let wanted = Set(try WaveFile.open(scratch.file("some." + name)).hierarchy.variablePaths)
    #expect(wanted.count == 2 + 8)
    #expect(some.count > 100)
    #expect(all.filter { wanted.contains($0.variable) } == some)
  }

  /// More instants than a batch holds, so that the encoder's thread has something to do while the next ones are collected.
  @Test(arguments: ["run.vcd", "run.vcd.gz", "run.fst"]) func theEncoderThreadChangesNoByte(name: String) throws {
    let scratch = try Scratch()
    let machine = ToyMachine(bursts: 2500, burstLength: 20, sleepCycles: 2)
    for usesThread in [true, false] {
      let summary = try trace(machine, to: scratch.file("\(usesThread)." + name)) { options in
        options.usesThread = usesThread
        options.scopes = ["producer.sent", "producer.fire", "consumer.ratio"]
      }
      #expect(try #require(summary.cycles).count > 50_000)
    }
    #expect(try contents(scratch.file("true." + name)) == contents(scratch.file("false." + name)))
  }

  @Test func aSingleSignalIsReportedWhenItChangesAndAnEventWheneverItOccurs() {
    var sampler = SignalSampler()
    let slots = [false, true].map { sampler.addColumn(firstSignal: $0 ? 1 : 0, count: 1, recurs: $0) }
    func sample(_ number: Int, _ occurs: Bool) -> [UInt32] {
      sampler.select(slots[0])
      sampler.take(number)
      sampler.select(slots[1])
      sampler.take(occurs)
      defer { sampler.removeAll() }
      return sampler.changes.map(\.signal)
    }
    #expect(sample(0, false) == [0])
    #expect(sample(0, false) == [])
    #expect(sample(0, true) == [1])
    #expect(sample(0, true) == [1])
    #expect(sample(-1, false) == [0])
    #expect(sample(-1, true) == [1])
    sampler.forget()
    #expect(sample(-1, true) == [0, 1])
    #expect(sample(-1, false) == [])
  }

  @Test func aBatchHandsOverInstantByInstant() {
    var sampler = SignalSampler()
    sampler.batch = SampleBatch(capacity: 24)
    #expect(sampler.batch.extent == nil)
    sampler.select(sampler.addColumn(firstSignal: 0, count: 1))
    for (cycle, value) in [5, 5, 6].enumerated() {
      #expect(!sampler.batch.isFull)
      sampler.take(value)
      sampler.batch.close(at: SimulationTime(femtoseconds: UInt64(cycle)))
    }
    let batch = sampler.batch
    #expect(batch.isFull)
    #expect(batch.extent == SimulationTime(femtoseconds: 0)...SimulationTime(femtoseconds: 2))
    var seen: [[UInt64]] = []
    batch.forEach { time, changes in
      seen.append([time.femtoseconds] + changes.indices.map { changes[$0].value })
    }
    #expect(seen == [[0, 5], [1], [2, 6]])
  }
}

/// A change of a file by its variable's name.
private struct NamedChange: Equatable {
  let time: UInt64
  let variable: String
  let value: UInt64
  let text: String
}

/// All changes of a file, those of one instant sorted by name, in which formats differ.
private func changes(_ path: String) throws -> [NamedChange] {
  var source = try WaveFile.open(path)
  let hierarchy = source.hierarchy
  let paths = hierarchy.variablePaths
  var names = Array(repeating: "", count: hierarchy.signals.count)
  for (variable, path) in paths.enumerated().reversed() { names[hierarchy.variables[variable].signal] = path }
  var step = WaveStep()
  var changes: [NamedChange] = []
  while try source.next(into: &step) {
    changes += step.changes.map { change in
      let isText = change.length > 0 || hierarchy.signals[Int(change.signal)] == .text
      return NamedChange(
        time: step.time, variable: names[Int(change.signal)], value: isText ? 0 : change.value,
        text: isText ? String(decoding: step.content(of: change), as: UTF8.self) : "")
    }.sorted { $0.variable < $1.variable }
  }
  return changes
}
