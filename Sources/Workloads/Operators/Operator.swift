internal import Tensors

/// One operator: how many inputs it takes, what it makes of types, and what it makes of tensors.
struct Operator: Sendable {
  /// Type and extents of the outputs, from the inputs' and from those elements that decide a shape.
  typealias Inference = @Sendable (NodeContext) throws(NetworkError) -> [ValueType]
  /// The golden result; the types are those inferred for the outputs.
  typealias Evaluation = @Sendable (NodeContext, [ValueType]) throws(NetworkError) -> [AnyTensor]

  var inputs: ClosedRange<Int>
  var infer: Inference
  var evaluate: Evaluation

  init(inputs: ClosedRange<Int>, infer: @escaping Inference, evaluate: @escaping Evaluation) {
    self.inputs = inputs
    self.infer = infer
    self.evaluate = evaluate
  }

  /// An operator without a shape rule of its own: its output has type and extents of its first input.
  init(sameAsInput inputs: ClosedRange<Int>, evaluate: @escaping Evaluation) {
    self.init(inputs: inputs, infer: { context throws(NetworkError) in [try context.type(0)] }, evaluate: evaluate)
  }

  /// Every operator of the default domain that this model evaluates.
  static let table: [String: Operator] = [
    activations, arithmetic, constants, convolutions, movements, normalisations, poolings, products, quantisations,
    reductions,
  ].reduce(into: [:]) { $0.merge($1) { first, _ in first } }

  /// Their names in alphabetical order.
  static let names: [String] = table.keys.sorted()

  /// The operator of a node; throws with the list of what there is.
  static func named(_ node: ONNXNode, file: String) throws(NetworkError) -> Operator {
    let domain = node.domain.isEmpty ? "" : "\(node.domain)."
    guard node.domain.isEmpty, let found = table[node.operatorName] else {
      throw NetworkError(
        .unsupported, file: file, at: .node(node.label),
        "operator \(domain)\(node.operatorName) is not supported; supported are \(names.joined(separator: ", "))")
    }
    return found
  }
}
