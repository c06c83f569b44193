import Accelerators
import Foundation
import Mappings
import Signals
import Simulation
import Tensors
import Tracing
import WaveFormats
import Workloads

/// The layer of `Documentation/row-stationary.md` on 3 x 3 PEs, and its waveform.
struct RowStationaryGuideRun {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static let folder = root.appendingPathComponent("Waveforms/row-stationary-3x3")
  static let page = root.appendingPathComponent("Documentation/row-stationary.md")
  var run: RowStationaryLayerRun

  /// An ifmap whose elements say where they lie, 11 to 55, its middle 0; weights 1 to 9.
  init() throws {
    let layer = try ConvolutionLayer(
      name: "guide", inputChannels: 1, inputHeight: 5, inputWidth: 5, filters: 1, filterHeight: 3, filterWidth: 3)
    var ifmap = (0..<25).map { (place: Int) -> Int16 in Int16(11 + 10 * (place / 5) + place % 5) }
    ifmap[12] = 0
    let operands = try RowStationaryOperands(
      layer, ifmap: Tensor(layer.ifmapShape, ifmap), filter: Tensor(layer.filterShape, (1...9).map { Int16($0) }),
      position: 0)
    run = try RowStationaryLayerRun(
      operands, mapping: .init(m: 1, n: 1, e: 3, p: 1, q: 1, r: 1, t: 1),
      on: rowStationaryMachine(rows: 3, columns: 3, banks: 2))
  }

  /// Runs to the end and writes every signal into `directory`/trace.vcd, the views beside it.
  mutating func record(in directory: URL) throws -> RunEnd {
    var options = TraceOptions(path: directory.appendingPathComponent("trace.vcd").path)
    // All but the vector unit, which has no part in a single layer.
    options.scopes = ["control", "link", "memory", "memory_port.*", "decoder", "filter_buffer", "glb"].map {
      "\($0).**"
    }
    options.scopes += ["gin_*.**", "array.**", "gon.**"]
    options.comments = ["Documentation/row-stationary.md: a 3 x 3 filter over a 5 x 5 ifmap on 3 x 3 PEs"]
    let period = run.simulator.machine.spec.coreClock.period
    var recorder = try TraceRecorder(
      run.simulator.machine, top: "rs_3x3", options: options, view: Self.view(run.simulator.machine))
    let outcome = try run.simulator.run(observing: &recorder)
    let counters = run.simulator.machine.counters
    let start = counters.configureCycles + counters.loadCycles
    _ = try recorder.finish(markers: [
      WaveMarker(time: period.edge(start), name: "the pass begins"),
      WaveMarker(time: period.edge(start + counters.processCycles), name: "the ofmap leaves"),
    ])
    return outcome
  }

  /// Buses first, then a group for each column of PEs, bottom up as psums climb.
  private static func view(_ machine: borrowing RowStationaryMachine) -> WaveView {
    let catalog = SignalCatalog(machine)
    var handles: [String: SignalHandle] = [:]
    for handle in catalog.handles { handles[catalog.name(of: handle)] = handle }
    func rows(_ names: [String]) -> [WaveItem] { names.compactMap { handles[$0].map { .row(WaveRow($0)) } } }
    func perPE(_ scope: String, _ names: [String]) -> [WaveItem] {
      (0..<3).flatMap { column in
        stride(from: 2, through: 0, by: -1).flatMap { row in
          names.compactMap { name in
            handles["\(scope).pe_r\(row)_c\(column).\(name)"].map {
              .row(WaveRow($0, label: "pe_r\(row)_c\(column) \(name)"))
            }
          }
        }
      }
    }
    return WaveView(
      items: [
        .row(WaveRow(target: .clock(0))), .group("Control", isOpen: true, rows(["control.phase"])),
        .group("Filter network", isOpen: true, rows(["gin_filter.fire", "gin_filter.tag_row", "gin_filter.words"])),
        .group(
          "Ifmap network: one word, one diagonal", isOpen: true,
          rows(["gin_ifmap.fire", "gin_ifmap.tag_row", "gin_ifmap.tag_column", "gin_ifmap.destinations"])
            + perPE("gin_ifmap", ["pe_fire"])),
        .group("What the PEs do", isOpen: true, perPE("array", ["label"])),
        .group(
          "Psums climb the columns", isOpen: true, perPE("array", ["local_fire"]) + rows(["gon.fire", "gon.chain"])),
        .group(
          "Data paths of the PEs", isOpen: false,
          perPE("array", ["stage1_operation", "ifmap", "weight", "psum_in", "product", "psum"])),
      ],
      labelColours: [
        "mac": "dark green", "gated": "olive drab", "accumulate": "steel blue", "drain": "slate blue",
        "idle": "gray30", "waitIfmap": "firebrick", "waitFilter": "firebrick", "waitPsum": "firebrick",
        "waitOutput": "firebrick",
      ], openScopes: ["array", "gin_ifmap"])
  }
}
