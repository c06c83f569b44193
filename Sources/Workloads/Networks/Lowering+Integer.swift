internal import Tensors

extension Lowering {
  /// Lowers a node to an integer layer, if its operands and its result are quantised; false where they are not.
  mutating func lowerInteger(_ index: Int) throws(NetworkError) -> Bool {
    let node = graph.nodes[index]
    switch node.definition.operatorName {
    case "Conv", "Gemm", "MatMul": return try lowerProduct(index)
    case "QLinearConv", "QLinearMatMul": return try lowerQuantisedOperator(index)
    case "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool": return try lowerPooling(index)
    case "Add": return lowerAddition(index)
    case "Concat": return try lowerConcatenation(index)
    case "Reshape", "Flatten", "Squeeze", "Unsqueeze": return lowerMovement(index, .reshape)
    case "Transpose":
      let order = try Operator.permutation(graph.context(node) { graph.values[$0].constant })
      return lowerMovement(index, .transpose(order))
    case "Relu", "Clip", "LeakyRelu", "Elu", "Sigmoid", "HardSigmoid", "HardSwish", "Swish", "Tanh", "Mul":
      return try lowerTable(index)
    case "Softmax" where options.scheme == .float: return try lowerSoftmax(index)
    default: return false
    }
  }

  private func range(_ type: ElementType) -> ClosedRange<Int32> { type == .int8 ? -128...127 : 0...255 }

  /// A convolution or fully connected layer between DequantizeLinear and QuantizeLinear.
  private mutating func lowerProduct(_ index: Int) throws(NetworkError) -> Bool {
    guard let view = view(graph.nodes[index].inputs[0]), let chain = chain(from: index, takesBias: true),
      chain.normalisation == nil, let output = chain.quantisation, let clamp = storedRange(chain),
      let weights = try quantisedWeights(graph.nodes[index].inputs[1]),
      let product = try product(index, filter: weights.tensor.shape, axis: weights.axis)
    else { return false }
    let scale = view.quantisation.scales[0]
    guard let bias = try integerBias(index, chain, product.layer, weights.scales.map { $0 * scale }),
      let requantisation = Requantisation(
        scheme: product.layer.isFullyConnected ? options.fullyConnectedScheme : options.scheme, inputScale: scale,
        filterScales: weights.scales, outputScale: output.scales[0], zeroPoint: output.zeroPoints[0], clamp: clamp)
    else { return false }
    let filter = product.isTransposed ? transposed(weights.tensor) : weights.tensor
    let operation = QuantisedConvolution(
      layer: product.layer, filter: filter.reshaped(product.layer.filterShape), filterZeroPoints: weights.zeroPoints,
      bias: bias, inputZeroPoint: view.quantisation.zeroPoints[0], requantisation: requantisation)
    add(
      .convolution(operation), for: index, inputs: [view.activation], output: chain.value, quantisation: output,
      nodes: chain.nodes + [view.node])
    return true
  }

  private func transposed(_ tensor: AnyTensor) -> AnyTensor {
    let (rows, columns) = (tensor.shape[0], tensor.shape[1])
    let indices = Operator.transposed(Array(0..<rows * columns), rows: rows, columns: columns)
    return tensor.gathered([columns, rows], indices)
  }

  /// Stored integer weights behind a DequantizeLinear with constant operands.
  private func quantisedWeights(
    _ value: Int?
  ) throws(NetworkError) -> (tensor: AnyTensor, scales: [Float], zeroPoints: [Int32], axis: Int?)? {
    guard let value, let producer = graph.values[value].producer,
      graph.nodes[producer].definition.operatorName == "DequantizeLinear"
    else { return nil }
    let node = graph.nodes[producer]
    guard let source = node.inputs[0], let tensor = try constant(source), tensor.elementType.byteCount == 1,
      tensor.elementType != .bool, let scaleValue = node.inputs[1], let scales = try constant(scaleValue)?.floats
    else { return nil }
    var points = [Int](repeating: 0, count: scales.count)
    if node.inputs.count == 3, let zero = node.inputs[2] { points = try constant(zero)?.integers ?? [] }
    guard points.count == scales.count, case nil = node.definition.attributes["block_size"] else { return nil }
    var axis: Int?
    if scales.count > 1 {
      let context = graph.context(node) { graph.values[$0].constant }
      axis = try context.axis(context.integer("axis") ?? 1, rank: tensor.shape.rank)
    }
    return (tensor, scales, points.map { Int32(truncatingIfNeeded: $0) }, axis)
  }

