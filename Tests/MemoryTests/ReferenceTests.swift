import Foundation
import Testing

@testable import Memory

/// Reference traces and results of DRAMsim3 and Ramulator 2.1 under matched timing sets.
@Suite struct ReferenceTests {
  static let sets = ["ddr3_1600_x8", "ddr4_2400_x8", "lpddr4_3200_x16"]

  /// Where no policy is free, the span is the tools' to the cycle, and so are the counts.
  @Test(arguments: sets, ["directed", "rand_read_slow", "pingpong_slow", "bursts_idle", "seq_read"])
  func spansEqualWhereTheToolsAgree(set: String, trace: String) throws {
    let expected = try #require(try Reference.results()["\(set)/noref/\(trace)"])
    let result = try run(set, refresh: false, trace)
    // DDR4's sequential stream depends on the depth of the queue: there the tools differ.
    #expect((expected.span_min...expected.span_max).contains(result.span))
    #expect(result.violations == [])
    let tool = try #require(expected.tools["dramsim3_unified"])
    #expect(result.rowHits == tool.hit)
    #expect(result.rowMisses == tool.empty)
    #expect(result.rowConflicts == tool.conflict)
    #expect(result.rowHits + result.rowMisses + result.rowConflicts + result.forwardedReads == result.requests)
  }

  /// Everything else on DDR3 and DDR4 lies within the spread of the tools.
  @Test(arguments: ["ddr3_1600_x8", "ddr4_2400_x8"], ["noref", "ref"])
  func saturatedSpansLieWithinTheSpread(set: String, refresh: String) throws {
    for trace in ["directed", "seq_read", "fmap_tile", "cnn_layer"] {
      let expected = try #require(try Reference.results()["\(set)/\(refresh)/\(trace)"])
      let result = try run(set, refresh: refresh == "ref", trace)
      #expect((expected.span_min...expected.span_max).contains(result.span), "\(trace)")
      #expect(result.violations == [], "\(trace)")
    }
  }

  /// LPDDR4 is a single tool's; refresh and drain policy differ by a tenth of a per cent (deviation 4).
  @Test(arguments: ["noref", "ref"])
  func lpddr4LiesWithinATenthOfAPerCent(refresh: String) throws {
    for trace in ["directed", "seq_read", "fmap_tile", "cnn_layer"] {
      let expected = try #require(try Reference.results()["lpddr4_3200_x16/\(refresh)/\(trace)"])
      let result = try run("lpddr4_3200_x16", refresh: refresh == "ref", trace)
      #expect(Double(result.span) >= Double(expected.span_min) * 0.999, "\(trace)")
      #expect(Double(result.span) <= Double(expected.span_max) * 1.001, "\(trace)")
      #expect(result.violations == [], "\(trace)")
    }
  }

  /// The directed sequence gives the golden command list, shifted by a constant.
  @Test(arguments: sets) func directedCommandsAreTheGoldenOnes(set: String) throws {
    let document = try JSONSerialization.jsonObject(with: Data(Reference.bytes("golden_directed.json")))
    let configurations = try #require((document as? [String: Any])?["by_config"] as? [String: [String: Any]])
    let golden = try #require(configurations[set]?["dramsim3_commands"] as? [[Any]])
    let (_, commands) = try Reference.run(
      Reference.options(set, refresh: false), Reference.trace(Reference.geometry(of: set), "directed"))
    #expect(commands.count == golden.count)
    let shift = try #require(golden[0][0] as? Int) - commands[0].cycle
    for (command, line) in zip(commands, golden) {
      let mine = "\(command.cycle + shift) \(command.kind.mnemonic) \(command.bank) \(command.row) \(command.column)"
      // The golden list names the row of a column command too; a PRE has neither.
      #expect(mine == line.map { "\($0)" }.joined(separator: " "))
    }
  }

  /// Hit, miss and conflict cost 16/27/38, 22/39/56 and 37/66/95 cycles from acceptance.
  @Test(arguments: zip(sets, [[16, 27, 38], [22, 39, 56], [37, 66, 95]]))
  func unloadedLatencies(set: String, expected: [Int]) throws {
    let options = try Reference.options(set, refresh: false)
    let mapping = try options.addressMapping()
    let rows = [(0, 0), (0, 1), (1, 0)].map {
      mapping.address(of: DRAMLocation(channel: 0, bank: 0, row: $0.0, column: $0.1))
    }
    let totals = try (1...3).map { count in
      var requests = (0..<count).map { TraceRequest(cycle: 500 * $0, address: rows[$0], isWrite: false) }[...]
      var runner = try DRAMTraceRunner(options)
      let result = try runner.run { requests.popFirst() }
      return Int((result.readLatency * Double(count)).rounded())
    }
    #expect([totals[1] - totals[0], totals[0], totals[2] - totals[1]] == expected)
  }

  private func run(_ set: String, refresh: Bool, _ trace: String) throws -> DRAMTraceResult {
    try Reference.run(
      Reference.options(set, refresh: refresh), Reference.trace(Reference.geometry(of: set), trace)
    ).result
  }
}
