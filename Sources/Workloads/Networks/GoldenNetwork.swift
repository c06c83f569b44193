public import Tensors

/// Executes a lowered network layer by layer in the contracts of its operations: the reference for hardware.
public struct GoldenNetwork: Sendable {
  /// What it executes.
  public let network: Network

  /// What one layer yields.
  public struct LayerResult: Sendable {
    /// Psums of an integer convolution, [N, M, P, Q], before requantisation.
    public var psums: Tensor<Int32>?
    /// The activation it makes.
    public var output: AnyTensor
  }

  /// Every activation and psum of one run.
  public struct Run: Sendable {
    /// Elements of every activation, by its index in the network.
    public var activations: [AnyTensor]
    /// Psums of every integer convolution, by layer; nil for other layers.
    public var psums: [Tensor<Int32>?]
    /// The network's outputs in file order.
    public var outputs: [AnyTensor]
  }

  /// An executor of a network.
  public init(_ network: Network) {
    self.network = network
  }

  /// Runs the network on inputs by name; throws where one is missing, of another type or of other extents.
  public func run(_ inputs: [String: AnyTensor]) throws(NetworkError) -> Run {
    var known = [AnyTensor?](repeating: nil, count: network.activations.count)
    for (value, activation) in zip(network.graph.inputs, network.inputs) {
      known[activation] = try network.graph.checkedInput(value, inputs[network.graph.values[value].name])
    }
    var psums: [Tensor<Int32>?] = []
    for (index, layer) in network.layers.enumerated() {
      let result = try run(layer: index, inputs: layer.inputs.compactMap { known[$0] })
      known[layer.output] = result.output
      psums.append(result.psums)
    }
    let activations = known.compactMap { $0 }
    return Run(activations: activations, psums: psums, outputs: network.outputs.map { activations[$0] })
  }

  /// Runs one layer on given inputs, in the order of its `inputs`; throws where they do not fit it.
  public func run(layer index: Int, inputs: [AnyTensor]) throws(NetworkError) -> LayerResult {
    let layer = network.layers[index]
    try check(layer, inputs)
    let output = network.activations[layer.output]
    switch layer.operation {
    case .convolution(let operation): return try convolve(operation, layer, inputs[0], output)
    case .realConvolution(let operation): return try convolve(operation, layer, inputs[0], output)
    case .pooling(let operation):
      if let integers = inputs[0].integers {
        return stored(operation.apply(integers.map { Int32(truncatingIfNeeded: $0) }), output)
      }
      return LayerResult(output: pool(operation.layer, inputs[0], output))
    case .addition(let addition):
      let pairs = zip(inputs[0].integers ?? [], inputs[1].integers ?? [])
      return stored(pairs.map { addition.apply(Int32($0), Int32($1)) }, output)
    case .concatenation(let axis, let rescales):
      let parts = zip(inputs.indices, rescales).map { rescaled(inputs[$0], $1, layer.inputs[$0], output.elementType) }
      return LayerResult(output: Operator.concatenated(parts, axis: axis, shape: output.shape))
    case .reshape: return LayerResult(output: inputs[0].reshaped(output.shape))
    case .transpose(let order): return LayerResult(output: transpose(inputs[0], order, output.shape))
    case .table(let table): return stored((inputs[0].integers ?? []).map { table.results[$0 & 255] }, output)
    case .softmax(let softmax): return stored(softmax.apply((inputs[0].integers ?? []).map { Int32($0) }), output)
    case .golden: return LayerResult(output: try golden(layer, inputs))
    }
  }

  private func check(_ layer: Network.Layer, _ inputs: [AnyTensor]) throws(NetworkError) {
    for (tensor, index) in zip(inputs, layer.inputs) {
      let expected = network.activations[index]
      if tensor.shape != expected.shape || tensor.elementType != expected.elementType {
        throw fail(
          layer, "takes \(expected.elementType) \(expected.shape), is given \(tensor.elementType) \(tensor.shape)")
      }
    }
    if inputs.count != layer.inputs.count {
      throw fail(layer, "takes \(layer.inputs.count) activations, is given \(inputs.count)")
    }
  }

  private func fail(_ layer: Network.Layer, _ problem: String) -> NetworkError {
    NetworkError(.inconsistent, file: network.graph.file, at: .node(layer.name), problem)
  }

