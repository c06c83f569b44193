internal import Tensors

/// Turns the nodes of a file into a checked graph, one node at a time in execution order.
struct GraphBuilder {
  let model: ONNXModel
  let opset: Int
  var values: [Graph.Value] = []
  var nodes: [Graph.Node] = []
  var inputs: [Int] = []
  private var indices: [String: Int] = [:]

  /// Results of constants are computed at once up to this many elements: shapes, not weights.
  private static let foldingLimit = 4096

  init(_ model: ONNXModel, batch: Int, bound: [String: AnyTensor]) throws(NetworkError) {
    self.model = model
    let version = model.opsets[""] ?? 0
    guard Graph.opsets.contains(Int(clamping: version)) else {
      throw NetworkError(
        .unsupported, file: model.file,
        "imports version \(version) of the default operator set; \(Graph.opsets.lowerBound) to "
          + "\(Graph.opsets.upperBound) are supported")
    }
    opset = Int(version)
    for tensor in model.initializers { try add(tensor) }
    let weights = Set(model.initializers.map(\.name))
    for info in model.inputs where !weights.contains(info.name) {
      if let tensor = bound[info.name] {
        let type = ONNXDataType(rawValue: Int(info.typeNumber)) ?? ONNXDataType(tensor.elementType)
        try add(ONNXTensor(name: info.name, type: type, tensor: tensor))
      } else {
        try add(info, batch: batch)
      }
    }
  }

  private mutating func add(_ value: Graph.Value) throws(NetworkError) -> Int {
    if indices[value.name] != nil {
      throw error(.inconsistent, .tensor(value.name), "is defined twice")
    }
    indices[value.name] = values.count
    values.append(value)
    return values.count - 1
  }

  private mutating func add(_ tensor: ONNXTensor) throws(NetworkError) {
    if let place = tensor.tensor.firstNaN {
      throw error(.inconsistent, .tensor(tensor.name), "holds NaN at element \(place) of \(tensor.tensor.shape)")
    }
    _ = try add(
      Graph.Value(
        name: tensor.name, type: tensor.type, shape: tensor.tensor.shape, constant: tensor.tensor, isConstant: true))
  }

  private mutating func add(_ info: ONNXValueInfo, batch: Int) throws(NetworkError) {
    guard let type = ONNXDataType(rawValue: Int(info.typeNumber)) else {
      let name = ONNXDataType.name(of: info.typeNumber)
      throw error(.unsupported, .tensor(info.name), "is an input of element type \(name), which is not supported")
    }
    guard let dimensions = info.dimensions else {
      throw error(.unsupported, .tensor(info.name), "is an input without extents: dynamic shapes are not supported")
    }
    var extents: [Int] = []
    for (axis, dimension) in dimensions.enumerated() {
      switch dimension {
      case .extent(let extent) where extent >= 0 && extent <= 1 << 30: extents.append(Int(extent))
      case .symbol where axis == 0: extents.append(batch)
      case .extent(let extent):
        throw error(.inconsistent, .tensor(info.name), "has extent \(extent) on axis \(axis), outside 0...\(1 << 30)")
      case .symbol(let name):
        throw error(
          .unsupported, .tensor(info.name),
          "leaves extent \(name) of axis \(axis) open: only the first may be, it becomes the batch of \(batch)")
      }
    }
    guard product(of: extents, atMost: NodeContext.maximumElements) != nil else {
      throw error(
        .unsupported, .tensor(info.name), "has extents \(extents), more than \(NodeContext.maximumElements) elements")
    }
    inputs.append(
      try add(Graph.Value(name: info.name, type: type, shape: Shape(extents), constant: nil, isConstant: false)))
  }

  func error(_ kind: NetworkError.Kind, _ place: NetworkError.Place, _ problem: String) -> NetworkError {
    NetworkError(kind, file: model.file, at: place, problem)
  }

  mutating func addNodes() throws(NetworkError) {
    for index in try GraphOrder(model).indices() { try add(model.nodes[index]) }
  }

