internal import Tensors

extension Lowering {
  /// A pooling node between DequantizeLinear and QuantizeLinear.
  mutating func lowerPooling(_ index: Int) throws(NetworkError) -> Bool {
    guard let view = view(graph.nodes[index].inputs[0]), let chain = chain(from: index, takesBias: false),
      let output = chain.quantisation, let clamp = storedRange(chain), let layer = try poolingLayer(index)
    else { return false }
    guard let rescale = rescale(from: view.quantisation, to: output, clamp: clamp) else { return false }
    let operation = PoolingOperation(
      layer: layer, inputZeroPoint: view.quantisation.zeroPoints[0], rescale: rescale.requantisation, clamp: clamp)
    add(
      .pooling(operation), for: index, inputs: [view.activation], output: chain.value, quantisation: output,
      nodes: chain.nodes + [view.node])
    return true
  }

  /// The geometry of a pooling node over planes of rank 1 or 2; nil for others.
  func poolingLayer(_ index: Int) throws(NetworkError) -> PoolingLayer? {
    let node = graph.nodes[index]
    let context = graph.context(node) { graph.values[$0].constant }
    let input = try context.shape(0)
    guard input.rank == 3 || input.rank == 4, input.count > 0,
      node.outputs.dropFirst().allSatisfy({ $0 == nil || graph.values[$0 ?? 0].consumers.isEmpty })
    else { return nil }
    let name = node.definition.operatorName
    var axes: [SpatialAxis]
    if name.hasPrefix("Global") {
      axes = input.dimensions.dropFirst(2).map {
        SpatialAxis(input: $0, kernel: $0, stride: $0, dilation: 1, before: 0, after: 0, output: 1)
      }
    } else {
      axes = try Operator.poolWindow(context)
    }
    if axes.count == 1 {
      axes.insert(SpatialAxis(input: 1, kernel: 1, stride: 1, dilation: 1, before: 0, after: 0, output: 1), at: 0)
    }
    return PoolingLayer(
      name: node.label, kind: name.hasSuffix("MaxPool") ? .maximum : .average, batch: input[0], channels: input[1],
      rows: axes[0], columns: axes[1], countsPadding: try context.integer("count_include_pad") ?? 0 != 0)
  }

  /// How integers of one quantisation become those of another: not at all where both are the same.
  private func rescale(
    from: Quantisation, to: Quantisation, clamp: ClosedRange<Int32>
  ) -> Rescale? {
    if from == to { return Rescale() }
    guard
      let requantisation = Requantisation(
        scheme: options.scheme, inputScale: from.scales[0], filterScales: [1], outputScale: to.scales[0],
        zeroPoint: to.zeroPoints[0], clamp: clamp)
    else { return nil }
    return Rescale(requantisation: requantisation)
  }

  /// A rescaling, or none.
  private struct Rescale {
    var requantisation: Requantisation?
  }

  /// The sum of two views of the same extents.
  mutating func lowerAddition(_ index: Int) -> Bool {
    let inputs = graph.nodes[index].inputs
    guard let left = view(inputs[0]), let right = view(inputs[1]), let chain = chain(from: index, takesBias: false),
      let output = chain.quantisation, let clamp = storedRange(chain),
      activations[left.activation].shape == activations[right.activation].shape,
      let addition = QuantisedAddition(
        scheme: options.scheme, left: left.quantisation, right: right.quantisation, output: output, clamp: clamp)
    else { return false }
    add(
      .addition(addition), for: index, inputs: [left.activation, right.activation], output: chain.value,
      quantisation: output, nodes: chain.nodes + [left.node, right.node])
    return true
  }

  /// A softmax between DequantizeLinear and QuantizeLinear, as onnxruntime fuses it.
  mutating func lowerSoftmax(_ index: Int) throws(NetworkError) -> Bool {
    guard let view = view(graph.nodes[index].inputs[0]), let chain = chain(from: index, takesBias: false),
      let output = chain.quantisation, chain.clamp == RealClamp(), let range = storedRange(chain)
    else { return false }
    let context = graph.context(graph.nodes[index]) { graph.values[$0].constant }
    let isFlat = context.opset < 13
    let shape = activations[view.activation].shape
    let axis = try context.axis(context.integer("axis") ?? (isFlat ? 1 : -1), rank: max(1, shape.rank))
    let dimensions = shape.dimensions.isEmpty ? [1] : shape.dimensions
    let softmax = QuantisedSoftmax(
      inputScale: view.quantisation.scales[0], output: output,
      row: isFlat ? dimensions[axis...].reduce(1, *) : dimensions[axis],
      stride: isFlat ? 1 : dimensions[(axis + 1)...].reduce(1, *), isSigned: range.lowerBound < 0)
    guard activations[view.activation].elementType == (softmax.isSigned ? .int8 : .uint8) else { return false }
    add(
      .softmax(softmax), for: index, inputs: [view.activation], output: chain.value, quantisation: output,
      nodes: chain.nodes + [view.node])
    return true
  }

