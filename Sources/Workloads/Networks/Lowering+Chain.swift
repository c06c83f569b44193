internal import Tensors

extension Lowering {
  /// An integer activation seen as real numbers through a DequantizeLinear node.
  struct View {
    var activation: Int
    var quantisation: Quantisation
    var node: Int
  }

  /// What follows an operator and fuses with it: a bias, a normalisation, a clamp, the quantisation of the result.
  struct Chain {
    /// The nodes, the operator itself first.
    var nodes: [Int]
    /// The value at the end.
    var value: Int
    /// Constant value added behind the operator.
    var addend: Int?
    /// A BatchNormalization node.
    var normalisation: Int?
    var clamp = RealClamp()
    /// Scale and zero point of the QuantizeLinear at the end.
    var quantisation: Quantisation?
  }

  /// The view that a value is, if it comes from a DequantizeLinear over a stored 8-bit activation.
  func view(_ value: Int?) -> View? {
    guard let value, let producer = graph.values[value].producer,
      graph.nodes[producer].definition.operatorName == "DequantizeLinear",
      let input = graph.nodes[producer].inputs[0], let activation = stored[input],
      activations[activation].elementType.byteCount == 1, let quantisation = quantisation(of: producer)
    else { return nil }
    return View(activation: activation, quantisation: quantisation, node: producer)
  }

  /// Follows an operator's result through everything that fuses with it.
  func chain(from node: Int, takesBias: Bool) -> Chain? {
    guard let value = graph.nodes[node].outputs.first ?? nil else { return nil }
    var chain = Chain(nodes: [node], value: value)
    while let next = soleConsumer(of: chain.value), extend(&chain, with: next, takesBias: takesBias) {}
    return chain
  }

  private func extend(_ chain: inout Chain, with index: Int, takesBias: Bool) -> Bool {
    let node = graph.nodes[index]
    guard chain.quantisation == nil, let output = node.outputs.first ?? nil else { return false }
    let isClamped = chain.clamp != RealClamp()
    switch node.definition.operatorName {
    case "Add" where takesBias && !isClamped && chain.addend == nil && chain.normalisation == nil:
      guard graph.opset >= 7, let other = node.inputs.first(where: { $0 != chain.value }) ?? nil,
        graph.values[other].isConstant, graph.values[output].shape == graph.values[chain.value].shape
      else { return false }
      chain.addend = other
    case "BatchNormalization" where takesBias && !isClamped && chain.normalisation == nil:
      guard node.inputs.dropFirst().allSatisfy({ $0.map { graph.values[$0].isConstant } ?? false }),
        node.outputs.count == 1, case nil = node.definition.attributes["training_mode"]
      else { return false }
      chain.normalisation = index
    case "Relu", "Clip":
      guard let clamp = clamp(of: index), node.inputs[0] == chain.value else { return false }
      chain.clamp.low = [chain.clamp.low, clamp.low].compactMap { $0 }.max()
      chain.clamp.high = [chain.clamp.high, clamp.high].compactMap { $0 }.min()
    case "QuantizeLinear":
      guard node.inputs[0] == chain.value, let quantisation = quantisation(of: index),
        graph.values[output].type == .int8 || graph.values[output].type == .uint8
      else { return false }
      chain.quantisation = quantisation
    default: return false
    }
    chain.nodes.append(index)
    chain.value = output
    return true
  }

  /// The bounds of a Relu, or of a Clip with constant bounds.
  func clamp(of index: Int) -> RealClamp? {
    let node = graph.nodes[index].definition
    if node.operatorName == "Relu" { return RealClamp(low: 0) }
    if graph.opset < 11 {
      var clamp = RealClamp()
      if case .float(let low) = node.attributes["min"] { clamp.low = low }
      if case .float(let high) = node.attributes["max"] { clamp.high = high }
      return legal(clamp)
    }
    let inputs = graph.nodes[index].inputs
    func bound(_ position: Int) -> Float?? {
      guard position < inputs.count, let value = inputs[position] else { return .some(nil) }
      guard let number = graph.values[value].constant?.floats?.first else { return .none }
      return .some(number)
    }
    guard let low = bound(1), let high = bound(2) else { return nil }
    return legal(RealClamp(low: low, high: high))
  }

  private func legal(_ clamp: RealClamp) -> RealClamp? {
    if let low = clamp.low, let high = clamp.high, low > high { return nil }
    return clamp
  }

  /// The stored range of a quantised result: its type's, narrowed by a fused activation.
  func storedRange(_ chain: Chain) -> ClosedRange<Int32>? {
    let full: ClosedRange<Int32> = graph.values[chain.value].type == .int8 ? -128...127 : 0...255
    guard let quantisation = chain.quantisation else { return nil }
    let low = chain.clamp.low.map { quantisation.quantise($0, range: full) } ?? full.lowerBound
    let high = chain.clamp.high.map { quantisation.quantise($0, range: full) } ?? full.upperBound
    return low <= high ? low...high : nil
  }
}
