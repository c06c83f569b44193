import Configuration
import Memory
import Reports

/// A trace run's statistics as text and as JSON; `Documentation/dram-access.md` defines each.
enum DRAMReport {
  static func text(_ result: DRAMTraceResult, _ banks: BankStatistics?) -> String {
    var table = ReportTable([.init("statistic"), .init("value", digits: 3), .init("unit"), .init("meaning")])
    for statistic in result.statistics {
      let value: ReportTable.Cell =
        switch statistic.value {
        case .integer(let value): .integer(value)
        case .number(let value): .number(value)
        }
      table.append([.text(statistic.name), value, .text(statistic.unit), .text(statistic.meaning)])
    }
    var text = "device \(result.device), mapping \(result.mapping)\n\n" + table.text
    if let banks { text += "\n" + self.table(banks).text }
    if let violations = result.violations {
      text +=
        violations.isEmpty ? "\nthe checker found no violation\n" : "\n" + violations.joined(separator: "\n") + "\n"
    }
    return text
  }

  static func json(_ result: DRAMTraceResult, _ banks: BankStatistics?) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("device", .string(result.device)), ("mapping", .string(result.mapping)),
    ]
    for statistic in result.statistics {
      switch statistic.value {
      case .integer(let value): members.append((statistic.name, .integer(value)))
      case .number(let value): members.append((statistic.name, .number(value)))
      }
    }
    if let banks {
      let rows = banks.banks.map { bank in JSONValue.object(columns.map { ($0.name, .integer($0.value(bank))) }) }
      members.append(("banks", .array(rows)))
    }
    if let violations = result.violations {
      members.append(("violations", .array(violations.map { .string($0) })))
    }
    return .object(members)
  }

  private static func table(_ banks: BankStatistics) -> ReportTable {
    var table = ReportTable(columns.map { .init($0.name) })
    for bank in banks.banks { table.append(columns.map { .integer($0.value(bank)) }) }
    return table
  }

  /// What is said of each bank.
  private static let columns: [(name: String, value: @Sendable (BankStatistics.Bank) -> Int)] = [
    ("channel", { $0.channel }), ("rank", { $0.rank }), ("bank_group", { $0.group }), ("bank", { $0.bank }),
    ("activates", { $0.activates }), ("precharges", { $0.precharges }), ("reads", { $0.reads }),
    ("writes", { $0.writes }), ("row_hits", { $0.rowHits }), ("row_misses", { $0.rowMisses }),
    ("row_conflicts", { $0.rowConflicts }), ("refreshes", { $0.refreshes }),
  ]
}