  /// Views side by side.
  mutating func lowerConcatenation(_ index: Int) throws(NetworkError) -> Bool {
    let node = graph.nodes[index]
    let views = node.inputs.compactMap { view($0) }
    guard views.count == node.inputs.count, let chain = chain(from: index, takesBias: false),
      let output = chain.quantisation, let clamp = storedRange(chain), chain.clamp == RealClamp()
    else { return false }
    var rescales: [Requantisation?] = []
    for view in views {
      guard let rescale = rescale(from: view.quantisation, to: output, clamp: clamp) else { return false }
      rescales.append(rescale.requantisation)
    }
    let context = graph.context(node) { graph.values[$0].constant }
    let axis = try context.axis(context.integer("axis") ?? 1, rank: try context.shape(0).rank)
    add(
      .concatenation(axis: axis, rescales: rescales), for: index, inputs: views.map(\.activation),
      output: chain.value, quantisation: output, nodes: chain.nodes + views.map(\.node))
    return true
  }

  /// A reshape or transpose of a stored activation, or of a view that is quantised again the same way.
  mutating func lowerMovement(_ index: Int, _ operation: LayerOperation) -> Bool {
    let node = graph.nodes[index]
    guard let input = node.inputs[0], let output = node.outputs.first ?? nil else { return false }
    if let activation = stored[input] {
      let quantisation = activations[activation].quantisation
      add(operation, for: index, inputs: [activation], output: output, quantisation: quantisation, nodes: [index])
      return true
    }
    guard let view = view(input), let chain = chain(from: index, takesBias: false), chain.clamp == RealClamp(),
      chain.quantisation == view.quantisation
    else { return false }
    add(
      operation, for: index, inputs: [view.activation], output: chain.value, quantisation: view.quantisation,
      nodes: chain.nodes + [view.node])
    return true
  }

  /// A function of one view as a table of 256 results, worked out by the golden operators themselves.
  mutating func lowerTable(_ index: Int) throws(NetworkError) -> Bool {
    let node = graph.nodes[index]
    // The gate of a swish comes before its product, and belongs to it.
    if let output = node.outputs[0], let product = soleConsumer(of: output), swishStart(product)?.nodes == [index],
      try lowerTable(product)
    {
      return true
    }
    let start = swishStart(index)
    if node.definition.operatorName == "Mul" && start == nil { return false }
    guard let view = view(start?.input ?? node.inputs[0]) else { return false }
    guard let chain = chain(from: index, takesBias: false), let output = chain.quantisation else { return false }
    let nodes = (start?.nodes ?? []) + chain.nodes
    guard let results = try table(nodes, view, output) else { return false }
    let name = start == nil ? node.definition.operatorName : "Swish"
    add(
      .table(LookupTable(function: name, results: results)), for: index, inputs: [view.activation],
      output: chain.value, quantisation: output, nodes: nodes + [view.node])
    return true
  }

  /// x times Sigmoid(x) or HardSigmoid(x), x a view: the value x and the sigmoid's node.
  private func swishStart(_ index: Int) -> (input: Int, nodes: [Int])? {
    let node = graph.nodes[index]
    guard node.definition.operatorName == "Mul", node.inputs.count == 2 else { return nil }
    for (gate, input) in [(node.inputs[0], node.inputs[1]), (node.inputs[1], node.inputs[0])] {
      guard let gate, let input, let producer = graph.values[gate].producer, soleConsumer(of: gate) == index,
        ["Sigmoid", "HardSigmoid"].contains(graph.nodes[producer].definition.operatorName),
        graph.nodes[producer].inputs[0] == input
      else { continue }
      return (input, [producer])
    }
    return nil
  }

  /// Runs nodes on every stored value of a view.
  private func table(_ nodes: [Int], _ view: View, _ output: Quantisation) throws(NetworkError) -> [Int32]? {
    let isSigned = activations[view.activation].elementType == .int8
    let stored = (0..<256).map { isSigned ? Int32(Int8(truncatingIfNeeded: $0)) : Int32($0) }
    let start = AnyTensor.float32(Tensor([256], stored.map { view.quantisation.real($0) }))
    guard let source = graph.nodes[view.node].outputs[0] else { return nil }
    var known: [Int: AnyTensor] = [source: start]
    for index in nodes.sorted() {
      let node = graph.nodes[index]
      let inputs = node.inputs.map { value in
        value.flatMap { value -> NodeInput? in
          guard let tensor = known[value] ?? graph.values[value].constant else { return nil }
          return NodeInput(type: ValueType(type: ONNXDataType(tensor.elementType), shape: tensor.shape), tensor: tensor)
        }
      }
      let context = NodeContext(node: node.definition, opset: graph.opset, file: graph.file, inputs: inputs)
      let operation = try Operator.named(node.definition, file: graph.file)
      guard let value = node.outputs[0],
        let result = try operation.evaluate(context, try operation.infer(context)).first
      else { return nil }
      known[value] = result
      if node.definition.operatorName == "QuantizeLinear" { return result.integers?.map { Int32($0) } }
    }
    return nil
  }
}
