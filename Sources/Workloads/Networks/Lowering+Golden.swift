internal import Tensors

extension Lowering {
  /// Leaves a node to the golden model, with the DequantizeLinear nodes before it and the QuantizeLinear behind it.
  mutating func lowerGolden(_ index: Int) throws(NetworkError) {
    let node = graph.nodes[index]
    var nodes = [index]
    var end = node.outputs.first ?? nil
    if node.outputs.count == 1, let value = end, let next = soleConsumer(of: value),
      graph.nodes[next].definition.operatorName == "QuantizeLinear", graph.nodes[next].inputs[0] == value,
      hasStoredInputs(index)
    {
      nodes.append(next)
      end = graph.nodes[next].outputs[0]
    }
    guard node.outputs.count > 1 else {
      if let end { try addGolden(nodes, for: index, output: end) }
      return
    }
    for output in node.outputs { if let output { try addGolden([index], for: index, output: output) } }
  }

  private func hasStoredInputs(_ index: Int) -> Bool {
    graph.nodes[index].inputs.contains { $0.map { stored[$0] != nil || view($0) != nil } ?? false }
  }

  /// A golden layer that makes a value which is still a view: a network output behind a DequantizeLinear.
  mutating func lowerGolden(endingAt value: Int) throws(NetworkError) {
    guard let producer = graph.values[value].producer, !graph.nodes[producer].isConstant else { return }
    try addGolden([producer], for: producer, output: value)
  }

  private mutating func addGolden(_ nodes: [Int], for node: Int, output: Int) throws(NetworkError) {
    var all = nodes
    var inputs: [Int] = []
    var position = 0
    while position < all.count {
      for input in graph.nodes[all[position]].inputs {
        guard let input, !graph.values[input].isConstant else { continue }
        if let activation = stored[input] {
          if !inputs.contains(activation) { inputs.append(activation) }
        } else if let producer = graph.values[input].producer, !all.contains(producer) {
          all.append(producer)
        }
      }
      position += 1
    }
    add(
      .golden, for: node, inputs: inputs, output: output, quantisation: quantisationOfResult(output), nodes: all)
  }

  /// What a golden result's integers stand for: its QuantizeLinear says it.
  private func quantisationOfResult(_ value: Int) -> Quantisation? {
    guard let producer = graph.values[value].producer,
      graph.nodes[producer].definition.operatorName == "QuantizeLinear"
    else { return quantisationOfConsumer(value) }
    return quantisation(of: producer)
  }
}
