/// The systems of a run, one a machine and memory, with what the memories make of the same machine.
public struct SystemReports: Sendable {
  /// In the order of the run.
  public let systems: [SystemReport]

  /// A report of some systems.
  public init(_ systems: [SystemReport]) { self.systems = systems }

  /// Each array's first memory beside each of its others.
  public var comparisons: [MemoryComparison] {
    systems.indices.flatMap { place -> [MemoryComparison] in
      let system = systems[place]
      guard systems.firstIndex(where: { $0.array == system.array }) == place else { return [] }
      return systems.dropFirst(place + 1).filter { $0.array == system.array }.map { MemoryComparison(system, $0) }
    }
  }

  /// Every system, named where there are several, then the comparisons.
  public var text: String {
    let texts = systems.map { (systems.count > 1 ? "== \($0.machine) ==\n\n" : "") + $0.text }
    return (texts + comparisons.map(\.text)).joined(separator: "\n")
  }

  /// Adds all of it to a page; comparisons first, because they are what several memories were run for.
  public func add(to page: inout HTMLReport) {
    for comparison in comparisons { comparison.add(to: &page) }
    for system in systems {
      if systems.count > 1 { page.heading(system.machine) }
      system.add(to: &page)
    }
  }

  /// What a run leaves behind beside its report: tables as CSV, each roofline as a picture.
  public var files: [(name: String, text: String)] {
    var files: [(name: String, text: String)] = []
    for system in systems {
      let suffix = systems.count > 1 ? "-\(system.array)-\(system.memory)".replacing(" ", with: "-") : ""
      files += [
        ("bandwidth\(suffix).csv", system.traffic.csv), ("energy\(suffix).csv", system.energy.byKind.csv),
        ("roofline\(suffix).csv", system.roofline.table.csv), ("roofline\(suffix).svg", system.roofline.svg),
      ]
    }
    for (number, comparison) in comparisons.enumerated() {
      files.append(("comparison-\(number + 1).csv", comparison.table.csv))
    }
    return files
  }
}
