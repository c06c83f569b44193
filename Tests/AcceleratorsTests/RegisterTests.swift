import Accelerators
import Mappings
import Simulation
import Tensors
import Testing
import Workloads

@Suite("Every PE register, in every cycle, is what a formula says")
struct RegisterTests {
  /// A machine to look at.
  struct Case: Sendable, CustomStringConvertible {
    let dataflow: Dataflow
    let size: Int
    let stages: Int
    let isDoubleBuffered: Bool
    var description: String {
      "\(dataflow) \(size)x\(size), \(stages) stages, \(isDoubleBuffered ? "double" : "single")-buffered"
    }
  }

  static let cases = Dataflow.allCases.flatMap { dataflow in
    [2, 4].flatMap { size in
      [1, 2].flatMap { stages in
        [false, true].map {
          Case(dataflow: dataflow, size: size, stages: stages, isDoubleBuffered: $0)
        }
      }
    }
  }

  @Test("2 x 2 and 4 x 4 arrays, ragged and whole products", arguments: cases)
  func registers(_ machine: Case) throws {
    let size = machine.size
    // One fold; one ragged fold; several folds, whole; several, ragged in every dimension; fewer vectors than rows.
    for (m, k, n) in [
      (size, size, size), (1, 1, 1), (size + 3, 2 * size, 2 * size), (2 * size - 1, 2 * size + 1, size + 1),
      (size + 1, size - 1, 2), (2, 3 * size - 1, 2 * size - 1),
    ] {
      let checked = try check(machine, m: m, k: k, n: n)
      #expect(checked > 9 * size * size, "\(machine) \(m)x\(k)x\(n)")
    }
  }

  /// Runs a product and compares; returns the number of register values compared.
  private func check(_ machine: Case, m: Int, k: Int, n: Int) throws -> Int {
    let size = machine.size
    let operands = try randomOperands(try ConvolutionLayer.gemm(m: m, k: k, n: n), seed: UInt64(m * 64 + k * 8 + n))
    let (ifmap, filter) = (operands.ifmap.operands.elements, operands.filter.operands.elements)
    let statement = ArrayStatement(
      machine.dataflow, rows: size, columns: size, stages: machine.stages, isDoubleBuffered: machine.isDoubleBuffered,
      a: (0..<m).map { row in (0..<k).map { Int(ifmap[row * k + $0]) } },
      b: (0..<k).map { row in (0..<n).map { Int(filter[$0 * k + row]) } })
    var spec = smallMachine(
      machine.dataflow, rows: size, columns: size, macStages: machine.stages,
      isDoubleBuffered: machine.isDoubleBuffered, memoryLatency: 1)
    // Room for all psums, so that nothing ever waits for a store.
    spec.accumulatorHalves = 16
    var run = try SystolicLayerRun(operands, on: spec)
    var first: Int?
    var cycle = 0
    var comparison = RegisterComparison(statement)
    var watcher = SignalWatcher(run.simulator.machine) { now in
      // The first word is read in this cycle, and stands at the edge in the next one.
      let reads =
        machine.dataflow == .outputStationary
        ? now.bits("control.vector") == 0 : now.bits("control.load_row") == size - 1
      if first == nil, reads { first = cycle + 1 }
      comparison.compare(now, step: first.map { cycle - $0 } ?? -1)
      cycle += 1
    }
    run.simulator.skipsIdleCycles = false
    #expect(try run.simulator.run(observing: &watcher) == .finished)
    #expect(comparison.differences.isEmpty, "\(machine) \(m)x\(k)x\(n): \(comparison.differences.prefix(4))")
    #expect(cycle > (first ?? .max >> 1) + statement.end, "the run was long enough")
    return comparison.compared
  }
}

/// Compares the registers of all PEs with the statement.
private struct RegisterComparison {
  let statement: ArrayStatement
  var compared = 0
  var differences: [String] = []

  init(_ statement: ArrayStatement) { self.statement = statement }

  mutating func compare(_ now: borrowing SignalWatcher, step: Int) {
    for row in 0..<statement.rows {
      for column in 0..<statement.columns { comparePE(now, row, column, step) }
    }
  }

  private mutating func comparePE(_ now: borrowing SignalWatcher, _ row: Int, _ column: Int, _ step: Int) {
    let pe = "array.pe_r\(row)_c\(column)"
    func operand(_ name: String) -> ArrayStatement.Operand {
      .init(value: Int(now.operand("\(pe).\(name)")), isValid: now.bits("\(pe).\(name)_valid") == 1)
    }
    func psum(_ name: String) -> Int { Int(Int32(truncatingIfNeeded: now.bits("\(pe).\(name)"))) }
    check(pe, "ifmap", step, operand("ifmap"), statement.ifmapRegister(row, column, step))
    check(pe, "filter", step, operand("filter"), statement.filterRegister(row, column, step))
    check(pe, "psum", step, psum("psum"), statement.psumRegister(row, column, step))
    check(pe, "mac_fire", step, now.bits("\(pe).mac_fire") == 1, statement.fires(row, column, step))
    for stage in 1..<statement.stages {
      check(pe, "product", step, psum("product_\(stage)"), statement.productRegister(stage, row, column, step))
    }
    if statement.dataflow != .outputStationary {
      let name = statement.dataflow == .weightStationary ? "filter_shifted" : "ifmap_shifted"
      check(pe, name, step, now.bits("\(pe).\(name)") == 1, statement.hasShifted(row, column, step))
    }
    guard statement.isDoubleBuffered else { return }
    switch statement.dataflow {
    case .weightStationary:
      check(pe, "shadow", step, operand("filter_shadow"), statement.loadChain(row, column, step))
    case .inputStationary:
      check(pe, "shadow", step, operand("ifmap_shadow"), statement.loadChain(row, column, step))
    case .outputStationary:
      check(pe, "drain", step, psum("psum_drain"), statement.drainRegister(row, column, step))
    }
  }

  private mutating func check<Value: Equatable>(
    _ pe: String, _ register: String, _ step: Int, _ value: Value, _ stated: Value
  ) {
    compared += 1
    if value != stated { differences.append("step \(step): \(pe).\(register) is \(value), stated \(stated)") }
  }
}
