import Accelerators
import Foundation
import Mappings
import Simulation
import Tensors
import Workloads

/// The layer of `Documentation/row-stationary.md` on 3 x 3 PEs, which `Waveforms/regenerate` records.
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
}
