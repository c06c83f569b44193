import Accelerators
import Compute
import Configuration
import Mappings
import Reports
import Simulation
import Tensors
import Testing
import Workloads

@testable import Runs

struct LayerRunnerTests {
  private func configuration(_ overrides: String...) throws -> Configuration {
    try ConfigurationSchema.run.resolve(file: nil, overrides: overrides) { _ in [] }
  }

  @Test func differencesNameTheFirstPlaceAndBothValues() throws {
    let psums = Tensor<Int32>([1, 2, 2, 3], Array(0..<12))
    #expect(PsumDifference(psums, expected: psums, from: "x", arithmetic: .int8) == nil)
    var other = psums
    other[0, 1, 0, 2] = -8
    other[0, 1, 1, 2] = 7
    let difference = try #require(PsumDifference(psums, expected: other, from: "x.npy", arithmetic: .int8))
    #expect(difference.description == "psum n=0 m=1 p=0 q=2 is 8, x.npy says -8 (2 of 12 psums differ)")
    // Bits are compared, so that a NaN equals itself and the two zeros differ.
    let bits = [Float.nan, 0, 1.5].map { Int32(bitPattern: $0.bitPattern) }
    let signed = [Float.nan, -0.0, 1.5].map { Int32(bitPattern: $0.bitPattern) }
    let zeros = try #require(
      PsumDifference(
        Tensor([1, 1, 1, 3], bits), expected: Tensor([1, 1, 1, 3], signed), from: "y", arithmetic: .bfloat16))
    #expect(zeros.description == "psum n=0 m=0 p=0 q=1 is 0.0, y says -0.0 (1 of 3 psums differ)")
  }

  @Test func progressEndsAtTheLastFoldAndChangesNothing() throws {
    let configuration = try configuration(
      "workload.gemm=300x40x40", "machine.array.rows=4", "machine.array.columns=4")
    let job = try #require(try LayerJob.jobs(configuration, files: InputFiles()).first)
    let runner = try LayerRunner(configuration)
    var reports: [LayerProgress] = []
    let result = try runner.run(job) { reports.append($0) }
    // 10 cuts of the filters and 10 of the products; a report every 16,384 cycles, and one at the end.
    #expect(result.isRight && result.array.folds == 100)
    #expect(reports.count == result.array.cycles / (1 << 14) + 1 && reports.count > 1)
    #expect(reports.last?.folds == 100 && reports.last?.cycles == result.array.cycles)
    #expect(zip(reports, reports.dropFirst()).allSatisfy { $0.cycles < $1.cycles })
    // A run in slices is the run in one piece.
    var whole = try SystolicLayerRun(try job.operands(), on: runner.spec)
    #expect(whole.simulator.run() == .finished)
    #expect(whole.simulator.machine.counters == result.array && whole.psums == result.psums)
  }

  @Test func seedsOfLayersDifferAndDoNotDependOnTheSelection() {
    let seeds = (0..<50).map { RandomOperands.seed(7, layer: $0) }
    #expect(Set(seeds).count == 50 && seeds[0] == 7)
    #expect(RandomOperands.seed(8, layer: 3) != seeds[3])
  }

  @Test func sharesOfPECyclesAddUpToAll() throws {
    let configuration = try configuration("workload.gemm=9x9x9", "workload.seed=3")
    let job = try #require(try LayerJob.jobs(configuration, files: InputFiles()).first)
    let results = try Dataflow.allCases.map { try LayerRunner(configuration, dataflow: $0).run(job) }
    let report = RunReport(results)
    for row in report.peCycles.rows {
      let shares = row.compactMap { if case .number(let share) = $0 { share } else { nil } }
      #expect(shares.count == PECycleLabel.allCases.count && abs(shares.reduce(0, +) - 100) < 1e-9)
    }
    // 729 MACs at 500 MHz: 500 cycles a microsecond.
    for result in results {
      #expect(result.latencyMicroseconds == Double(result.array.cycles) / 500)
      #expect(result.utilisationPercent == 72_900 / Double(result.array.cycles * 256))
    }
    #expect(report.reuse.rows.count == 1)
  }
}
