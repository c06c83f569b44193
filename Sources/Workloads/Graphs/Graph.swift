public import Tensors

/// A checked network graph: nodes in execution order, every value with its type, extents and, where constant, elements.
///
/// Built from an `ONNXModel`; a value of this type has no cycles, no unknown operators and no open extents.
public struct Graph: Sendable {
  /// One value that flows along an edge of the graph.
  public struct Value: Sendable {
    /// Its name in the file.
    public var name: String
    /// Its element type in the file, which knows 4-bit integers.
    public var type: ONNXDataType
    /// Its extents.
    public var shape: Shape
    /// Its elements, for weights and for small results of constants.
    public var constant: AnyTensor?
    /// Whether it depends on no input of the network.
    public var isConstant: Bool
    /// Index of the node that makes it; nil for inputs and weights.
    public var producer: Int?
    /// Indices of the nodes that take it, in execution order, once per use.
    public var consumers: [Int] = []
  }

  /// One operator.
  public struct Node: Sendable {
    /// The operator and its attributes.
    public var definition: ONNXNode
    /// Indices of the values it takes; nil for an optional input left out.
    public var inputs: [Int?]
    /// Indices of the values it makes; nil for an optional output left out.
    public var outputs: [Int?]
    /// Whether it depends on no input of the network.
    public var isConstant: Bool
    /// What messages and reports call it.
    public var label: String { definition.label }
  }

  /// The file's name as the user gave it.
  public let file: String
  /// The network's name.
  public let name: String
  /// Version of the default operator set.
  public let opset: Int
  /// Every value.
  public internal(set) var values: [Value]
  /// Every node, each after those whose results it takes.
  public internal(set) var nodes: [Node]
  /// Indices of the values that a run must be given.
  public let inputs: [Int]
  /// Indices of the values that a run yields.
  public let outputs: [Int]

  /// Operator sets that are read.
  public static let opsets = 6...25

  /// Checks a model, orders its nodes, infers every type and extent and folds small constants.
  ///
  /// `batch` is the number of images for inputs whose first extent is open; `bound` gives inputs that become constants,
  /// which inputs that decide extents must. Throws `NetworkError` with the node or
  /// tensor for: cycles, unknown or doubly defined names, unsupported operators and operator sets, open extents, types
  /// or extents that do not fit, and NaN among the weights.
  public init(_ model: ONNXModel, batch: Int = 1, bound: [String: AnyTensor] = [:]) throws(NetworkError) {
    var builder = try GraphBuilder(model, batch: batch, bound: bound)
    try builder.addNodes()
    file = model.file
    name = model.graphName
    opset = builder.opset
    values = builder.values
    nodes = builder.nodes
    inputs = builder.inputs
    outputs = try builder.resolvedOutputs()
  }

  /// Reads a `.onnx` file and checks it.
  public init(path: String, batch: Int = 1) throws(NetworkError) {
    try self.init(try ONNXModel(path: path), batch: batch)
  }

  /// Index of the value of that name, if there is one.
  public func value(named name: String) -> Int? {
    values.firstIndex { $0.name == name }
  }

  /// What an operator sees of a node, with the elements that `tensor` knows.
  func context(_ node: Node, _ tensor: (Int) -> AnyTensor?) -> NodeContext {
    let inputs = node.inputs.map { index in
      index.map { NodeInput(type: ValueType(type: values[$0].type, shape: values[$0].shape), tensor: tensor($0)) }
    }
    return NodeContext(node: node.definition, opset: opset, file: file, inputs: inputs)
  }
}
