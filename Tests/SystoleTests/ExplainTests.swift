import Foundation
import Testing

struct ExplainTests {
  let systole: Systole

  init() throws { systole = try Systole() }

  @Test func theMappingIsALoopNest() throws {
    let outcome = try systole.run(
      "explain", "--gemm", "6x5x3", "--set", "machine.array.rows=2", "--set", "machine.array.columns=2", "--dataflow",
      "os")
    #expect(outcome.code == 0 && outcome.error.isEmpty)
    let nest = outcome.output.components(separatedBy: "\n\n")[1]
    #expect(
      nest == """
        for g in 0..<1                  DRAM: groups; the weights of each come once
          for m in 0..<6 by 6           ifmap scratchpad: ofmap positions (n, p, q) of an ifmap tile
            for m in 0..<6 by 2         ifmap scratchpad: positions of a fold
              for n in 0..<3 by 2       accumulator: filters whose psums are in the accumulator
                for k in 0..<5 by 5     filter scratchpad: products (c, r, s) of a fold
                  spatial m in 0..<2    registers: PE rows
                    spatial n in 0..<2  registers: PE columns
                      for k in 0..<5    registers: vectors of a fold, one a cycle
        """)
    // 6 folds of 5 vectors: 5 + 2 until the last product, 2 to drain.
    #expect(outcome.output.contains("array_cycles           54  cycles"))
    #expect(outcome.output.contains("utilisation bound  41.667  %"))
  }

  @Test func itSaysWhatTheRunThenCounts() throws {
    let common = [
      Systole.file("Examples/lenet5-conv2-ws.json5"), "--dataflow", "all", "--lowering", "toeplitz", "--json",
    ]
    let explained = try systole.run(["explain"] + common)
    let ran = try systole.run(["run"] + common)
    #expect(explained.code == 0 && ran.code == 0, "\(explained.error)\(ran.error)")
    func values(_ key: String, _ text: String) -> [Substring] {
      text.split(separator: "\n").filter { $0.contains("\"\(key)\": ") }
        .map { $0.trimmingPrefix(while: { $0 == " " }) }
    }
    for key in ["array_cycles", "folds", "macs", "loaded_bytes", "stored_bytes"] {
      #expect(values(key, explained.output).count == 3)
      #expect(values(key, explained.output) == values(key, ran.output), "\(key)")
    }
  }

  @Test func toeplitzBytesAreCounted() throws {
    let outcome = try systole.run(
      "run", Systole.file("Examples/lenet5-conv1-ws.json5"), "--lowering", "toeplitz", "--json")
    #expect(outcome.code == 0)
    // 25 rows of 784 windows; 2 rows and columns of padding on each side; 784 elements are there once.
    let pairs = 2 * (26 + 27) + 28
    #expect(outcome.output.contains("\"lowering.toeplitz_bytes\": \(25 * 784),"))
    #expect(outcome.output.contains("\"lowering.padding_bytes\": \(25 * 784 - pairs * pairs)"))
    #expect(outcome.output.contains("\"lowering.duplicated_bytes\": \(pairs * pairs - 784),"))
  }

  @Test func aMappingThatDoesNotFitIsRefused() throws {
    let outcome = try systole.run("explain", "--gemm", "6x5x3", "--set", "machine.bias.bytes=4")
    #expect(outcome.code == 3)
    #expect(outcome.error.hasPrefix("systole: layer gemm: the biases of 3 filters: 12 bytes needed"))
  }
}
