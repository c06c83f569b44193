internal import Tensors

// Where a group has one filter, gathering patches costs more than multiplying them: planes are walked as they lie instead.

extension GoldenConvolution {
  /// Taps that one pass over a run multiplies, so that psums are loaded and stored once for several products.
  private static let tapsAtOnce = 4

  /// Psums of a layer whose groups have one filter each, from the padded ifmap.
  static func depthwisePsums(
    _ layer: ConvolutionLayer, padded: [Int16], filter: [Int16], starts: [Int32], geometry: PatchGeometry
  ) -> Tensor<Int32> {
    var psums = Tensor<Int32>(layer.ofmapShape, repeating: 0)
    // With a stride of 1 neighbouring windows are neighbours in memory, across rows too: the columns between the end of one
    // row and the start of the next are computed and dropped. Otherwise each row is a run of its own.
    let isDense = layer.strideHeight == 1 && layer.strideWidth == 1
    let runs = isDense ? 1 : layer.outputHeight
    let length = isDense ? (layer.outputHeight - 1) * layer.paddedWidth + layer.outputWidth : layer.outputWidth
    var sums = [Int32](repeating: 0, count: length)
    let taps = (layer.reductionLength + tapsAtOnce - 1) / tapsAtOnce * tapsAtOnce
    var offsets = geometry.reductionOffsets
    offsets += [Int](repeating: 0, count: taps - offsets.count)
    var weights = [Int32](repeating: 0, count: taps)
    let plane = layer.outputHeight * layer.outputWidth
    for image in 0..<layer.batch {
      for m in 0..<layer.filters {
        for k in 0..<layer.reductionLength { weights[k] = Int32(filter[m * layer.reductionLength + k]) }
        for run in 0..<runs {
          fill(&sums, with: starts[m])
          let first = image * plane + run * layer.outputWidth
          let base = geometry.positionOffsets[first] + m * geometry.groupOffset
          for tap in stride(from: 0, to: taps, by: tapsAtOnce) {
            multiply(
              padded.span, base, offsets.span, weights.span, tap, stride: layer.strideWidth, into: &sums)
          }
          let target = (image * layer.filters + m) * plane + run * layer.outputWidth
          keep(sums.span, layer, rows: isDense ? layer.outputHeight : 1, at: target, &psums.elements)
        }
      }
    }
    return psums
  }

  private static func fill(_ sums: inout [Int32], with start: Int32) {
    var target = sums.mutableSpan
    for index in 0..<target.count { unsafe target[unchecked: index] = start }
  }

  /// Copies the columns of a run that belong to windows.
  private static func keep(
    _ sums: Span<Int32>, _ layer: ConvolutionLayer, rows: Int, at first: Int, _ psums: inout [Int32]
  ) {
    var target = psums.mutableSpan
    let (width, pitch) = (layer.outputWidth, layer.paddedWidth)
    precondition(
      (rows - 1) * pitch + width <= sums.count && first + rows * width <= target.count, "a run has all its windows")
    for row in 0..<rows {
      for column in 0..<width {
        unsafe target[unchecked: first &+ row &* width &+ column] = sums[unchecked: row &* pitch &+ column]
      }
    }
  }

  /// Adds four products to each psum of a run.
  private static func multiply(
    _ padded: Span<Int16>, _ base: Int, _ offsets: Span<Int>, _ weights: Span<Int32>, _ tap: Int, stride: Int,
    into sums: inout [Int32]
  ) {
    var target = sums.mutableSpan
    let count = target.count
    let (first, second, third, fourth) = (
      base + offsets[tap], base + offsets[tap + 1], base + offsets[tap + 2], base + offsets[tap + 3]
    )
    let (weight0, weight1, weight2, weight3) = (
      weights[tap], weights[tap + 1], weights[tap + 2], weights[tap + 3]
    )
    let last = (count - 1) * stride
    precondition(
      min(first, second, third, fourth) >= 0 && max(first, second, third, fourth) + last < padded.count,
      "a run lies in the ifmap")
    if stride == 1 {
      for index in 0..<count {
        unsafe target[unchecked: index] &+=
          weight0 &* Int32(padded[unchecked: first &+ index])
          &+ weight1 &* Int32(padded[unchecked: second &+ index])
          &+ weight2 &* Int32(padded[unchecked: third &+ index])
          &+ weight3 &* Int32(padded[unchecked: fourth &+ index])
      }
    } else {
      for index in 0..<count {
        let step = index &* stride
        unsafe target[unchecked: index] &+=
          weight0 &* Int32(padded[unchecked: first &+ step])
          &+ weight1 &* Int32(padded[unchecked: second &+ step])
          &+ weight2 &* Int32(padded[unchecked: third &+ step])
          &+ weight3 &* Int32(padded[unchecked: fourth &+ step])
      }
    }
  }
}
