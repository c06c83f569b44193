import Signals
import Simulation
import Testing

@testable import Tracing
@testable import WaveFormats

@Suite struct BudgetTests {
  @Test(arguments: ["run.vcd", "run.fst"], [8_000, 20_000, 60_000])
  func theFileStaysWithinItsBudget(name: String, budget: Int) throws {
    let scratch = try Scratch()
    let machine = ToyMachine(bursts: 2000, burstLength: 9, sleepCycles: 12)
    let summary = try trace(machine, to: scratch.file(name)) { $0.budget = budget }
    let size = try contents(scratch.file(name)).count
    #expect(size <= budget, "\(size) bytes")
    // Less than half of it would be a budget badly used.
    #expect(size > budget / 2, "\(size) bytes")
    #expect(summary.byteCount == size)
    #expect(summary.omissions.contains { $0.contains("the budget of") }, "\(summary)")
    let cycles = try #require(summary.cycles)
    let whole = scratch.file("whole." + name)
    try trace(machine, to: whole)
    let expected = try values(whole, "producer.sent", clock: "clk_core")
    let found = try values(scratch.file(name), "producer.sent", clock: "clk_core")
    #expect(found.prefix(cycles.count) == expected.prefix(cycles.count))
    #expect(found.count >= cycles.count)
  }

  @Test func aBudgetBelowTheDeclarationsIsRefused() throws {
    let scratch = try Scratch()
    #expect(throws: WaveError.self) { try trace(to: scratch.file("run.vcd")) { $0.budget = 500 } }
  }

  @Test func theEstimateIsClose() throws {
    let scratch = try Scratch()
    let machine = ToyMachine(bursts: 3000, burstLength: 9, sleepCycles: 0)
    for name in ["run.vcd", "run.fst"] {
      let estimate = try TraceEstimate.measure(
        Simulator(machine), options: TraceOptions(path: scratch.file(name)))
      #expect(estimate.isWholeRun && estimate.cycles > 10_000, "\(estimate)")
      try trace(machine, to: scratch.file(name))
      let size = try contents(scratch.file(name)).count
      #expect(
        Double(estimate.byteCount) > 0.7 * Double(size) && Double(estimate.byteCount) < 1.5 * Double(size),
        "\(estimate): \(size)")
    }
  }

  @Test func anEstimateOfALongerRunSaysSo() throws {
    let estimate = try TraceEstimate.measure(
      Simulator(ToyMachine(bursts: 3000)), options: TraceOptions(path: "run.vcd"), cycleLimit: 5000)
    #expect(!estimate.isWholeRun && estimate.cycles <= 5000)
    #expect(estimate.description.contains(" for the first "))
  }

  @Test(arguments: [("200MB", 200_000_000), ("1.5 GB", 1_500_000_000), ("64kB", 64_000), ("4096", 4096), ("10B", 10)])
  func sizesAreRead(text: String, bytes: Int) throws {
    #expect(try ByteSize.parse(text, option: "--trace-budget") == bytes)
  }

  @Test(arguments: ["", "MB", "-3MB", "nan", "1e30GB", "12 parsecs"]) func nonsenseIsNoSize(text: String) {
    #expect(throws: WaveError.self) { try ByteSize.parse(text, option: "--trace-budget") }
  }

  @Test(arguments: [(999, "999 bytes"), (1000, "1.00 kB"), (12_345, "12.3 kB"), (200_000_000, "200 MB")])
  func sizesAreWritten(bytes: Int, text: String) {
    #expect(ByteSize.text(bytes) == text)
  }
}