  private mutating func add(_ definition: ONNXNode) throws(NetworkError) {
    let operation = try Operator.named(definition, file: model.file)
    var given = definition.inputs
    while given.last == "" { given.removeLast() }
    guard operation.inputs.contains(given.count) else {
      throw error(
        .inconsistent, .node(definition.label),
        "has \(given.count) inputs, \(operation.inputs.lowerBound) to \(operation.inputs.upperBound) are legal")
    }
    var inputs: [Int?] = []
    for name in given { inputs.append(try name.isEmpty ? nil : index(of: name, for: definition)) }
    let isConstant = inputs.allSatisfy { $0.map { values[$0].isConstant } ?? true }
    var node = Graph.Node(definition: definition, inputs: inputs, outputs: [], isConstant: isConstant)
    let context = context(node)
    let types = try operation.infer(context)
    let folded = try fold(operation, context, types, isConstant)
    try makeOutputs(of: &node, types, folded)
    for input in inputs { if let input { values[input].consumers.append(nodes.count) } }
    nodes.append(node)
  }

  private func context(_ node: Graph.Node) -> NodeContext {
    let inputs = node.inputs.map { index in
      index.map {
        NodeInput(type: ValueType(type: values[$0].type, shape: values[$0].shape), tensor: values[$0].constant)
      }
    }
    return NodeContext(node: node.definition, opset: opset, file: model.file, inputs: inputs)
  }

  private func index(of name: String, for node: ONNXNode) throws(NetworkError) -> Int {
    guard let index = indices[name] else {
      throw error(.inconsistent, .node(node.label), "takes \(name), which no node, input or weight is called")
    }
    return index
  }

  private func fold(
    _ operation: Operator, _ context: NodeContext, _ types: [ValueType], _ isConstant: Bool
  ) throws(NetworkError) -> [AnyTensor]? {
    guard isConstant, context.inputs.allSatisfy({ $0 == nil || $0?.tensor != nil }) else { return nil }
    let count = types.reduce(0) { $0 + $1.shape.count }
    guard count <= Self.foldingLimit || context.inputs.isEmpty else { return nil }
    return try operation.evaluate(context, types)
  }

  private mutating func makeOutputs(
    of node: inout Graph.Node, _ types: [ValueType], _ folded: [AnyTensor]?
  ) throws(NetworkError) {
    for (position, name) in node.definition.outputs.enumerated() {
      if name.isEmpty {
        node.outputs.append(nil)
        continue
      }
      guard position < types.count else {
        throw error(
          .unsupported, .node(node.label), "wants output \(position) (\(name)); \(types.count) outputs are supported")
      }
      let constant = folded.flatMap { position < $0.count ? $0[position] : nil }
      node.outputs.append(
        try add(
          Graph.Value(
            name: name, type: types[position].type, shape: types[position].shape, constant: constant,
            isConstant: node.isConstant, producer: nodes.count)))
    }
  }

  func resolvedOutputs() throws(NetworkError) -> [Int] {
    if model.outputs.isEmpty { throw error(.inconsistent, .file, "the graph has no output") }
    var outputs: [Int] = []
    for info in model.outputs {
      guard let index = indices[info.name] else {
        throw error(.inconsistent, .tensor(info.name), "is an output that no node, input or weight makes")
      }
      outputs.append(index)
    }
    return outputs
  }
}

extension AnyTensor {
  /// Index of the first NaN, if there is one.
  var firstNaN: Int? {
    switch self {
    case .float16(let tensor): tensor.elements.firstIndex { $0.isNaN }
    case .bfloat16(let tensor): tensor.elements.firstIndex { $0.float.isNaN }
    case .float32(let tensor): tensor.elements.firstIndex { $0.isNaN }
    case .float64(let tensor): tensor.elements.firstIndex { $0.isNaN }
    case .bool, .int8, .uint8, .int16, .uint16, .int32, .uint32, .int64, .uint64: nil
    }
  }
}
