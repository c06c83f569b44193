import Compute
import Mappings
import Memory
import Tensors
import Workloads

extension VectorLayerPlanner {
  /// A pooling layer: whole planes a tile, or some rows of one plane where a plane does not fit.
  func pooling(
    _ pooling: PoolingOperation, isSigned: Bool, input: Int, output: Int
  ) throws(ScheduleError) -> PlacedVectorLayer {
    let rescaling = VectorRescaling(
      inputZeroPoint: pooling.inputZeroPoint, requantisation: pooling.rescale, clamp: pooling.clamp)
    let operation: VectorOperation =
      switch pooling.layer.kind {
      case .maximum: .maximum(rescaling)
      case .average:
        .mean(rescaling, padding: pooling.layer.countsPadding ? pooling.inputZeroPoint : nil)
      }
    let tiles = try boxes(pooling.layer).enumerated().map { index, box in
      tile(index, box, pooling.layer, isSigned: isSigned, input: input, output: output)
    }
    return PlacedVectorLayer(name: name, operation: operation, parameterLoad: nil, tiles: tiles)
  }

  /// Planes and output rows of one tile.
  private struct Box {
    var planes: Range<Int>
    var rows: Range<Int>
  }

  private func boxes(_ layer: PoolingLayer) throws(ScheduleError) -> [Box] {
    let planes = layer.batch * layer.channels
    let planeBytes = layer.rows.input * layer.columns.input
    if planeBytes <= halfBytes {
      return stride(from: 0, to: planes, by: halfBytes / planeBytes).map {
        Box(planes: $0..<min($0 + halfBytes / planeBytes, planes), rows: 0..<layer.rows.output)
      }
    }
    let largestRow =
      (0..<layer.rows.output).map { inputRows(layer, $0..<$0 + 1).count * layer.columns.input }.max() ?? 0
    try require(largestRow, of: halfBytes, what: "the windows of one ofmap row", halves: 2)
    var rowRanges: [Range<Int>] = []
    var first = 0
    while first < layer.rows.output {
      var end = first + 1
      while end < layer.rows.output, inputRows(layer, first..<end + 1).count * layer.columns.input <= halfBytes {
        end += 1
      }
      rowRanges.append(first..<end)
      first = end
    }
    return (0..<planes).flatMap { plane in rowRanges.map { Box(planes: plane..<plane + 1, rows: $0) } }
  }

  /// The rows of the ifmap under some output rows.
  private func inputRows(_ layer: PoolingLayer, _ rows: Range<Int>) -> Range<Int> {
    let axis = layer.rows
    let first = min(max(rows.lowerBound * axis.stride - axis.before, 0), axis.input)
    let end = (rows.upperBound - 1) * axis.stride - axis.before + (axis.kernel - 1) * axis.dilation + 1
    return first..<max(first, min(end, axis.input))
  }

  private func tile(
    _ index: Int, _ box: Box, _ layer: PoolingLayer, isSigned: Bool, input: Int, output: Int
  ) -> PlacedVectorLayer.Tile {
    let (rows, columns) = (layer.rows, layer.columns)
    let needed = inputRows(layer, box.rows)
    let base = base(ofTile: index)
    let (inputPlane, outputPlane) = (rows.input * columns.input, rows.output * columns.output)
    let load = Transfer(
      memoryAddress: input + box.planes.lowerBound * inputPlane + needed.lowerBound * columns.input,
      runBytes: needed.count * columns.input, innerCount: box.planes.count, innerStride: inputPlane,
      bufferAddress: base,
      tile: index
    ).merged
    let store = Transfer(
      memoryAddress: output + box.planes.lowerBound * outputPlane + box.rows.lowerBound * columns.output,
      runBytes: box.rows.count * columns.output, innerCount: box.planes.count, innerStride: outputPlane,
      bufferAddress: 0, tile: index
    ).merged
    let top = box.rows.lowerBound * rows.stride - rows.before
    let elements = AffineAxis(
      middle: box.rows.count, inner: columns.output, outerOffset: needed.count * columns.input,
      middleOffset: rows.stride * columns.input, innerOffset: columns.stride, middleRow: rows.stride,
      innerColumn: columns.stride,
      start: .init(
        offset: base + (top - needed.lowerBound) * columns.input - columns.before, row: top, column: -columns.before))
    let taps = AffineAxis(
      middle: rows.kernel, inner: columns.kernel, outerOffset: 0, middleOffset: rows.dilation * columns.input,
      innerOffset: columns.dilation, middleRow: rows.dilation, innerColumn: columns.dilation,
      start: .init(offset: 0, row: 0, column: 0))
    let bounds = VectorJob.Bounds(
      height: Int32(rows.input), width: Int32(columns.input), paddedHeight: Int32(rows.input + rows.after),
      paddedWidth: Int32(columns.input + columns.after))
    let job = VectorJob(
      source: .buffer(isSigned: isSigned), elements: elements, taps: taps, tapCount: rows.kernel * columns.kernel,
      bounds: bounds, store: store)
    return .init(loads: [load], job: job)
  }
}
