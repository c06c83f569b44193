import Simulation
import TestSupport
import Testing

@Suite("Saved runs")
struct CheckpointTests {
  private func toy() -> Simulator<ClientServer> {
    Simulator(ClientServer(ClientServer.Spec(capacity: 2, words: 40, rest: 9, thought: 12)))
  }

  @Test("A run equals save, load, run: every signal, at whichever instant it is saved")
  func resumes() throws {
    var whole = toy()
    var record = SignalRecorder(whole.machine)
    #expect(try whole.run(observing: &record) == .finished)
    for stop in 1..<record.instants {
      var run = toy()
      var recorder = SignalRecorder(run.machine, stopsAfter: stop)
      #expect(try run.run(observing: &recorder) == .stopped)
      var resumed = try Simulator<ClientServer>(checkpoint: try run.checkpoint())
      #expect(resumed.machine == run.machine)
      recorder.goesOn()
      #expect(try resumed.run(observing: &recorder) == .finished)
      #expect(firstDifference(recorder.changes, record.changes) == nil)
      #expect(resumed.machine == whole.machine)
      for domain in 0...1 { #expect(resumed.completedCycles(of: domain) == whole.completedCycles(of: domain)) }
    }
  }

  /// One of everything that a model may hold.
  private struct Everything: Codable, Equatable {
    enum Choice: Codable, Equatable { case plain, number(Int), named(text: String, flag: Bool?) }

    var bits: [Bool] = []
    var bytes: [UInt8] = [0, 255]
    var words: [Int16] = [.min, -1, 0, .max]
    var sums: [Int32] = [.min, .max]
    var wide: [Int] = [.min, .max]
    var nothing: Int?
    var something: Int? = -5
    var nested: [[Int32]] = [[], [1, 2]]
    var beat = SIMD8<UInt8>(1, 2, 3, 4, 5, 6, 7, 8)
    var range = 3..<9
    var choices: [Choice] = [.plain, .number(.min), .named(text: "a\0b ÿ", flag: nil)]
    var optionals: [Int?] = [nil, 1, nil]
    var table = ["a": UInt64.max]
    var real = -0.0
    var small: Float = Float(bitPattern: 1)
    var largest = UInt64.max
  }

  /// A machine that holds a value and never runs.
  private struct Holder: Machine, Codable {
    enum Step: CaseIterable, Hashable, Sendable { case none }
    var value: Everything
    var clockDomains: [ClockDomain] { [ClockDomain(name: "core", period: ClockPeriod(hertz: 1))] }
    static func clockDomain(of step: Step) -> Int { 0 }
    func evaluate(_ step: Step, cycle: Int) {}
    func commit(_ edges: ClockEdges) {}
    func activity(of domain: Int, after cycle: Int) -> Activity { .waiting }
    func credit(skipped cycles: Int, domain: Int) {}
    var isQuiescent: Bool { true }
    var waits: [Wait] { [] }
  }

  @Test("Every kind of value comes back as it was")
  func values() throws {
    for value in [Everything(), Everything(bits: [true, false], bytes: [], words: [], sums: [], wide: [], nested: [])] {
      let file = try Simulator(Holder(value: value)).checkpoint()
      #expect(try Simulator<Holder>(checkpoint: file).machine.value == value)
    }
  }

  @Test("A file cut short, damaged, or of another machine is refused with its place, never with a trap")
  func refusals() throws {
    var run = toy()
    _ = run.run(cycleLimit: 50)
    let file = try run.checkpoint()
    #expect(file == (try run.checkpoint()), "the same state gives the same bytes")
    for length in 0..<file.count {
      #expect(throws: CheckpointError.self) { try Simulator<ClientServer>(checkpoint: Array(file[..<length])) }
    }
    for position in file.indices {
      var damaged = file
      damaged[position] ^= 0x10
      #expect(throws: CheckpointError.self) { try Simulator<ClientServer>(checkpoint: damaged) }
    }
    let problem = #expect(throws: CheckpointError.self) { try Simulator<Holder>(checkpoint: file) }
    #expect(problem?.description.contains("a ClientServer was saved, not a Holder") == true)
    let none = #expect(throws: CheckpointError.self) { try Simulator<Holder>(checkpoint: Array("no run".utf8)) }
    #expect(none?.description == "byte 0: this is no saved run")
  }
}
