import Accelerators
import Mappings
import Simulation
import Tensors
import Testing
import Workloads

@Suite("Where the operands of MACs are served")
struct OperandSourcesTests {
  private func finished(_ layer: ConvolutionLayer, on spec: SystolicSpec) throws -> SystolicMachine {
    var run = try SystolicLayerRun(randomOperands(layer, seed: 9), on: spec)
    try #require(run.simulator.run(cycleLimit: 5_000_000) == .finished)
    return run.simulator.machine
  }

  @Test("By hand: a 2 x 2 array on a product of 3 x 2 by 2 x 2, one fold, 12 MACs")
  func byHand() throws {
    let layer = try ConvolutionLayer.gemm(m: 3, k: 2, n: 2)
    let weights = try finished(layer, on: smallMachine(.weightStationary, rows: 2, columns: 2)).operandSources
    // 3 vectors of 2 lanes enter at column 0 and pass to column 1; psums start in row 0 and go on to row 1.
    #expect(weights.ifmap == .init(neighbour: 6, scratchpad: 6))
    #expect(weights.filter == .init(ownRegister: 12))
    #expect(weights.psum == .init(neighbour: 6, zero: 6))
    #expect(weights.psumWritesToNeighbour == 6 && weights.psumWritesToAccumulator == 6)
    // Two folds, of 2 x 2 and of 1 x 2 psums: ifmaps enter at column 0 (6), filters at row 0 (4 + 4).
    let outputs = try finished(layer, on: smallMachine(.outputStationary, rows: 2, columns: 2)).operandSources
    #expect(outputs.ifmap == .init(neighbour: 6, scratchpad: 6))
    #expect(outputs.filter == .init(neighbour: 4, scratchpad: 8))
    #expect(outputs.psum == .init(ownRegister: 6, zero: 6))
    #expect(outputs.psumWritesToOwnRegister == 6 && outputs.psumWritesToAccumulator == 6)
    // Two folds, of 2 x 2 and of 2 x 1 ifmap elements; 2 filters stream through each.
    let inputs = try finished(layer, on: smallMachine(.inputStationary, rows: 2, columns: 2)).operandSources
    #expect(inputs.ifmap == .init(ownRegister: 12))
    #expect(inputs.filter == .init(neighbour: 4, scratchpad: 8))
    #expect(inputs.psum == .init(neighbour: 6, zero: 6))
  }

  @Test("Random layers: every MAC of every PE, one by one", arguments: Dataflow.allCases)
  func againstAWalk(dataflow: Dataflow) throws {
    var random = SplitMix64(seed: 11)
    var ran = 0
    while ran < 60 {
      guard let layer = randomLayer(&random) else { continue }
      let spec = smallMachine(dataflow, rows: 1 + ran % 5, columns: 1 + ran % 4, isDoubleBuffered: ran % 2 == 0)
      let machine = try finished(layer, on: spec)
      let schedule = try SystolicSchedule(layer, dataflow: dataflow, resources: spec.resources)
      let sources = machine.operandSources
      #expect(sources == walk(schedule), "\(layer) on \(spec)")
      for total in [sources.ifmap.total, sources.filter.total, sources.psum.total, sources.psumWrites] {
        #expect(total == layer.macs)
      }
      ran += 1
    }
  }

  /// Where each MAC's operands must come from, by the place of its PE and the number of its vector.
  private func walk(_ schedule: SystolicSchedule) -> OperandSources {
    var sources = OperandSources()
    var cursor = FoldCursor(schedule)
    while !cursor.isAtEnd {
      let fold = cursor.fold(in: schedule)
      let (rows, columns) = (fold[schedule.spatial.rows], fold[schedule.spatial.columns])
      for (row, rowIndex) in rows.enumerated() {
        for (column, columnIndex) in columns.enumerated() {
          for (vector, index) in fold[schedule.spatial.streamed].enumerated() {
            count(
              schedule, fold, row, column, vector, isLastRow: row == rows.count - 1,
              isLastVector: vector == fold[schedule.spatial.streamed].count - 1,
              ifmap: element(schedule, fold, [rowIndex, columnIndex, index]), into: &sources)
          }
        }
      }
      cursor.advance(in: schedule)
    }
    return sources
  }

  private func element(_ schedule: SystolicSchedule, _ fold: Fold, _ indices: [Int]) -> String {
    let order = [schedule.spatial.rows, schedule.spatial.columns, schedule.spatial.streamed]
    guard let m = order.firstIndex(of: .m), let k = order.firstIndex(of: .k) else { return "" }
    return schedule.ifmapElement(group: fold.group, m: indices[m], k: indices[k])
  }

  private func count(
    _ schedule: SystolicSchedule, _ fold: Fold, _ row: Int, _ column: Int, _ vector: Int, isLastRow: Bool,
    isLastVector: Bool, ifmap: String, into sources: inout OperandSources
  ) {
    func streamed(_ reads: inout OperandSources.Reads, isAtEdge: Bool, isPadding: Bool) {
      if !isAtEdge { reads.neighbour += 1 } else if isPadding { reads.zero += 1 } else { reads.scratchpad += 1 }
    }
    let isPadding = ifmap == "padding"
    switch schedule.dataflow {
    case .weightStationary:
      streamed(&sources.ifmap, isAtEdge: column == 0, isPadding: isPadding)
      sources.filter.ownRegister += 1
    case .inputStationary:
      sources.ifmap.ownRegister += 1
      streamed(&sources.filter, isAtEdge: column == 0, isPadding: false)
    case .outputStationary:
      streamed(&sources.ifmap, isAtEdge: column == 0, isPadding: isPadding)
      streamed(&sources.filter, isAtEdge: row == 0, isPadding: false)
      if vector == 0 { sources.psum.zero += 1 } else { sources.psum.ownRegister += 1 }
      if isLastVector { sources.psumWritesToAccumulator += 1 } else { sources.psumWritesToOwnRegister += 1 }
      return
    }
    if row == 0 { sources.psum.zero += 1 } else { sources.psum.neighbour += 1 }
    if isLastRow { sources.psumWritesToAccumulator += 1 } else { sources.psumWritesToNeighbour += 1 }
  }
}