  /// The geometry of a Conv, Gemm or MatMul node, and whether its weights are [K, M]; nil where no layer fits.
  func product(
    _ index: Int, filter: Shape, axis: Int?
  ) throws(NetworkError) -> (layer: ConvolutionLayer, isTransposed: Bool)? {
    let node = graph.nodes[index]
    let context = graph.context(node) { graph.values[$0].constant }
    if node.definition.operatorName == "Conv" {
      guard axis ?? 0 == 0 else { return nil }
      return (try Operator.convolutionLayer(context, filter: 1), false)
    }
    let input = try context.shape(0)
    guard filter.rank == 2, input.rank >= 2, input.count > 0, filter.count > 0 else { return nil }
    var isTransposed = true
    if node.definition.operatorName == "Gemm" {
      let (alpha, beta) = (try context.float("alpha") ?? 1, try context.float("beta") ?? 1)
      guard alpha == 1, beta == 1, try context.integer("transA") ?? 0 == 0 else { return nil }
      isTransposed = try context.integer("transB") ?? 0 == 0
    }
    guard axis ?? (isTransposed ? 1 : 0) == (isTransposed ? 1 : 0) else { return nil }
    let (k, m) = isTransposed ? (filter[0], filter[1]) : (filter[1], filter[0])
    let layer = try Operator.golden(context) { () throws(LayerError) in
      try ConvolutionLayer.fullyConnected(name: node.label, batch: input.count / k, inputs: k, outputs: m)
    }
    return (layer, isTransposed)
  }

  /// Biases in psum units: stored as int32 with the psum's scale, or real numbers rounded to it.
  private func integerBias(
    _ index: Int, _ chain: Chain, _ layer: ConvolutionLayer, _ psumScales: [Float]
  ) throws(NetworkError) -> [Int32]? {
    let inputs = graph.nodes[index].inputs
    let direct = inputs.count > 2 ? inputs[2] : nil
    guard let value = direct ?? chain.addend else { return [Int32](repeating: 0, count: layer.filters) }
    guard direct == nil || chain.addend == nil,
      graph.values[value].shape.count == layer.filters || graph.values[value].shape.count == 1,
      isPerFilter(
        graph.values[value].shape, layer, isConv: graph.nodes[index].definition.operatorName == "Conv" && direct == nil)
    else { return nil }
    if let stored = try storedBias(value, psumScales), stored.count == layer.filters { return stored }
    guard let reals = try constant(value)?.floats else { return nil }
    return (0..<layer.filters).map { filter in
      let real = Double(reals[reals.count == 1 ? 0 : filter]) / Double(psumScales[psumScales.count == 1 ? 0 : filter])
      return Int32(clamping: Int64(max(-0x1p40, min(0x1p40, real.rounded(.toNearestOrEven)))))
    }
  }

  /// Whether a bias has one number a filter: the last axis of a matrix, or axis -3 of an ofmap.
  func isPerFilter(_ shape: Shape, _ layer: ConvolutionLayer, isConv: Bool) -> Bool {
    if shape.count == 1 || shape.rank == 1 && !isConv { return true }
    let axis = isConv ? shape.rank - 3 : shape.rank - 1
    return axis >= 0 && shape[axis] == layer.filters
  }

