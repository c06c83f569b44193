internal import Tensors

extension Lowering {
  /// Lowers a node over real activations to a layer; false where the golden model has to do it.
  mutating func lowerReal(_ index: Int) throws(NetworkError) -> Bool {
    let node = graph.nodes[index]
    let isStored = node.inputs.allSatisfy { $0.map { stored[$0] != nil || graph.values[$0].isConstant } ?? true }
    guard isStored, let input = node.inputs.first ?? nil, let activation = stored[input],
      graph.values[input].type == .float32
    else { return false }
    switch node.definition.operatorName {
    case "Conv", "Gemm", "MatMul": return try lowerRealProduct(index, activation)
    case "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool":
      guard let layer = try poolingLayer(index), let output = node.outputs[0] else { return false }
      let operation = PoolingOperation(layer: layer, inputZeroPoint: 0, rescale: nil, clamp: nil)
      add(.pooling(operation), for: index, inputs: [activation], output: output, quantisation: nil, nodes: [index])
      return true
    case "Concat":
      let inputs = node.inputs.compactMap { $0.flatMap { stored[$0] } }
      guard inputs.count == node.inputs.count, let output = node.outputs[0] else { return false }
      let context = graph.context(node) { graph.values[$0].constant }
      let axis = try context.axis(context.integer("axis") ?? 1, rank: try context.shape(0).rank)
      let rescales = [Requantisation?](repeating: nil, count: inputs.count)
      add(
        .concatenation(axis: axis, rescales: rescales), for: index, inputs: inputs, output: output,
        quantisation: nil, nodes: [index])
      return true
    default: return false
    }
  }

  private mutating func lowerRealProduct(_ index: Int, _ activation: Int) throws(NetworkError) -> Bool {
    let node = graph.nodes[index]
    guard let weight = node.inputs[1], graph.values[weight].isConstant, graph.values[weight].type == .float32,
      var chain = chain(from: index, takesBias: true),
      let product = try product(index, filter: graph.values[weight].shape, axis: nil)
    else { return false }
    if chain.quantisation != nil {
      // Real in, integer out: the QuantizeLinear becomes a golden layer of its own.
      chain.value = graph.nodes[chain.nodes.removeLast()].inputs[0] ?? chain.value
    }
    guard var bias = try realBias(index, chain, product.layer),
      var filter = try realWeights(weight, product.layer, isTransposed: product.isTransposed)
    else { return false }
    if let normalisation = chain.normalisation {
      guard let folded = try fold(normalisation, filter.tensor, bias) else { return false }
      (filter, bias) = (.stored(folded.filter), folded.bias)
    }
    let operation = RealConvolution(layer: product.layer, filter: filter, bias: bias, clamp: chain.clamp)
    add(
      .realConvolution(operation), for: index, inputs: [activation], output: chain.value, quantisation: nil,
      nodes: chain.nodes)
    return true
  }

  /// Weights as [M, C/G, R, S]; a ConstantOfShape stays one repeated number.
  private func realWeights(
    _ value: Int, _ layer: ConvolutionLayer, isTransposed: Bool
  ) throws(NetworkError) -> RealWeights? {
    if let number = repeated(value) { return .repeated(number, layer.filterShape) }
    guard case .float32(let tensor) = try constant(value) else { return nil }
    if !isTransposed { return .stored(tensor.reshaped(layer.filterShape)) }
    let rows = Operator.transposed(tensor.elements, rows: tensor.shape[0], columns: tensor.shape[1])
    return .stored(Tensor(layer.filterShape, rows))
  }

  /// The number that a ConstantOfShape repeats.
  private func repeated(_ value: Int) -> Float? {
    guard graph.values[value].constant == nil, let producer = graph.values[value].producer,
      graph.nodes[producer].definition.operatorName == "ConstantOfShape"
    else { return nil }
    switch graph.nodes[producer].definition.attributes["value"] {
    case .tensor(let tensor): return tensor.tensor.floats?.first
    case nil: return 0
    default: return nil
    }
  }

  private func realBias(_ index: Int, _ chain: Chain, _ layer: ConvolutionLayer) throws(NetworkError) -> [Float]? {
    let inputs = graph.nodes[index].inputs
    let direct = inputs.count > 2 ? inputs[2] : nil
    var bias: [Float] = []
    for value in [direct, chain.addend] {
      guard let value else { continue }
      let isConv = graph.nodes[index].definition.operatorName == "Conv" && value == chain.addend
      let shape = graph.values[value].shape
      guard shape.count == 1 || shape.count == layer.filters, isPerFilter(shape, layer, isConv: isConv) else {
        return nil
      }
      let numbers: [Float]
      if let number = repeated(value) {
        numbers = [number]
      } else if let floats = try constant(value)?.floats {
        numbers = floats
      } else {
        return nil
      }
      let addend = (0..<layer.filters).map { numbers[numbers.count == 1 ? 0 : $0] }
      bias = bias.isEmpty ? addend : zip(bias, addend).map { $0 + $1 }
    }
    return bias
  }

  /// A BatchNormalization behind a convolution scales its filters and moves its biases.
  private func fold(
    _ index: Int, _ filter: Tensor<Float>, _ bias: [Float]
  ) throws(NetworkError) -> (filter: Tensor<Float>, bias: [Float])? {
    let node = graph.nodes[index]
    var parameters: [[Float]] = []
    for value in node.inputs.dropFirst() {
      guard let value, let floats = try constant(value)?.floats else { return nil }
      parameters.append(floats)
    }
    let filters = filter.shape[0]
    guard parameters.count == 4, parameters.allSatisfy({ $0.count == filters }) else { return nil }
    let context = graph.context(node) { graph.values[$0].constant }
    let epsilon = Double(try context.float("epsilon") ?? 1e-5)
    let factors = (0..<filters).map { Double(parameters[0][$0]) / (Double(parameters[3][$0]) + epsilon).squareRoot() }
    let each = filter.shape.count / filters
    let scaled = filter.elements.enumerated().map { Float(Double($1) * factors[$0 / each]) }
    let moved = (0..<filters).map { m in
      let start = bias.isEmpty ? 0 : Double(bias[m])
      return Float((start - Double(parameters[2][m])) * factors[m] + Double(parameters[1][m]))
    }
    return (Tensor(filter.shape, scaled), moved)
  }
}