  private func stored(_ values: [Int32], _ output: Network.Activation) -> LayerResult {
    let tensor = Tensor(output.shape, values)
    return LayerResult(
      output: output.elementType == .int8
        ? .int8(tensor.map { Int8(truncatingIfNeeded: $0) }) : .uint8(tensor.map { UInt8(truncatingIfNeeded: $0) }))
  }

  private func convolve(
    _ operation: QuantisedConvolution, _ layer: Network.Layer, _ input: AnyTensor, _ output: Network.Activation
  ) throws(NetworkError) -> LayerResult {
    guard let ifmap = operation.ifmapOperands(input) else { throw fail(layer, "takes int8 or uint8 elements") }
    do {
      let psums = try GoldenConvolution.psums(
        operation.layer, ifmap: ifmap, filter: operation.filterOperands, bias: operation.bias)
      var result = stored(operation.requantisation.apply(psums).elements, output)
      result.psums = psums
      return result
    } catch { throw fail(layer, error.problem.description) }
  }

  private func convolve(
    _ operation: RealConvolution, _ layer: Network.Layer, _ input: AnyTensor, _ output: Network.Activation
  ) throws(NetworkError) -> LayerResult {
    let ifmap = Tensor(operation.layer.ifmapShape, input.floats ?? [])
    do {
      let psums = try GoldenConvolution.psums(
        operation.layer, ifmap: ifmap, filter: operation.filter.tensor, bias: operation.bias)
      return LayerResult(output: .float32(Tensor(output.shape, psums.elements.map(operation.clamp.apply))))
    } catch { throw fail(layer, error.problem.description) }
  }

  private func pool(_ layer: PoolingLayer, _ input: AnyTensor, _ output: Network.Activation) -> AnyTensor {
    let windows = PlaneWindows([layer.rows, layer.columns])
    let values = input.floats ?? []
    switch layer.kind {
    case .average:
      return .float32(Tensor(output.shape, windows.means(values, countsPadding: layer.countsPadding)))
    case .maximum:
      let planes = layer.batch * layer.channels
      var maxima = [Float](repeating: -.infinity, count: planes * windows.outputPlane)
      windows.forEach { position, window, _ in
        for plane in 0..<planes {
          let base = plane * windows.inputPlane
          maxima[plane * windows.outputPlane + position] = window.reduce(-.infinity) { max($0, values[base + $1]) }
        }
      }
      return .float32(Tensor(output.shape, maxima))
    }
  }

  private func rescaled(_ tensor: AnyTensor, _ rescale: Requantisation?, _ activation: Int, _ type: ElementType)
    -> AnyTensor
  {
    guard let rescale, let integers = tensor.integers else { return tensor }
    let zero = network.activations[activation].quantisation?.zeroPoints.first ?? 0
    let values = integers.map { Int(rescale.apply(Int32($0) &- zero, channel: 0)) }
    return AnyTensor(type, tensor.shape, wrapping: values) ?? tensor
  }

  private func transpose(_ tensor: AnyTensor, _ order: [Int], _ shape: Shape) -> AnyTensor {
    let strides = tensor.shape.strides
    var indices = [0]
    for (position, axis) in order.enumerated() {
      indices = indices.flatMap { base in (0..<shape[position]).map { base + $0 * strides[axis] } }
    }
    return tensor.gathered(shape, indices)
  }

  private func golden(_ layer: Network.Layer, _ inputs: [AnyTensor]) throws(NetworkError) -> AnyTensor {
    let graph = network.graph
    var known: [Int: AnyTensor] = [:]
    for (value, activation) in network.storedActivations.enumerated() {
      if let activation, let position = layer.inputs.firstIndex(of: activation) { known[value] = inputs[position] }
    }
    for index in layer.nodes {
      let node = graph.nodes[index]
      var constants: [Int: AnyTensor] = [:]
      for value in node.inputs.compactMap({ $0 }) where known[value] == nil {
        constants[value] = try graph.constant(value)
      }
      let context = graph.context(node) { known[$0] ?? constants[$0] }
      let operation = try Operator.named(node.definition, file: graph.file)
      for (tensor, output) in zip(try operation.evaluate(context, try operation.infer(context)), node.outputs) {
        if let output { known[output] = tensor }
      }
    }
    guard let value = network.storedActivations.firstIndex(of: layer.output), let result = known[value] else {
      throw fail(layer, "makes nothing")
    }
    return result
  }
}
