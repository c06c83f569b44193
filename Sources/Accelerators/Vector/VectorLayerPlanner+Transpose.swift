import Compute
import Mappings
import Memory
import Tensors

/// Dimensions in another order, as few nested loops over bytes as possible.
struct Transposition {
  /// One loop over the results, outermost first.
  struct Loop: Equatable {
    var extent: Int
    /// Bytes between neighbours in the operand.
    var stride: Int
  }

  /// The loops; none or one of stride 1 means that the bytes already lie right.
  let loops: [Loop]

  /// The result's dimension i is dimension `order[i]` of a tensor of `shape`, elements of `elementBytes` bytes.
  init(_ shape: Shape, order: [Int], elementBytes: Int) {
    let strides = shape.strides.map { $0 * elementBytes }
    let all = order.map { Loop(extent: shape[$0], stride: strides[$0]) } + [Loop(extent: elementBytes, stride: 1)]
    var merged: [Loop] = []
    for loop in all where loop.extent != 1 {
      if let last = merged.last, last.stride == loop.stride * loop.extent {
        merged[merged.count - 1] = Loop(extent: last.extent * loop.extent, stride: loop.stride)
      } else {
        merged.append(loop)
      }
    }
    loops = merged
  }

  /// Whether every byte is in its place already.
  var isIdentity: Bool { loops.isEmpty || loops == [Loop(extent: loops[0].extent, stride: 1)] }
}

extension VectorLayerPlanner {
  /// A transposition: boxes of up to three loops are loaded as they lie and read in the new order.
  func transposition(_ transposition: Transposition, input: Int, output: Int) throws(ScheduleError) -> PlacedVectorLayer
  {
    try require(1, of: halfBytes, what: "an element", halves: 2)
    let loops = transposition.loops
    let boxLoops = boxLoops(loops)
    let (leading, box) = (loops.dropLast(boxLoops), Array(loops.suffix(boxLoops)))
    let innerBytes = box.dropFirst().reduce(1) { $0 * $1.extent }
    let chunk = max(1, min(box[0].extent, halfBytes / innerBytes))
    let boxBytes = box[0].extent * innerBytes
    let leadingCount = leading.reduce(1) { $0 * $1.extent }
    var tiles: [PlacedVectorLayer.Tile] = []
    for position in 0..<leadingCount {
      let origin = input + offset(of: position, in: leading)
      for first in stride(from: 0, to: box[0].extent, by: chunk) {
        var part = box
        part[0].extent = min(chunk, box[0].extent - first)
        let target = output + position * boxBytes + first * innerBytes
        tiles.append(
          tile(tiles.count, part, from: origin + first * box[0].stride, to: target))
      }
    }
    return PlacedVectorLayer(
      name: name, operation: .move(VectorRescaling()), parameterLoad: nil, tiles: tiles)
  }

  /// Innermost loops of a tile: as many as fit, up to three, or two where none of three runs over neighbouring bytes.
  private func boxLoops(_ loops: [Transposition.Loop]) -> Int {
    for count in [3, 2] where loops.count >= count {
      let box = loops.suffix(count)
      let fits = box.dropFirst().reduce(1) { $0 * $1.extent } <= halfBytes
      if fits, count < 3 || box.contains(where: { $0.stride == 1 }) { return count }
    }
    return 1
  }

  private func offset(of position: Int, in loops: ArraySlice<Transposition.Loop>) -> Int {
    var (rest, offset) = (position, 0)
    for loop in loops.reversed() {
      offset += rest % loop.extent * loop.stride
      rest /= loop.extent
    }
    return offset
  }

  private func tile(
    _ index: Int, _ box: [Transposition.Loop], from source: Int, to target: Int
  ) -> PlacedVectorLayer.Tile {
    let base = base(ofTile: index)
    // In the buffer the operand's order stays: the loop of the smallest stride runs fastest.
    let ascending = box.indices.sorted { box[$0].stride < box[$1].stride }
    var pitches = [Int](repeating: 0, count: box.count)
    var pitch = 1
    for loop in ascending {
      pitches[loop] = pitch
      pitch *= box[loop].extent
    }
    var loads = ascending.map { box[$0] }[...]
    let run = loads.first?.stride == 1 ? loads.removeFirst().extent : 1
    let one = Transposition.Loop(extent: 1, stride: 0)
    let (inner, outer) = (loads.popFirst() ?? one, loads.popFirst() ?? one)
    let load = Transfer(
      memoryAddress: source, runBytes: run, innerCount: inner.extent, innerStride: inner.stride,
      outerCount: outer.extent, outerStride: outer.stride, bufferAddress: base, tile: index
    ).merged
    let padding = [Int](repeating: 0, count: 3 - box.count)
    let offsets = padding + pitches
    let extents = padding.map { _ in 1 } + box.map(\.extent)
    let elements = AffineAxis.box(
      middle: extents[1], inner: extents[2], outerOffset: offsets[0], middleOffset: offsets[1],
      innerOffset: offsets[2], start: base)
    let job = VectorJob(
      source: .buffer(isSigned: false), elements: elements, taps: .dense(stride: 0), tapCount: 1, bounds: .none,
      store: Transfer(memoryAddress: target, runBytes: pitch, bufferAddress: 0, tile: index))
    return .init(loads: [load], job: job)
  }
}