  /// int32 biases behind a DequantizeLinear whose scale is the psum's.
  private func storedBias(_ value: Int, _ psumScales: [Float]) throws(NetworkError) -> [Int32]? {
    guard let producer = graph.values[value].producer,
      graph.nodes[producer].definition.operatorName == "DequantizeLinear"
    else { return nil }
    let node = graph.nodes[producer]
    guard let source = node.inputs[0], case .int32(let tensor) = try constant(source),
      let scaleValue = node.inputs[1], let scales = try constant(scaleValue)?.floats,
      scales.count == psumScales.count || scales.count == 1
    else { return nil }
    if node.inputs.count == 3, let zero = node.inputs[2] {
      guard let points = try constant(zero)?.integers, points.allSatisfy({ $0 == 0 }) else { return nil }
    }
    for (filter, psumScale) in psumScales.enumerated() {
      let scale = scales[scales.count == 1 ? 0 : filter]
      // Exporters round scale products differently in the last bits; anything more is another unit.
      guard abs(scale - psumScale) <= 1e-5 * psumScale else { return nil }
    }
    return tensor.elements
  }

  /// QLinearConv and QLinearMatMul: everything is an operand of the node.
  private mutating func lowerQuantisedOperator(_ index: Int) throws(NetworkError) -> Bool {
    let node = graph.nodes[index]
    guard let value = node.inputs[0], let activation = stored[value],
      activations[activation].elementType.byteCount == 1,
      let output = node.outputs.first ?? nil, graph.values[output].type == .int8 || graph.values[output].type == .uint8
    else { return false }
    var parameters: [AnyTensor] = []
    for position in 1...7 {
      if let input = node.inputs[position], let tensor = try constant(input) { parameters.append(tensor) }
    }
    guard parameters.count == 7, let inputScale = parameters[0].floats, let inputZero = parameters[1].integers,
      let filterScales = parameters[3].floats, let filterZeros = parameters[4].integers,
      let outputScale = parameters[5].floats, let outputZero = parameters[6].integers, inputScale.count == 1,
      inputZero.count == 1, outputScale.count == 1, outputZero.count == 1, parameters[2].elementType.byteCount == 1
    else { return false }
    let isConv = node.definition.operatorName == "QLinearConv"
    let shape = parameters[2].shape
    guard filterScales.count == 1 || filterScales.count == (isConv ? shape[0] : shape.dimensions.last ?? 0),
      filterZeros.count == 1 || filterZeros.count == filterScales.count
    else { return false }
    let layer: ConvolutionLayer
    let filter: AnyTensor
    if isConv {
      layer = try Operator.convolutionLayer(graph.context(node) { graph.values[$0].constant }, filter: 3)
      filter = parameters[2].reshaped(layer.filterShape)
    } else {
      guard let product = try product(index, filter: shape, axis: nil) else { return false }
      layer = product.layer
      filter = transposed(parameters[2]).reshaped(layer.filterShape)
    }
    var bias = [Int32](repeating: 0, count: layer.filters)
    if node.inputs.count > 8, let value = node.inputs[8] {
      guard case .int32(let tensor) = try constant(value) else { return false }
      bias = tensor.elements
    }
    let quantisation = Quantisation(scale: outputScale[0], zeroPoint: Int32(truncatingIfNeeded: outputZero[0]))
    guard
      let requantisation = Requantisation(
        scheme: isConv ? options.scheme : options.fullyConnectedScheme, inputScale: inputScale[0],
        filterScales: filterScales, outputScale: outputScale[0], zeroPoint: quantisation.zeroPoints[0],
        clamp: range(graph.values[output].type.elementType))
    else { return false }
    let operation = QuantisedConvolution(
      layer: layer, filter: filter, filterZeroPoints: filterZeros.map { Int32(truncatingIfNeeded: $0) }, bias: bias,
      inputZeroPoint: Int32(truncatingIfNeeded: inputZero[0]), requantisation: requantisation)
    add(
      .convolution(operation), for: index, inputs: [activation], output: output, quantisation: quantisation,
      nodes: [index])
    return true
  }
}
