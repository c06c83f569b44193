import Accelerators
import Foundation
import Mappings
import Runs
import Simulation
import Tensors
import Tracing
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

  /// Runs to the end as `systole run` does, and leaves a waveform and its views in `directory`.
  func record(_ file: String, in directory: URL) throws -> RowStationaryResult {
    var options = TraceOptions(path: directory.appendingPathComponent(file).path)
    options.comments = ["Documentation/row-stationary.md: a 3 x 3 filter over a 5 x 5 ifmap on 3 x 3 PEs"]
    // All but the vector unit, which has no part in a single layer.
    options.scopes = ["control", "link", "memory", "memory_port", "decoder", "filter_buffer", "glb"]
    options.scopes += ["gin_*.**", "array.**", "gon"]
    let job = RowStationaryJob(
      run.operands.layer, source: .tensors(run.operands), parameters: run.mapping.parameters)
    return try RowStationaryRunner(run.simulator.machine.spec, cycleLimit: 1000).run(
      job, trace: LayerTrace(options) { _ in })
  }
}
