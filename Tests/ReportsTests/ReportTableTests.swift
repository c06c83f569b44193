import Testing

@testable import Reports

struct ReportTableTests {
  static func table() -> ReportTable {
    var table = ReportTable([
      .init("layer"), .init("array_cycles", unit: "cycles"), .init("utilisation", unit: "%", digits: 1),
      .init("time", unit: "ms"),
    ])
    table.append(["conv1", 1_234_567, 98.25, 1.5])
    table.append(["fc \"1\", last", 12, 0.1, .empty])
    return table
  }

  @Test func textIsAligned() {
    #expect(
      Self.table().text == """
        layer         array_cycles  utilisation   time
                            cycles            %     ms
        ------------  ------------  -----------  -----
        conv1            1,234,567         98.2  1.500
        fc "1", last            12          0.1      -

        """)
  }

  @Test func totalsAreSetApart() {
    var table = ReportTable([.init("layer"), .init("macs")])
    table.append(["a", 1])
    table.append(["total", 1000])
    table.hasTotal = true
    #expect(table.text == "layer   macs\n-----  -----\na          1\n-----  -----\ntotal  1,000\n")
  }

  @Test func csvHasUnitsAndAllDigits() {
    #expect(
      Self.table().csv == """
        layer,array_cycles,utilisation_percent,time_ms
        conv1,1234567,98.25,1.5
        "fc ""1"", last",12,0.1,

        """)
  }

  @Test func decimals() {
    #expect(
      DecimalText.grouped(0) == "0" && DecimalText.grouped(-1000) == "-1,000" && DecimalText.grouped(999) == "999")
    #expect(DecimalText.grouped(.min) == "-9,223,372,036,854,775,808")
    #expect(DecimalText.fixed(0.0004, digits: 3) == "0.000" && DecimalText.fixed(-0.0004, digits: 3) == "0.000")
    #expect(DecimalText.fixed(-1234.5678, digits: 2) == "-1,234.57" && DecimalText.fixed(7.5, digits: 0) == "8")
    #expect(DecimalText.fixed(.infinity, digits: 2) == "inf" && DecimalText.fixed(1e300, digits: 2) == "1e+300")
    #expect(
      DecimalText.bytes(1023) == "1023 B" && DecimalText.bytes(1536) == "1.5 KiB"
        && DecimalText.bytes(1 << 30) == "1.0 GiB")
  }
}
