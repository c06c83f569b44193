public import Tensors

/// The reference convolution: what every machine's psums are compared with, bit for bit.
///
/// Three forms over one geometry: integer operands into wrapping 32-bit psums (any order of additions gives the same
/// bits), binary32, and binary32 or bfloat16 in a stated order of additions. Bias starts the psum.
public enum GoldenConvolution {}

extension GoldenConvolution {
  /// Positions whose patches are gathered at a time: a block of them and one filter stay in the second-level cache.
  private static let positionBlock = 64
  /// Patches and filters are padded with zeros to a multiple of this many products, so that no loop has a remainder.
  private static let productBlock = 16

  /// Integer psums [N, M, P, Q]: bias + sum of ifmap x filter, wrapping at 32 bits.
  ///
  /// Operands come with their zero points already subtracted, so padding is the number 0. Throws `LayerError` where a
  /// shape does not match the layer's.
  public static func psums(
    _ layer: ConvolutionLayer, ifmap: Tensor<Int16>, filter: Tensor<Int16>, bias: [Int32] = []
  ) throws(LayerError) -> Tensor<Int32> {
    try layer.check(ifmap: ifmap.shape.dimensions, filter: filter.shape.dimensions, biasCount: bias.count)
    let geometry = try PatchGeometry(layer)
    let padded = layer.padded(ifmap.elements, zero: 0)
    let length = layer.reductionLength
    let pitch = (length + productBlock - 1) / productBlock * productBlock
    let filters = pitch == length ? filter.elements : repitched(filter.elements, from: length, to: pitch)
    let starts = bias.isEmpty ? [Int32](repeating: 0, count: layer.filters) : bias
    if layer.filtersPerGroup == 1, layer.groups > 1 {
      return depthwisePsums(layer, padded: padded, filter: filter.elements, starts: starts, geometry: geometry)
    }
    var psums = Tensor<Int32>(layer.ofmapShape, repeating: 0)
    var patches = [Int16](repeating: 0, count: positionBlock * pitch)
    var block = [Int32](repeating: 0, count: positionBlock)
    for group in 0..<layer.groups {
      for first in stride(from: 0, to: layer.positions, by: positionBlock) {
        let count = min(positionBlock, layer.positions - first)
        gather(
          padded.span, geometry.positionOffsets.span, first, count, geometry.reductionOffsets.span,
          group * geometry.groupOffset, pitch, into: &patches)
        for m in group * layer.filtersPerGroup..<(group + 1) * layer.filtersPerGroup {
          multiply(patches.span, filters.span, row: m * pitch, pitch, count, start: starts[m], into: &block)
          layer.scatter(block, filter: m, firstPosition: first, count: count, into: &psums.elements)
        }
      }
    }
    return psums
  }

  private static func repitched(_ rows: [Int16], from length: Int, to pitch: Int) -> [Int16] {
    let count = rows.count / length
    var padded = [Int16](repeating: 0, count: count * pitch)
    for row in 0..<count {
      for k in 0..<length { padded[row * pitch + k] = rows[row * length + k] }
    }
    return padded
  }

  /// Copies the operands of `count` positions into rows of `pitch` products.
  private static func gather(
    _ padded: Span<Int16>, _ positions: Span<Int>, _ first: Int, _ count: Int, _ products: Span<Int>, _ base: Int,
    _ pitch: Int, into patches: inout [Int16]
  ) {
    var target = patches.mutableSpan
    precondition(products.count <= pitch && count * pitch <= target.count, "the patches fit their block")
    for position in 0..<count {
      let origin = positions[first + position] + base
      // The last product has the largest offset: one check stands for all of them.
      precondition(origin >= 0 && origin + products[products.count - 1] < padded.count, "a patch lies in the ifmap")
      let row = position * pitch
      for k in 0..<products.count {
        unsafe target[unchecked: row + k] = padded[unchecked: origin &+ products[unchecked: k]]
      }
    }
  }

  /// Dot products of one filter with `count` patches, four at a time so that each filter word is loaded once.
  private static func multiply(
    _ patches: Span<Int16>, _ filters: Span<Int16>, row: Int, _ pitch: Int, _ count: Int, start: Int32,
    into block: inout [Int32]
  ) {
    precondition(count * pitch <= patches.count && row + pitch <= filters.count, "patches and filter are whole")
    var position = 0
    while position + 4 <= count {
      let origin = position * pitch
      var sum0: Int32 = 0
      var sum1: Int32 = 0
      var sum2: Int32 = 0
      var sum3: Int32 = 0
      for k in 0..<pitch {
        let weight = unsafe Int32(filters[unchecked: row &+ k])
        unsafe sum0 &+= weight &* Int32(patches[unchecked: origin &+ k])
        unsafe sum1 &+= weight &* Int32(patches[unchecked: origin &+ pitch &+ k])
        unsafe sum2 &+= weight &* Int32(patches[unchecked: origin &+ 2 &* pitch &+ k])
        unsafe sum3 &+= weight &* Int32(patches[unchecked: origin &+ 3 &* pitch &+ k])
      }
      block[position] = start &+ sum0
      block[position + 1] = start &+ sum1
      block[position + 2] = start &+ sum2
      block[position + 3] = start &+ sum3
      position += 4
    }
    while position < count {
      let origin = position * pitch
      var sum: Int32 = 0
      for k in 0..<pitch {
        unsafe sum &+= Int32(filters[unchecked: row &+ k]) &* Int32(patches[unchecked: origin &+ k])
      }
      block[position] = start &+ sum
      position += 1
    }
  }
}

extension ConvolutionLayer {
  /// Writes one filter's results of consecutive (n, p, q) positions into an [N, M, P, Q] ofmap.
  func scatter<Element>(
    _ block: [Element], filter: Int, firstPosition: Int, count: Int, into ofmap: inout [Element]
  ) {
    let plane = outputHeight * outputWidth
    var done = 0
    while done < count {
      let position = firstPosition + done
      let (image, offset) = position.quotientAndRemainder(dividingBy: plane)
      let run = min(count - done, plane - offset)
      let target = (image * filters + filter) * plane + offset
      for step in 0..<run { ofmap[target + step] = block[done + step] }
      done += run
    }
  }
}
