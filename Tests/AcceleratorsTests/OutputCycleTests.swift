import Accelerators
import Mappings
import Simulation
import Tensors
import Testing
import Workloads

@Suite("Every single output leaves in the cycle that a closed form says")
struct OutputCycleTests {
  @Test("Hundreds of shapes, ragged ones included, single- and double-buffered", arguments: Dataflow.allCases)
  func outputs(dataflow: Dataflow) throws {
    var random = SplitMix64(seed: 11)
    func draw(_ limit: UInt64) -> Int { 1 + Int(random.next(below: limit)) }
    var outputs = 0
    for number in 0..<150 {
      let (m, k, n) = (draw(24), draw(24), draw(24))
      let (rows, columns, stages) = (draw(9), draw(9), draw(3))
      outputs += try check(
        number, m: m, k: k, n: n,
        smallMachine(dataflow, rows: rows, columns: columns, macStages: stages, isDoubleBuffered: number % 2 == 1))
    }
    #expect(outputs > 10_000)
  }

  /// When a psum of a product leaves: in which step at which column, and what it is.
  private struct Output: Hashable {
    let step: Int
    let column: Int
    let psum: Int
  }

  private func stated(_ statement: ArrayStatement) -> Set<Output> {
    var outputs: Set<Output> = []
    let (rows, stages) = (statement.rows, statement.stages)
    for box in statement.boxes {
      func sum(_ row: Int, _ column: Int) -> Int {
        (0..<box.vectors).reduce(0) { $0 + statement.product(box, row: row, column: column, vector: $1) }
      }
      switch statement.dataflow {
      case .weightStationary, .inputStationary:
        // Vector v leaves column c in step start + v + R + c + P - 1.
        let used = statement.dataflow == .weightStationary ? box.n.count : box.m.count
        for vector in 0..<box.vectors {
          for column in 0..<used {
            let psum = (0..<rows).reduce(0) {
              $0 + statement.product(box, row: $1, column: column, vector: vector)
            }
            outputs.insert(Output(step: box.start + vector + rows + column + stages - 1, column: column, psum: psum))
          }
        }
      case .outputStationary:
        // The bottom row's psum leaves in step start + T - 1 + R + c + P - 1, each row above one step later.
        for row in 0..<box.m.count {
          for column in 0..<box.n.count {
            let step = box.start + box.vectors - 1 + rows + column + stages - 1 + (rows - 1 - row)
            outputs.insert(Output(step: step, column: column, psum: sum(row, column)))
          }
        }
      }
    }
    return outputs
  }

  private func check(_ number: Int, m: Int, k: Int, n: Int, _ machine: SystolicSpec) throws -> Int {
    let operands = try randomOperands(try ConvolutionLayer.gemm(m: m, k: k, n: n), seed: UInt64(number))
    let statement = ArrayStatement(machine, operands, m: m, k: k, n: n)
    var spec = machine
    // Room for every set of psums, so that no fold waits for a store.
    spec.accumulatorHalves = statement.boxes.count + 1
    spec.accumulatorBytes = spec.accumulatorHalves * 24 * 9 * 4
    var run = try SystolicLayerRun(operands, on: spec)
    run.simulator.skipsIdleCycles = false
    var firstVector: Int?
    var cycle = 0
    var seen: Set<Output> = []
    var count = 0
    var watcher = SignalWatcher(run.simulator.machine, ["control.vector", "accumulator.column_*"]) { now in
      // Vector 0 is read now and stands at the edge in the next cycle, which is step `start` of the first fold.
      if firstVector == nil, now.bits("control.vector") == 0 { firstVector = cycle + 1 }
      for column in 0..<spec.columns where now.bits("accumulator.column_\(column).write_enable") == 1 {
        let psum = Int(Int32(truncatingIfNeeded: now.bits("accumulator.column_\(column).arriving")))
        let step = cycle - (firstVector ?? .max >> 1) + statement.boxes[0].start
        seen.insert(Output(step: step, column: column, psum: psum))
        count += 1
      }
      cycle += 1
    }
    #expect(try run.simulator.run(observing: &watcher) == .finished)
    let expected = stated(statement)
    let (missing, surplus) = (expected.subtracting(seen), seen.subtracting(expected))
    let name = "\(machine.dataflow) \(m)x\(k)x\(n) on \(spec.rows)x\(spec.columns), P = \(spec.macStages)"
    #expect(missing.isEmpty && surplus.isEmpty, "\(name): stated \(missing.prefix(3)), seen \(surplus.prefix(3))")
    #expect(count == expected.count, "\(name)")
    return count
  }
}

extension ArrayStatement {
  /// The statement for a matrix product on a machine.
  init(_ spec: SystolicSpec, _ operands: LayerOperands, m: Int, k: Int, n: Int) {
    let (ifmap, filter) = (operands.ifmap.operands.elements, operands.filter.operands.elements)
    self.init(
      spec.dataflow, rows: spec.rows, columns: spec.columns, stages: spec.macStages,
      isDoubleBuffered: spec.isDoubleBuffered, a: (0..<m).map { row in (0..<k).map { Int(ifmap[row * k + $0]) } },
      b: (0..<k).map { row in (0..<n).map { Int(filter[$0 * k + row]) } })
  }
}
