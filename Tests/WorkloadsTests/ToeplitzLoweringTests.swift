import Tensors
import Testing
import Workloads

@Suite("Toeplitz lowering and reuse")
struct ToeplitzLoweringTests {
  /// A layer of odd extents, from a seed.
  private func layer(_ random: inout SplitMix64) -> ConvolutionLayer? {
    func draw(_ range: ClosedRange<Int>) -> Int { range.lowerBound + Int(random.next(below: UInt64(range.count))) }
    let groups = draw(1...3)
    return try? ConvolutionLayer(
      name: "random", batch: draw(1...2), inputChannels: groups * draw(1...3), inputHeight: draw(1...8),
      inputWidth: draw(1...8), filters: groups * draw(1...3), filterHeight: draw(1...4), filterWidth: draw(1...4),
      strideHeight: draw(1...3), strideWidth: draw(1...3), paddingTop: draw(0...3), paddingLeft: draw(0...3),
      paddingBottom: draw(0...3), paddingRight: draw(0...3), dilationHeight: draw(1...2), dilationWidth: draw(1...3),
      groups: groups)
  }

  @Test("By hand: 2 x 2 filter over 3 x 3, one channel: 4 x 4 matrix, 9 elements of 16 are new")
  func byHand() throws {
    let layer = try ConvolutionLayer(
      name: "hand", inputChannels: 1, inputHeight: 3, inputWidth: 3, filters: 2, filterHeight: 2, filterWidth: 2)
    let toeplitz = try ToeplitzLowering(layer)
    #expect(toeplitz.elements == 16 && toeplitz.paddingElements == 0 && toeplitz.duplicatedElements == 7)
    #expect(
      toeplitz.matrix(of: [1, 2, 3, 4, 5, 6, 7, 8, 9], elementBytes: 1, zero: [0])
        == [1, 2, 4, 5, 2, 3, 5, 6, 4, 5, 7, 8, 5, 6, 8, 9])
    #expect(toeplitz.product.ifmapShape == [1, 4, 2, 2] && toeplitz.product.filterShape == [2, 4, 1, 1])
    let reuse = LayerReuse(layer)
    // 16 pairs of window and element over 9 elements; 2 filters; 8 weights, each in 4 windows of 1 image.
    #expect(reuse.ifmapElements == 9 && reuse.convolutionalIfmap == 7 && reuse.fmap == 16)
    #expect(reuse.weights == 8 && reuse.convolutionalFilter == 24 && reuse.filter == 0)
    #expect(reuse.macs == 32 && reuse.paddingMACs == 0)
  }

  @Test("By hand: padding and a batch of 2; 1 x 3 filter over 1 x 2, padded by 1 on either side")
  func paddingByHand() throws {
    let layer = try ConvolutionLayer(
      name: "hand", batch: 2, inputChannels: 1, inputHeight: 1, inputWidth: 2, filters: 3, filterHeight: 1,
      filterWidth: 3, paddingLeft: 1, paddingRight: 1)
    let toeplitz = try ToeplitzLowering(layer)
    // Rows s = 0, 1, 2 over windows q = 0, 1: (z a) (a b) (b z), for each image.
    #expect(
      toeplitz.matrix(of: [5, 6, 7, 8], elementBytes: 1, zero: [9]) == [9, 5, 5, 6, 6, 9, 9, 7, 7, 8, 8, 9])
    #expect(toeplitz.elements == 12 && toeplitz.paddingElements == 4 && toeplitz.duplicatedElements == 4)
    let reuse = LayerReuse(layer)
    #expect(reuse.macs == 36 && reuse.paddingMACs == 12 && reuse.ifmapUses == 24)
    #expect(reuse.ifmapElements == 4 && reuse.convolutionalIfmap == 4 && reuse.fmap == 16)
    #expect(reuse.weights == 9 && reuse.convolutionalFilter == 9 && reuse.filter == 18)
  }

  @Test("Counts equal a walk over all MACs; first uses and reuse add up to all uses")
  func countsAgainstAWalk() throws {
    var random = SplitMix64(seed: 5)
    var ran = 0
    while ran < 200 {
      guard let layer = layer(&random) else { continue }
      ran += 1
      let reuse = LayerReuse(layer)
      let walk = Walk(layer)
      #expect(reuse.ifmapElements == walk.elements && reuse.ifmapUses == walk.uses, "\(layer)")
      #expect(reuse.ifmapElements + reuse.convolutionalIfmap + reuse.fmap == walk.uses, "\(layer)")
      #expect(reuse.weights + reuse.convolutionalFilter + reuse.filter == layer.macs, "\(layer)")
      #expect(reuse.convolutionalIfmap == walk.furtherWindows && reuse.fmap == walk.furtherFilters, "\(layer)")
      let toeplitz = try ToeplitzLowering(layer)
      #expect(toeplitz.product.macs == layer.macs && toeplitz.product.ofmapShape == layer.ofmapShape)
      #expect(toeplitz.duplicatedElements == walk.furtherWindows, "\(layer)")
      #expect(toeplitz.elements - toeplitz.paddingElements == walk.elements + walk.furtherWindows, "\(layer)")
    }
  }

  @Test("The product with the matrix is the convolution")
  func productsEqualConvolutions() throws {
    var random = SplitMix64(seed: 6)
    var tensors = RandomTensors(seed: 7)
    var ran = 0
    while ran < 100 {
      guard let layer = layer(&random) else { continue }
      ran += 1
      let ifmap = tensors.uint8(layer.ifmapShape, zeroFraction: 0.2)
      let filter = tensors.int8(layer.filterShape, zeroFraction: 0.2).map { Int16($0) }
      let toeplitz = try ToeplitzLowering(layer)
      let matrix = toeplitz.matrix(of: ifmap.elements, elementBytes: 1, zero: [0])
      let direct = try GoldenConvolution.psums(layer, ifmap: ifmap.map { Int16($0) }, filter: filter)
      let product = try GoldenConvolution.psums(
        toeplitz.product, ifmap: Tensor(toeplitz.product.ifmapShape, matrix.map { Int16($0) }),
        filter: filter.reshaped(toeplitz.product.filterShape))
      #expect(direct == product, "\(layer)")
    }
  }
}

/// Every MAC of a layer, one by one.
private struct Walk {
  var uses = 0
  var furtherWindows = 0
  var furtherFilters = 0
  var elements: Int { met.count }
  private var met: Set<[Int]> = []

  init(_ layer: ConvolutionLayer) {
    for n in 0..<layer.batch {
      for m in 0..<layer.filters {
        for p in 0..<layer.outputHeight {
          for q in 0..<layer.outputWidth { walk(layer, n, m, p, q) }
        }
      }
    }
  }

  private mutating func walk(_ layer: ConvolutionLayer, _ n: Int, _ m: Int, _ p: Int, _ q: Int) {
    let group = m / layer.filtersPerGroup
    for c in 0..<layer.channelsPerGroup {
      for r in 0..<layer.filterHeight {
        for s in 0..<layer.filterWidth {
          let h = p * layer.strideHeight + r * layer.dilationHeight - layer.paddingTop
          let w = q * layer.strideWidth + s * layer.dilationWidth - layer.paddingLeft
          guard h >= 0, h < layer.inputHeight, w >= 0, w < layer.inputWidth else { continue }
          uses += 1
          if m % layer.filtersPerGroup > 0 {
            furtherFilters += 1
          } else if !met.insert([n, group * layer.channelsPerGroup + c, h, w]).inserted {
            furtherWindows += 1
          }
        }
      }
    }
  }
}
