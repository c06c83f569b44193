public import Tensors

/// Executes a graph operator by operator, exactly as ONNX defines each, and keeps every intermediate value.
public struct GoldenGraph: Sendable {
  /// What it executes.
  public let graph: Graph
  /// Elements of every constant value by index, results of constant nodes included.
  private let constants: [AnyTensor?]

  /// Prepares a graph: constant nodes are executed once, here.
  public init(_ graph: Graph) throws(NetworkError) {
    self.graph = graph
    var known = graph.values.map(\.constant)
    for node in graph.nodes where node.isConstant { try Self.execute(node, graph, &known) }
    constants = known
  }

  /// Executes the graph on inputs by name; throws where one is missing, of another type or of other extents.
  public func run(_ inputs: [String: AnyTensor]) throws(NetworkError) -> GoldenValues {
    var known = constants
    for index in graph.inputs {
      known[index] = try graph.checkedInput(index, inputs[graph.values[index].name])
    }
    for name in inputs.keys.sorted() where !graph.inputs.contains(where: { graph.values[$0].name == name }) {
      throw NetworkError(.inconsistent, file: graph.file, at: .tensor(name), "is given, but is no input of the network")
    }
    for node in graph.nodes where !node.isConstant { try Self.execute(node, graph, &known) }
    return GoldenValues(graph: graph, tensors: known)
  }

  private static func execute(
    _ node: Graph.Node, _ graph: Graph, _ known: inout [AnyTensor?]
  ) throws(NetworkError) {
    if node.outputs.allSatisfy({ $0.map { known[$0] != nil } ?? true }) { return }
    let context = graph.context(node) { known[$0] }
    let operation = try Operator.named(node.definition, file: graph.file)
    let types = try operation.infer(context)
    for (tensor, output) in zip(try operation.evaluate(context, types), node.outputs) {
      if let output { known[output] = tensor }
    }
  }
}

extension Graph {
  /// An input's tensor, checked against its declaration.
  func checkedInput(_ index: Int, _ tensor: AnyTensor?) throws(NetworkError) -> AnyTensor {
    let value = values[index]
    func fail(_ problem: String) -> NetworkError {
      NetworkError(.inconsistent, file: file, at: .tensor(value.name), problem)
    }
    guard let tensor else { throw fail("is an input of the network and is not given") }
    if tensor.elementType != value.type.elementType {
      throw fail("is given as \(tensor.elementType), the network takes \(value.type)")
    }
    if tensor.shape != value.shape { throw fail("is given as \(tensor.shape), the network takes \(value.shape)") }
    return tensor
  }
}

/// Every value of one golden run.
public struct GoldenValues: Sendable {
  /// The graph that ran.
  public let graph: Graph
  private let tensors: [AnyTensor?]

  init(graph: Graph, tensors: [AnyTensor?]) {
    self.graph = graph
    self.tensors = tensors
  }

  /// The elements of a value by its index in the graph.
  public subscript(index: Int) -> AnyTensor? { tensors[index] }

  /// The elements of a value by name; nil where there is no such value.
  public subscript(name: String) -> AnyTensor? { graph.value(named: name).flatMap { tensors[$0] } }

  /// The network's outputs in file order.
  public var outputs: [AnyTensor] { graph.outputs.compactMap { tensors[$0] } }
}
