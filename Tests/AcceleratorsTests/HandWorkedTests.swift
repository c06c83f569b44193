import Accelerators
import Compute
import Foundation
import Mappings
import Memory
import Simulation
import Tensors
import TestSupport
import Testing
import Workloads

/// The example of Documentation/counting-cycles.md: 2 x 2 matrices on 2 x 2 PEs, every number worked by hand.
@Suite("The 2 x 2 example of the manual")
struct HandWorkedTests {
  /// C = A x B with A = [1 2; 3 4], B = [5 6; 7 8], so C = [19 22; 43 50].
  private func run(_ dataflow: Dataflow) throws -> SystolicLayerRun {
    let operands = try LayerOperands(
      try ConvolutionLayer.gemm(m: 2, k: 2, n: 2),
      ifmap: OperandTensor(Tensor<Int8>(Shape([2, 2, 1, 1]), [1, 2, 3, 4])),
      // Filter n holds column n of B.
      filter: OperandTensor(Tensor<Int8>(Shape([2, 2, 1, 1]), [5, 7, 6, 8])))
    return try SystolicLayerRun(operands, on: smallMachine(dataflow, rows: 2, columns: 2))
  }

  @Test("The table of every register in every step is the manual's", arguments: Dataflow.allCases)
  func table(dataflow: Dataflow) throws {
    var run = try run(dataflow)
    run.simulator.skipsIdleCycles = false
    var lines: [String] = []
    var watcher = SignalWatcher(run.simulator.machine) { now in
      // A step of the fold is a cycle in which a PE has a label that belongs to a fold.
      let labels = Self.places.map { PECycleLabel(rawValue: UInt8(now.bits("\($0).label")))! }
      guard labels.contains(where: { [.mac, .fill, .drain].contains($0) }) else { return }
      lines.append(Self.line(step: lines.count, now, labels))
    }
    #expect(try run.simulator.run(observing: &watcher) == .finished)
    #expect(run.psums.elements == [19, 22, 43, 50])
    let page = SourcePage.text("Documentation/counting-cycles.md")
    let table = ([Self.header] + lines).joined(separator: "\n")
    #expect(page.contains("```\n\(table)\n```"), "the manual's table should be:\n\(table)")
  }

  static let places = [(0, 0), (0, 1), (1, 0), (1, 1)].map { "array.pe_r\($0.0)_c\($0.1)" }
  static let header = "step  north  west   filter      ifmap       psum             label of PE 00 01 10 11"

  private static func line(step: Int, _ now: borrowing SignalWatcher, _ labels: [PECycleLabel]) -> String {
    func edge(_ name: String) -> String {
      var words: [String] = []
      for lane in 0...1 {
        let isThere = now.bits("\(name).lane_\(lane).edge_valid") == 1
        words.append(isThere ? String(now.operand("\(name).lane_\(lane).edge")) : ".")
      }
      return words.joined(separator: " ")
    }
    func grid(_ name: String, hasValidBit: Bool) -> String {
      var words: [String] = []
      for place in places {
        let isThere = !hasValidBit || now.bits("\(place).\(name)_valid") == 1
        words.append(isThere ? String(Int32(truncatingIfNeeded: now.bits("\(place).\(name)"))) : ".")
      }
      return "\(words[0]) \(words[1]) / \(words[2]) \(words[3])"
    }
    let columns = [
      padded("\(step)", 4), padded(edge("north"), 5), padded(edge("west"), 5),
      padded(grid("filter", hasValidBit: true), 10), padded(grid("ifmap", hasValidBit: true), 10),
      padded(grid("psum", hasValidBit: false), 15), labels.map { padded("\($0)", 5) }.joined(separator: " "),
    ]
    let line = columns.joined(separator: "  ")
    return String(line.reversed().drop { $0 == " " }.reversed())
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  @Test("Every count of the example", arguments: Dataflow.allCases)
  func counts(dataflow: Dataflow) throws {
    var run = try run(dataflow)
    #expect(run.simulator.run() == .finished)
    let machine = run.simulator.machine
    let counters = machine.counters
    // 2 x 2 x 2 products on 4 PEs.
    #expect(counters.macs == 8 && counters.folds == 1 && counters.zeroOperandMacs == 0)
    // 2R + C + T - 2 with R = C = T = 2.
    #expect(counters.arrayCycles == 6)
    let labels = counters.labels
    switch dataflow {
    case .weightStationary:
      // 10 cycles until the weights stand at the edge, 6 in the array, 7 until the memory has the last psum.
      #expect(counters.cycles == 10 + 6 + 7)
      #expect(labels[.waitFilter] == 40 && labels[.waitIfmap] == 0 && labels[.waitOutput] == 28)
      #expect(labels[.mac] == 8 && labels[.fill] == 12 && labels[.drain] == 4)
    case .inputStationary:
      #expect(counters.cycles == 9 + 6 + 7)
      #expect(labels[.waitIfmap] == 36 && labels[.waitFilter] == 0 && labels[.waitOutput] == 28)
      #expect(labels[.mac] == 8 && labels[.fill] == 12 && labels[.drain] == 4)
    case .outputStationary:
      // The filter tile comes one cycle behind the ifmap tile.
      #expect(counters.cycles == 10 + 6 + 6)
      #expect(labels[.waitIfmap] == 36 && labels[.waitFilter] == 4 && labels[.waitOutput] == 24)
      #expect(labels[.mac] == 8 && labels[.fill] == 4 && labels[.drain] == 12)
    }
    #expect(labels.total == 4 * counters.cycles)
    for spad in [machine.ifmapSpad, machine.filterSpad] {
      #expect(spad.counters.reads == 4 && spad.counters.paddingReads == 0 && spad.counters.writtenBytes == 4)
    }
    let psums = machine.accumulator.counters
    #expect(psums.writes == 4 && psums.biasReads == 4 && psums.reads == 0 && psums.storeReads == 4)
    #expect(machine.transfers.counters.loadedBytes == 8 && machine.transfers.counters.storedBytes == 16)
    #expect(machine.memory.counters.readBytes == 128 && machine.memory.counters.writeRequests == 4)
  }
}

/// Pages of the manual.
enum SourcePage {
  static func text(_ path: String) -> String {
    (try? String(contentsOfFile: Tool.packageDirectory(path), encoding: .utf8)) ?? ""
  }
}
