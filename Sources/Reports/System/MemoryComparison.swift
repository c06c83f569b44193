/// The same layers on one array behind two memories: the difference in cycles, cause by cause.
///
/// Every cycle of a layer is either work or a wait with one root, so the differences of all of them sum to the difference in
/// cycles.
public struct MemoryComparison: Sendable {
  /// The machine that the other one is compared with, and that other one; layer by layer the same.
  public let first, second: SystemReport

  /// Two machines that differ in their memory.
  public init(_ first: SystemReport, _ second: SystemReport) { (self.first, self.second) = (first, second) }

  private var causes: [String] {
    let used = Set(first.usedCauses + second.usedCauses)
    return (first.layers.first?.waits.map(\.cause) ?? []).filter(used.contains)
  }

  /// Differences of one pair of layers, or of all.
  private struct Row {
    var cycles = (first: 0, second: 0)
    var working = 0.0
    var waits: [Double]

    mutating func add(_ one: LayerAccount, _ other: LayerAccount, _ causes: [String]) {
      cycles.first += one.cycles
      cycles.second += other.cycles
      working += one.workingCycles - other.workingCycles
      for (index, cause) in causes.enumerated() { waits[index] += one.cycles(of: cause) - other.cycles(of: cause) }
    }

    func cells(_ name: String) -> [ReportTable.Cell] {
      [.text(name), .integer(cycles.first), .integer(cycles.second), .integer(cycles.first - cycles.second)]
        + ([working] + waits).map { .number($0) }
    }
  }

  /// One row a layer: cycles on both, their difference, and what it went to.
  public var table: ReportTable {
    let causes = causes
    var table = ReportTable(
      [.init("layer"), .init("first", unit: "cycles"), .init("second", unit: "cycles"), .init("difference")]
        + (["working"] + causes).map { .init($0, digits: 0) })
    var all = Row(waits: causes.map { _ in 0 })
    for (one, other) in zip(first.layers, second.layers) {
      var row = Row(waits: causes.map { _ in 0 })
      row.add(one, other, causes)
      all.add(one, other, causes)
      table.append(row.cells(one.name))
    }
    if first.layers.count > 1 {
      table.append(all.cells("total"))
      table.hasTotal = true
    }
    return table
  }

  /// What the comparison is of.
  public var title: String { "Cycles of \(first.machine) beyond those of \(second.machine), by cause" }

  /// The causes of the whole difference in a sentence, the largest first.
  public var summary: String {
    let causes = causes
    var all = Row(waits: causes.map { _ in 0 })
    for (one, other) in zip(first.layers, second.layers) { all.add(one, other, causes) }
    let difference = all.cycles.first - all.cycles.second
    guard difference != 0 else { return "Both take \(DecimalText.grouped(all.cycles.first)) cycles.\n" }
    let parts = zip(["working"] + causes, [all.working] + all.waits).filter { abs($0.1) >= 0.5 }
      .sorted { abs($0.1) > abs($1.1) }
      .map { "\($0.0) \($0.1 > 0 ? "+" : "")\(DecimalText.fixed($0.1, digits: 0))" }
    let (slow, fast) = difference > 0 ? (first, second) : (second, first)
    return
      "\(slow.machine) takes \(DecimalText.grouped(abs(difference))) cycles more than \(fast.machine); first - second: "
      + parts.joined(separator: ", ") + ".\n"
  }

  /// The table with its title and its sentence.
  public var text: String { "\(title)\n\(table.text)\(summary)" }

  /// Adds the comparison to a page.
  public func add(to page: inout HTMLReport) {
    page.heading(title)
    page.table(table)
    page.paragraph(summary)
  }
}
