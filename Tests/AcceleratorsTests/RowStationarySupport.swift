import Accelerators
import Compute
import Foundation
import Mappings
import Memory
import Tensors
import Workloads

/// A chip of a stated size with generous spads, otherwise Eyeriss.
func rowStationaryMachine(
  rows: Int, columns: Int, ifmapSpad: Int = 12, filterSpad: Int = 224, psumSpad: Int = 24, banks: Int = 25
) -> RowStationarySpec {
  var spec = RowStationarySpec.eyeriss
  (spec.array.rows, spec.array.columns) = (rows, columns)
  spec.array.ifmapSpadWords = ifmapSpad
  spec.array.filterSpadWords = filterSpad
  spec.array.psumSpadWords = psumSpad
  spec.glb.banks = banks
  spec.configurationBits = 10
  return spec
}

/// Random 16-bit tensors with an exact number of zeros.
func fixedPointOperands(
  _ layer: ConvolutionLayer, seed: UInt64, zeros: Double = 0.3, position: Int = 8, saturates: Bool = false,
  hasBias: Bool = true
) throws -> RowStationaryOperands {
  var random = SplitMix64(seed: seed)
  func draw(_ shape: Shape, _ zeros: Double) -> Tensor<Int16> {
    Tensor(
      shape,
      (0..<shape.count).map { _ in
        random.next(below: 1000) < UInt64(zeros * 1000) ? 0 : Int16(truncatingIfNeeded: random.next() >> 40)
      })
  }
  return try RowStationaryOperands(
    layer, ifmap: draw(layer.ifmapShape, zeros), filter: draw(layer.filterShape, 0.05),
    bias: hasBias ? (0..<layer.filters).map { Int16(truncatingIfNeeded: $0 * 371 - 500) } : [], position: position,
    saturates: saturates)
}

/// Cases of a random campaign: an environment variable, or a small default.
func testCount(_ variable: String, _ count: Int) -> Int {
  ProcessInfo.processInfo.environment[variable].flatMap { Int($0) } ?? count
}
