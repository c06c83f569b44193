internal import Tensors

extension Graph {
  /// The elements of a constant value, computed now where the graph has not folded it.
  func constant(_ value: Int) throws(NetworkError) -> AnyTensor? {
    guard values[value].isConstant else { return nil }
    if let tensor = values[value].constant { return tensor }
    var needed: Set<Int> = []
    var pending = [value]
    while let next = pending.popLast() {
      guard values[next].constant == nil, let producer = values[next].producer else { continue }
      if needed.insert(producer).inserted { pending += nodes[producer].inputs.compactMap { $0 } }
    }
    var known: [Int: AnyTensor] = [:]
    for index in needed.sorted() {
      let node = nodes[index]
      let context = context(node) { known[$0] ?? values[$0].constant }
      let operation = try Operator.named(node.definition, file: file)
      for (tensor, output) in zip(try operation.evaluate(context, try operation.infer(context)), node.outputs) {
        if let output { known[output] = tensor }
      }
    }
    return known[value]
  }
}
