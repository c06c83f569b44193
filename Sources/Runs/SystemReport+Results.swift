internal import Accelerators
internal import Compute
internal import Mappings
internal import Memory
internal import Reports
internal import Signals
internal import Simulation
internal import Workloads

// What each machine's results are as accounts: one report for all of them.

extension SystemReports {
  /// Layers on systolic machines: a system for each dataflow and memory, in the order in which they come.
  init(_ results: [LayerResult], energyTable: EnergyTable) {
    let specs = results.map(\.spec)
    self.init(
      specs.indices.filter { place in specs.firstIndex { $0.isSameSystem(as: specs[place]) } == place }.map { place in
        let own = results.filter { $0.spec.isSameSystem(as: specs[place]) }
        return specs[place].system(own.map(\.account), energyTable: energyTable)
      })
  }

  /// Layers on row-stationary machines.
  init(_ results: [RowStationaryResult], energyTable: EnergyTable) {
    let names = results.map(\.spec.memory.name)
    self.init(
      names.indices.filter { names.firstIndex(of: names[$0]) == $0 }.map { place in
        let spec = results[place].spec
        return SystemReport(
          array: "rs \(spec.array.rows)x\(spec.array.columns)", memory: spec.memory.name,
          peak: 2 * Double(spec.peCount) * spec.coreHertz,
          bandwidth: min(8 * spec.linkHertz, spec.memory.bytesPerSecond(on: spec.linkClock)),
          energyTable: energyTable, layers: results.filter { $0.spec.memory.name == names[place] }.map(\.account))
      })
  }

  /// Networks on systolic machines.
  init(_ results: [NetworkResults], energyTable: EnergyTable) {
    self.init(results.map { $0.spec.system($0.accounts, energyTable: energyTable) })
  }
}

extension SystolicSpec {
  fileprivate func isSameSystem(as other: SystolicSpec) -> Bool {
    dataflow == other.dataflow && memory == other.memory
  }

  fileprivate func system(_ layers: [LayerAccount], energyTable: EnergyTable) -> SystemReport {
    SystemReport(
      array: "\(dataflow.rawValue) \(rows)x\(columns)", memory: memory.name,
      peak: 2 * Double(peCount) * clock.period.hertz,
      bandwidth: min(Double(memory.portBytes) * clock.period.hertz, memory.bytesPerSecond(on: clock)),
      energyTable: energyTable, layers: layers)
  }
}

extension LayerResult {
  fileprivate var account: LayerAccount {
    LayerAccount(
      layer.name, operations: 2 * array.macs, cycles: array.cycles, seconds: latencyMicroseconds / 1e6,
      peCount: spec.peCount, accesses: accesses, counters: counters)
  }
}

extension RowStationaryResult {
  fileprivate var account: LayerAccount {
    LayerAccount(
      layer.name, operations: 2 * macs, cycles: totalCycles, seconds: totalMilliseconds / 1e3,
      peCount: mapping.activePEs, accesses: accesses, counters: counters)
  }
}

extension NetworkResults {
  /// The layers of the first run; timing does not depend on the values.
  fileprivate var accounts: [LayerAccount] {
    (outcomes.first?.layers ?? []).map { layer in
      let macs = layer.counter("array", "macs")
      return LayerAccount(
        "\(layer.index) \(NetworkReport.plainName(layer.name))",
        operations: macs > 0 ? 2 * macs : layer.counter("vector_unit", "operands"), cycles: layer.cycles,
        seconds: milliseconds(layer.cycles) / 1e3, peCount: spec.peCount, accesses: layer.accesses,
        counters: layer.counters)
    }
  }
}
