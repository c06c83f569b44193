import Mappings
import Testing

@testable import Reports

struct EnergyReportTests {
  private func counts(_ scale: Int) -> AccessCounts {
    var counts = AccessCounts(operandBits: 16, psumBits: 16, ofmapBits: 16)
    counts.macs = 60 * scale
    counts.gatedMACs = 40 * scale
    counts[.dram, .filter] = .init(reads: 2 * scale)
    counts[.globalBuffer, .ifmap] = .init(reads: 5 * scale, writes: 5 * scale)
    counts[.array, .psum] = .init(writes: 20 * scale)
    counts[.spad, .psum] = .init(reads: 60 * scale, writes: 60 * scale)
    return counts
  }

  @Test("By level and by data, worked by hand, and both add up to the total")
  func tables() {
    let report = EnergyReport([.init("a", counts(1)), .init("b", counts(2))], table: .relative)
    #expect(
      report.byLevel.text == """
        layer   dram  global_buffer  array  spad  mac  energy  per_mac
                 MAC            MAC    MAC   MAC  MAC     MAC      MAC
        -----  -----  -------------  -----  ----  ---  ------  -------
        a        400             60     40   120   60     680     6.80
        b        800            120     80   240  120   1,360     6.80
        -----  -----  -------------  -----  ----  ---  ------  -------
        total  1,200            180    120   360  180   2,040     6.80

        """)
    #expect(report.total == 2040)
    let shares = report.byKind.rows.dropLast().reduce(0.0) { sum, row in
      if case .number(let value) = row[5] { sum + value } else { sum }
    }
    #expect(abs(shares - 100) < 1e-9)
    #expect(report.byKind.text.contains("global_buffer  ifmap      15      15     180    8.8"))
    #expect(
      report.text.contains("Costs of 16 bits: DRAM 200, global buffer 6, array 2, spad 1; a MAC 1 (8 bits) or 1."))
    #expect(report.text.hasSuffix("Unit: MAC.\nSource: \(EnergyTable.relative.source).\n"))
  }

  @Test("Nothing at all costs nothing")
  func empty() {
    let report = EnergyReport([.init("a", AccessCounts(operandBits: 8, psumBits: 32, ofmapBits: 32))], table: .horowitz)
    #expect(report.total == 0)
    #expect(report.byLevel.rows[0].last == .empty)
  }
}
