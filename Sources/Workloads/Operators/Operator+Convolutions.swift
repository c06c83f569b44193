internal import Tensors

extension Operator {
  /// Convolutions, direct and transposed.
  static let convolutions: [String: Operator] = [
    "Conv": Operator(inputs: 2...3) { context throws(NetworkError) in
      try context.requireFloat(0)
      try context.requireSameType(1)
      if context.has(2) { try context.requireSameType(2) }
      return [try convolutionOutput(context, filter: 1, bias: 2, type: context.type(0).type)]
    } evaluate: { context, types throws(NetworkError) in
      let layer = try convolutionLayer(context, filter: 1)
      let ifmap = Tensor(layer.ifmapShape, try context.floats(0))
      let filter = Tensor(layer.filterShape, try context.floats(1))
      let bias = context.has(2) ? try context.floats(2) : []
      let psums = try golden(context) { () throws(LayerError) in
        try GoldenConvolution.psums(layer, ifmap: ifmap, filter: filter, bias: bias)
      }
      return [AnyTensor(types[0].type.elementType, types[0].shape, floats: psums.elements)]
    },
    "ConvInteger": Operator(inputs: 2...4) { context throws(NetworkError) in
      [try convolutionOutput(context, filter: 1, bias: nil, type: .int32)]
    } evaluate: { context, types throws(NetworkError) in
      let psums = try integerPsums(context, x: (0, 2), w: (1, 3), bias: nil)
      return [.int32(psums.reshaped(types[0].shape))]
    },
    "QLinearConv": Operator(inputs: 8...9) { context throws(NetworkError) in
      [try convolutionOutput(context, filter: 3, bias: 8, type: context.type(7).type)]
    } evaluate: { context, types throws(NetworkError) in
      let psums = try integerPsums(context, x: (0, 2), w: (3, 5), bias: 8)
      let scales = try requantisationScales(context, input: 1, weight: 4, output: 6, channels: psums.shape[1])
      let inner = psums.shape.dimensions.dropFirst(2).reduce(1, *)
      return [
        try requantised(context, psums.elements, types[0], zeroPoint: 7) { scales[$0 / inner % scales.count] }
      ]
    },
    "ConvTranspose": convolutionTranspose,
  ]

  /// The convolution that a Conv, ConvInteger or QLinearConv node is; 1-D ones have one row.
  static func convolutionLayer(_ context: NodeContext, filter: Int) throws(NetworkError) -> ConvolutionLayer {
    let input = try context.shape(0)
    let weight = try context.shape(filter)
    guard input.rank == weight.rank, input.rank == 3 || input.rank == 4 else {
      throw context.fail(.unsupported, "convolves \(input) with \(weight); 1-D and 2-D convolutions are supported")
    }
    let kernel = Array(weight.dimensions.dropFirst(2))
    if let declared = try context.integerList("kernel_shape"), declared != kernel {
      throw context.fail(.inconsistent, "kernel_shape is \(declared), the weights are \(weight)")
    }
    let groups = try context.integer("group") ?? 1
    let axes = try context.window(input: input, kernel: kernel)
    let flat = SpatialAxis(input: 1, kernel: 1, stride: 1, dilation: 1, before: 0, after: 0, output: 1)
    let (rows, columns) = (axes.count == 2 ? axes[0] : flat, axes[axes.count - 1])
    let layer = try golden(context) { () throws(LayerError) in
      try ConvolutionLayer(
        name: context.node.label, batch: input[0], inputChannels: input[1], inputHeight: rows.input,
        inputWidth: columns.input, filters: weight[0], filterHeight: rows.kernel, filterWidth: columns.kernel,
        strideHeight: rows.stride, strideWidth: columns.stride, paddingTop: rows.before, paddingLeft: columns.before,
        paddingBottom: rows.after, paddingRight: columns.after, dilationHeight: rows.dilation,
        dilationWidth: columns.dilation, groups: groups)
    }
    if layer.channelsPerGroup != weight[1] {
      throw context.fail(
        .inconsistent,
        "the weights have \(weight[1]) channels, \(input[1]) in \(groups) groups are \(layer.channelsPerGroup)")
    }
    return layer
  }

  private static func convolutionOutput(
    _ context: NodeContext, filter: Int, bias: Int?, type: ONNXDataType
  ) throws(NetworkError) -> ValueType {
    let layer = try convolutionLayer(context, filter: filter)
    if let bias, context.has(bias), try context.shape(bias).dimensions != [layer.filters] {
      throw context.fail(.inconsistent, "the bias is \(try context.shape(bias)), not \(layer.filters) numbers")
    }
    var dimensions = layer.ofmapShape.dimensions
    if try context.shape(0).rank == 3 { dimensions.remove(at: 2) }
    return ValueType(type: type, shape: try context.shape(dimensions))
  }

  /// Runs a body that knows layers only, and puts the node's name into its errors.
  static func golden<Result>(
    _ context: NodeContext, _ body: () throws(LayerError) -> Result
  ) throws(NetworkError) -> Result {
    do {
      return try body()
    } catch {
      throw context.fail(.inconsistent, error.problem.description)
    }
  }

  private static func integerPsums(
    _ context: NodeContext, x: (value: Int, zeroPoint: Int), w: (value: Int, zeroPoint: Int), bias: Int?
  ) throws(NetworkError) -> Tensor<Int32> {
    let layer = try convolutionLayer(context, filter: w.value)
    let ifmap = try operands(context, x.value, zeroPoint: x.zeroPoint, axis: nil)
    let filter = try operands(context, w.value, zeroPoint: w.zeroPoint, axis: 0)
    var starts: [Int32] = []
    if let bias, context.has(bias) { starts = try context.integers(bias).map { Int32(truncatingIfNeeded: $0) } }
    return try golden(context) { () throws(LayerError) in
      try GoldenConvolution.psums(
        layer, ifmap: ifmap.reshaped(layer.ifmapShape), filter: filter.reshaped(layer.filterShape), bias: starts)
    }
  }
}
