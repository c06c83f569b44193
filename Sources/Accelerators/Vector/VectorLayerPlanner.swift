import Compute
import Mappings
import Memory
import Tensors

/// Cuts layers of the vector unit into tiles that fit one half of the vector buffer.
struct VectorLayerPlanner {
  /// What reports call the layer.
  let name: String
  /// Bytes of one half of the buffer.
  let halfBytes: Int
  /// Bytes of the memory port: tiles of plain runs are multiples of it.
  let portBytes: Int

  init(name: String, spec: some NetworkSpec) {
    self.name = name
    halfBytes = spec.vector.bufferBytes / 2
    portBytes = spec.memory.portBytes
  }

  /// First byte of the half that tile `index` uses.
  func base(ofTile index: Int) -> Int { index % 2 * halfBytes }

  /// Byte i of the result from byte i of each operand: addition, tables, moves.
  func elementwise(
    _ operation: VectorOperation, bytes: Int, isSigned: Bool, inputs: [Int], output: Int, parameters: Transfer? = nil
  ) throws(ScheduleError) -> PlacedVectorLayer {
    let share = halfBytes / inputs.count
    let chunk = share >= portBytes ? share / portBytes * portBytes : share
    try require(1, of: chunk, what: "an element of each of \(inputs.count) operands", halves: 2 * inputs.count)
    let tiles = stride(from: 0, to: bytes, by: chunk).enumerated().map { index, first in
      let count = min(chunk, bytes - first)
      let base = base(ofTile: index)
      let loads = inputs.enumerated().map { operand, address in
        Transfer(
          memoryAddress: address + first, runBytes: count, bufferAddress: base + operand * chunk, tile: index,
          completesTile: operand == inputs.count - 1)
      }
      let job = VectorJob(
        source: .buffer(isSigned: isSigned),
        elements: .box(middle: 1, inner: bytes, outerOffset: 0, middleOffset: 0, innerOffset: 1, start: base),
        taps: .dense(stride: chunk), tapCount: inputs.count, bounds: .none,
        store: Transfer(memoryAddress: output + first, runBytes: count, bufferAddress: 0, tile: index))
      return PlacedVectorLayer.Tile(loads: loads, job: job)
    }
    return PlacedVectorLayer(name: name, operation: operation, parameterLoad: parameters, tiles: tiles)
  }

  /// Rows of `rowBytes` bytes, moved to places `outputPitch` bytes apart: one operand of a concatenation.
  func rows(
    _ operation: VectorOperation, count: Int, rowBytes: Int, isSigned: Bool, input: Int, output: Int, outputPitch: Int
  ) throws(ScheduleError) -> PlacedVectorLayer {
    try require(1, of: halfBytes, what: "an element", halves: 2)
    let rowsPerTile = max(1, min(count, halfBytes / rowBytes))
    let piece = min(rowBytes, halfBytes)
    var tiles: [PlacedVectorLayer.Tile] = []
    for row in stride(from: 0, to: count, by: rowsPerTile) {
      for first in stride(from: 0, to: rowBytes, by: piece) {
        let (rows, run) = (min(rowsPerTile, count - row), min(piece, rowBytes - first))
        let base = base(ofTile: tiles.count)
        let load = Transfer(
          memoryAddress: input + row * rowBytes + first, runBytes: run, innerCount: rows, innerStride: rowBytes,
          bufferAddress: base, tile: tiles.count
        ).merged
        let store = Transfer(
          memoryAddress: output + row * outputPitch + first, runBytes: run, innerCount: rows, innerStride: outputPitch,
          bufferAddress: 0, tile: tiles.count
        ).merged
        let elements = AffineAxis.box(
          middle: 1, inner: rows * run, outerOffset: 0, middleOffset: 0, innerOffset: 1, start: base)
        let job = VectorJob(
          source: .buffer(isSigned: isSigned), elements: elements, taps: .dense(stride: 0), tapCount: 1, bounds: .none,
          store: store)
        tiles.append(.init(loads: [load], job: job))
      }
    }
    return PlacedVectorLayer(name: name, operation: operation, parameterLoad: nil, tiles: tiles)
  }

  /// Throws unless the buffer has `needed` bytes in the share that a tile can use.
  func require(_ needed: Int, of available: Int, what: String, halves: Int) throws(ScheduleError) {
    guard available < needed else { return }
    throw ScheduleError(
      layer: name, key: "machine.vector.buffer_bytes", what: what, neededBytes: needed, availableBytes: available,
      leastLegalBytes: needed * halves)
  }
}
