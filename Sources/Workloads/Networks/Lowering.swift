internal import Tensors

/// Lowers a graph to layers, node by node in execution order.
///
/// An integer activation seen through DequantizeLinear is a *view*: real numbers that exist nowhere. An operator whose
/// operands are views and whose result goes to one QuantizeLinear is an integer layer. Operators on real activations
/// become real layers where there is hardware for them. Everything else stays with the golden model.
struct Lowering {
  let graph: Graph
  let options: Network.Options
  var activations: [Network.Activation] = []
  var layers: [Network.Layer] = []
  var inputs: [Int] = []
  var outputs: [Int] = []
  /// Activation of every graph value that is stored.
  var stored: [Int?]
  /// Nodes that an earlier layer stands for already.
  private var absorbed: [Bool]
  private let isOutput: [Bool]

  init(_ graph: Graph, options: Network.Options) {
    self.graph = graph
    self.options = options
    stored = [Int?](repeating: nil, count: graph.values.count)
    absorbed = [Bool](repeating: false, count: graph.nodes.count)
    var isOutput = [Bool](repeating: false, count: graph.values.count)
    for output in graph.outputs { isOutput[output] = true }
    self.isOutput = isOutput
  }

  mutating func lowerAll() throws(NetworkError) {
    for input in graph.inputs {
      inputs.append(store(input, quantisation: quantisationOfConsumer(input), producer: nil))
    }
    for index in graph.nodes.indices where !graph.nodes[index].isConstant && !absorbed[index] {
      if graph.nodes[index].definition.operatorName == "DequantizeLinear" { continue }
      try lower(index)
    }
    for output in graph.outputs {
      if stored[output] == nil { try lowerGolden(endingAt: output) }
      guard let activation = stored[output] else {
        throw NetworkError(
          .unsupported, file: graph.file, at: .tensor(graph.values[output].name),
          "is a constant output: nothing is computed")
      }
      outputs.append(activation)
    }
  }

  private mutating func lower(_ index: Int) throws(NetworkError) {
    if aliasesInput(index) { return }
    if try lowerInteger(index) { return }
    if try lowerReal(index) { return }
    try lowerGolden(index)
  }

  /// Identity and Dropout pass a stored activation on.
  private mutating func aliasesInput(_ index: Int) -> Bool {
    let node = graph.nodes[index]
    guard ["Identity", "Dropout"].contains(node.definition.operatorName), let input = node.inputs.first ?? nil,
      let output = node.outputs.first ?? nil, let activation = stored[input],
      node.outputs.dropFirst().allSatisfy({ $0.map { graph.values[$0].consumers.isEmpty && !isOutput[$0] } ?? true })
    else { return false }
    stored[output] = activation
    return true
  }

  /// A new activation for a graph value.
  mutating func store(_ value: Int, quantisation: Quantisation?, producer: Int?) -> Int {
    let made = graph.values[value]
    activations.append(
      Network.Activation(
        name: made.name, elementType: made.type.elementType, shape: made.shape, quantisation: quantisation,
        producer: producer))
    stored[value] = activations.count - 1
    return activations.count - 1
  }

  /// A new layer that stands for the given nodes and makes a graph value.
  mutating func add(
    _ operation: LayerOperation, for node: Int, inputs: [Int], output: Int, quantisation: Quantisation?, nodes: [Int]
  ) {
    let activation = store(output, quantisation: quantisation, producer: layers.count)
    let ordered = nodes.sorted()
    for index in ordered { absorbed[index] = absorbed[index] || !isShared(index) }
    layers.append(
      Network.Layer(
        name: graph.nodes[node].label, operation: operation, inputs: inputs, output: activation,
        sources: ordered.map { graph.nodes[$0].label }, nodes: ordered))
  }

  /// DequantizeLinear nodes are views and may serve several layers.
  private func isShared(_ node: Int) -> Bool { graph.nodes[node].definition.operatorName == "DequantizeLinear" }

  /// The one node that takes a value, if it is one and the value is no output of the network.
  func soleConsumer(of value: Int) -> Int? {
    let consumers = graph.values[value].consumers
    return consumers.count == 1 && !isOutput[value] ? consumers[0] : nil
  }

  /// What an input's or integer value's elements stand for: its first DequantizeLinear says it.
  func quantisationOfConsumer(_ value: Int) -> Quantisation? {
    for consumer in graph.values[value].consumers {
      let node = graph.nodes[consumer]
      if node.definition.operatorName == "DequantizeLinear", let quantisation = quantisation(of: consumer) {
        return quantisation
      }
      // Reshapes and transposes keep what the integers stand for.
      if ["Reshape", "Transpose", "Flatten", "Squeeze", "Unsqueeze"].contains(node.definition.operatorName),
        graph.values[value].type.elementType.byteCount == 1, node.inputs.first == value, let output = node.outputs[0],
        let quantisation = quantisationOfConsumer(output)
      {
        return quantisation
      }
    }
    return nil
  }

  /// Scale and zero point of a QuantizeLinear or DequantizeLinear node with constant, per-tensor parameters.
  func quantisation(of index: Int) -> Quantisation? {
    let node = graph.nodes[index]
    guard node.inputs.count >= 2, let scale = node.inputs[1].flatMap({ graph.values[$0].constant?.floats }),
      scale.count == 1, scale[0] > 0, scale[0].isFinite
    else { return nil }
    guard node.inputs.count == 3, let zero = node.inputs[2] else { return Quantisation(scale: scale[0], zeroPoint: 0) }
    guard let points = graph.values[zero].constant?.integers, points.count == 1, let point = Int32(exactly: points[0])
    else { return nil }
    return Quantisation(scale: scale[0], zeroPoint: point)
  }

  /// The elements of a constant value.
  func constant(_ value: Int) throws(NetworkError) -> AnyTensor? { try graph.constant(value) }
}
