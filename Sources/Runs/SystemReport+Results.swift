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
          array: spec.facts.name, memory: spec.memory.name, peak: 2 * Double(spec.peCount) * spec.coreHertz,
          portBandwidth: spec.facts.portBandwidth, busBandwidth: spec.facts.busBandwidth,
          energyTable: energyTable, layers: results.filter { $0.spec.memory.name == names[place] }.map(\.account))
      })
  }

  /// Networks on machines of any kind.
  init(_ results: [NetworkResults], energyTable: EnergyTable) {
    self.init(
      results.map {
        SystemReport(
          array: $0.machine.name, memory: $0.machine.memory,
          peak: 2 * Double($0.machine.peCount) * $0.machine.clock.period.hertz, portBandwidth: $0.machine.portBandwidth,
          busBandwidth: $0.machine.busBandwidth,
          energyTable: energyTable, layers: $0.accounts)
      })
  }
}

extension SystolicSpec {
  fileprivate func isSameSystem(as other: SystolicSpec) -> Bool {
    dataflow == other.dataflow && memory == other.memory
  }

  fileprivate func system(_ layers: [LayerAccount], energyTable: EnergyTable) -> SystemReport {
    SystemReport(
      array: facts.name, memory: memory.name, peak: 2 * Double(peCount) * clock.period.hertz,
      portBandwidth: facts.portBandwidth, busBandwidth: facts.busBandwidth,
      energyTable: energyTable, layers: layers)
  }
}

extension LayerResult {
  fileprivate var account: LayerAccount {
    LayerAccount(
      layer.name, operations: 2 * array.macs, cycles: array.cycles, seconds: latencyMicroseconds / 1e6,
      waitingPEs: Double(spec.peCount), accesses: accesses, counters: counters)
  }
}

extension RowStationaryResult {
  fileprivate var account: LayerAccount {
    LayerAccount(
      layer.name, operations: 2 * macs, cycles: totalCycles, seconds: totalMilliseconds / 1e3,
      waitingPEs: Double(mapping.activePEs), accesses: accesses, counters: counters)
  }
}

extension NetworkResults {
  /// The layers of the first run, by number and operator; timing does not depend on the values.
  fileprivate var accounts: [LayerAccount] {
    (outcomes.first?.layers ?? []).map { layer in
      let macs = layer.counter("array", "macs")
      return LayerAccount(
        "\(layer.index) \(layer.name.prefix { $0 != " " })",
        operations: macs > 0 ? 2 * macs : layer.counter("vector_unit", "operands"), cycles: layer.cycles,
        seconds: milliseconds(layer.cycles) / 1e3, waitingPEs: waitingPEs(layer), accesses: layer.accesses,
        counters: layer.counters)
    }
  }

  /// PEs that stand still together: all of a systolic array; of the others those that a layer's mapping uses.
  private func waitingPEs(_ layer: NetworkResult.Layer) -> Double {
    guard machine.dataflow == MachineKind.rowStationary.rawValue, layer.cycles > 0 else {
      return Double(machine.peCount)
    }
    return Double(machine.peCount) - Double(layer.counter("array", "idle_pe_cycles")) / Double(layer.cycles)
  }
}
