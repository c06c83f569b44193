import Tensors
import Testing

@testable import Workloads

/// Layers that visit every parameter of the loop nest.
private let layers: [ConvolutionLayer] = {
  var layers: [ConvolutionLayer] = []
  var random = SplitMix(seed: 11)
  while layers.count < 120 {
    let groups = random.next(in: 1...3)
    let layer = try? ConvolutionLayer(
      name: "random \(layers.count)", batch: random.next(in: 1...2), inputChannels: groups * random.next(in: 1...4),
      inputHeight: random.next(in: 1...11), inputWidth: random.next(in: 1...11),
      filters: groups * random.next(in: 1...20), filterHeight: random.next(in: 1...4),
      filterWidth: random.next(in: 1...4), strideHeight: random.next(in: 1...3), strideWidth: random.next(in: 1...3),
      paddingTop: random.next(in: 0...2), paddingLeft: random.next(in: 0...2), paddingBottom: random.next(in: 0...2),
      paddingRight: random.next(in: 0...2), dilationHeight: random.next(in: 1...2),
      dilationWidth: random.next(in: 1...3), groups: groups)
    if let layer { layers.append(layer) }
  }
  return layers
}()

@Suite struct GoldenConvolutionTests {
  @Test(arguments: layers) func integersEqualTheLoopNest(layer: ConvolutionLayer) throws {
    var random = SplitMix(seed: UInt64(layer.macs))
    let ifmap = Tensor(layer.ifmapShape, (0..<layer.ifmapShape.count).map { _ in Int16(random.next(in: -255...255)) })
    let filter = Tensor(layer.filterShape, (0..<layer.weights).map { _ in Int16(random.next(in: -255...255)) })
    let bias = (0..<layer.filters).map { _ in Int32(truncatingIfNeeded: random.next()) }
    let psums = try GoldenConvolution.psums(layer, ifmap: ifmap, filter: filter, bias: bias)
    let expected = loopNest(layer) { terms, m in
      terms.reduce(bias[m]) {
        IntegerArithmetic.multiplyAdd(
          ifmap.elements[$1.ifmap ?? 0] * ($1.ifmap == nil ? 0 : 1), filter.elements[$1.filter], $0)
      }
    }
    #expect(psums.elements == expected)
  }

  @Test(arguments: layers) func bfloat16EqualsTheArrayOrder(layer: ConvolutionLayer) throws {
    var random = SplitMix(seed: UInt64(layer.macs + 1))
    func value() -> BFloat16 { BFloat16(Float(random.next(in: -1000...1000)) / 37) }
    let ifmap = Tensor(layer.ifmapShape, (0..<layer.ifmapShape.count).map { _ in value() })
    let filter = Tensor(layer.filterShape, (0..<layer.weights).map { _ in value() })
    let bias = (0..<layer.filters).map { _ in value().float }
    let fold = random.next(in: 1...layer.reductionLength)
    var indices = Array(0..<layer.reductionLength)
    if layer.macs % 2 == 0 { indices.reverse() }
    let psums = try GoldenConvolution.psums(
      layer, ifmap: ifmap, filter: filter, bias: bias, order: ReductionOrder(indices: indices, foldLength: fold))
    let expected = loopNest(layer) { terms, m in
      var running = Int32(bitPattern: bias[m].bitPattern)
      for first in stride(from: 0, to: terms.count, by: fold) {
        var sum: Int32 = 0
        for k in indices[first..<min(first + fold, terms.count)] {
          let operand = terms[k].ifmap.map { ifmap.elements[$0] } ?? BFloat16(bitPattern: 0)
          sum = BFloat16Arithmetic.multiplyAdd(
            Int16(bitPattern: operand.bitPattern), Int16(bitPattern: filter.elements[terms[k].filter].bitPattern), sum)
        }
        running = BFloat16Arithmetic.add(running, sum)
      }
      return running
    }
    #expect(psums.elements.map { Int32(bitPattern: $0.bitPattern) } == expected)
  }

  @Test func wrongShapesAreRefused() throws {
    let layer = try ConvolutionLayer.gemm(m: 2, k: 3, n: 4)
    let error = #expect(throws: LayerError.self) {
      try GoldenConvolution.psums(
        layer, ifmap: Tensor<Int16>([2, 2, 1, 1], repeating: 0), filter: Tensor<Int16>([4, 3, 1, 1], repeating: 0))
    }
    #expect(error?.description == "layer gemm: the ifmap is 2x2x1x1, not 2x3x1x1")
    #expect(!ReductionOrder(indices: [0, 0, 1]).isLegal(length: 3))
    #expect(!ReductionOrder(foldLength: 0).isLegal(length: 3))
  }

  /// The textbook loops: the terms of every ofmap element in (c, r, s) order, nil where the window is on padding.
  private func loopNest(_ layer: ConvolutionLayer, _ sum: ([(ifmap: Int?, filter: Int)], Int) -> Int32) -> [Int32] {
    var psums: [Int32] = []
    for n in 0..<layer.batch {
      for m in 0..<layer.filters {
        for p in 0..<layer.outputHeight {
          for q in 0..<layer.outputWidth { psums.append(sum(terms(layer, n, m, p, q), m)) }
        }
      }
    }
    return psums
  }

  private func terms(_ layer: ConvolutionLayer, _ n: Int, _ m: Int, _ p: Int, _ q: Int) -> [(ifmap: Int?, filter: Int)]
  {
    var terms: [(ifmap: Int?, filter: Int)] = []
    let group = m / layer.filtersPerGroup
    for c in 0..<layer.channelsPerGroup {
      for r in 0..<layer.filterHeight {
        for s in 0..<layer.filterWidth {
          let h = p * layer.strideHeight + r * layer.dilationHeight - layer.paddingTop
          let w = q * layer.strideWidth + s * layer.dilationWidth - layer.paddingLeft
          let inside = (0..<layer.inputHeight).contains(h) && (0..<layer.inputWidth).contains(w)
          let channel = n * layer.inputChannels + group * layer.channelsPerGroup + c
          let weight = ((m * layer.channelsPerGroup + c) * layer.filterHeight + r) * layer.filterWidth + s
          terms.append((inside ? (channel * layer.inputHeight + h) * layer.inputWidth + w : nil, weight))
        }
      }
    }
    return terms
  }
}
