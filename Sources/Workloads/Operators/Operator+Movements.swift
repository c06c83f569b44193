internal import Tensors

extension Operator {
  /// Operators that only move, repeat or drop elements.
  static let movements: [String: Operator] = [
    "Identity": Operator(sameAsInput: 1...1) { context, _ throws(NetworkError) in [try context.tensor(0)] },
    "Dropout": dropout, "Reshape": reshaping(inputs: 1...2, reshapedShape),
    "Flatten": reshaping(inputs: 1...1, flattenedShape), "Squeeze": reshaping(inputs: 1...2, squeezedShape),
    "Unsqueeze": reshaping(inputs: 1...2, unsqueezedShape), "Transpose": transpose, "Concat": concat,
    "Pad": picking(inputs: 1...4, padPicks, fill: padFill), "Slice": picking(inputs: 1...5, slicePicks),
    "Gather": gather, "DepthToSpace": depthToSpace, "SpaceToDepth": spaceToDepth, "Expand": expand, "Split": split,
  ]

  /// An operator that gives the same elements another shape.
  private static func reshaping(
    inputs: ClosedRange<Int>, _ shape: @escaping @Sendable (NodeContext) throws(NetworkError) -> [Int]
  ) -> Operator {
    Operator(inputs: inputs) { context throws(NetworkError) in
      let input = try context.type(0)
      let output = try context.shape(shape(context))
      if output.count != input.shape.count {
        throw context.fail(
          .inconsistent, "\(output) has \(output.count) elements, the input \(input.shape) has \(input.shape.count)")
      }
      return [ValueType(type: input.type, shape: output)]
    } evaluate: { context, types throws(NetworkError) in
      [try context.tensor(0).reshaped(types[0].shape)]
    }
  }

  /// An operator that picks positions of every axis; -1 stands for the fill value.
  private static func picking(
    inputs: ClosedRange<Int>, _ picks: @escaping @Sendable (NodeContext) throws(NetworkError) -> [[Int]],
    fill: (@Sendable (NodeContext) throws(NetworkError) -> AnyTensor?)? = nil
  ) -> Operator {
    Operator(inputs: inputs) { context throws(NetworkError) in
      let shape = try context.shape(picks(context).map(\.count))
      return [ValueType(type: try context.type(0).type, shape: shape)]
    } evaluate: { context, types throws(NetworkError) in
      let indices = indices(try context.shape(0), try picks(context))
      return [try context.tensor(0).gathered(types[0].shape, indices, fill: fill?(context))]
    }
  }

  /// Row-major indices of the product of positions picked along every axis; -1 where any of them is -1.
  static func indices(_ source: Shape, _ picks: [[Int]]) -> [Int] {
    var indices = [0]
    for (axis, stride) in source.strides.enumerated() {
      indices = indices.flatMap { base in
        picks[axis].map { base < 0 || $0 < 0 ? -1 : base + $0 * stride }
      }
    }
    return indices
  }

  private static let transpose = Operator(inputs: 1...1) { context throws(NetworkError) in
    let input = try context.type(0)
    let order = try permutation(context)
    return [ValueType(type: input.type, shape: try context.shape(order.map { input.shape[$0] }))]
  } evaluate: { context, types throws(NetworkError) in
    let strides = try context.shape(0).strides
    var indices = [0]
    for (position, axis) in try permutation(context).enumerated() {
      indices = indices.flatMap { base in (0..<types[0].shape[position]).map { base + $0 * strides[axis] } }
    }
    return [try context.tensor(0).gathered(types[0].shape, indices)]
  }

  /// Attribute perm, by default all axes reversed.
  static func permutation(_ context: NodeContext) throws(NetworkError) -> [Int] {
    let rank = try context.shape(0).rank
    guard let order = try context.integerList("perm") else { return (0..<rank).reversed() }
    if order.sorted() != Array(0..<rank) {
      throw context.fail(.inconsistent, "perm \(order) is not a permutation of \(rank) axes")
    }
    return order
  }

  private static let concat = Operator(inputs: 1...4096) { context throws(NetworkError) in
    let first = try context.type(0)
    let axis = try context.axis(context.integer("axis") ?? 1, rank: first.shape.rank)
    var dimensions = first.shape.dimensions
    if dimensions.isEmpty { throw context.fail(.inconsistent, "scalars have no axis to concatenate along") }
    for index in context.inputs.indices.dropFirst() {
      try context.requireSameType(index)
      let shape = try context.shape(index)
      let others = first.shape.dimensions.indices.filter { $0 != axis }
      guard shape.rank == dimensions.count, others.allSatisfy({ shape[$0] == dimensions[$0] }) else {
        throw context.fail(
          .inconsistent, "input \(index) is \(shape), input 0 \(first.shape); only axis \(axis) may differ")
      }
      dimensions[axis] += shape[axis]
    }
    return [ValueType(type: first.type, shape: try context.shape(dimensions))]
  } evaluate: { context, types throws(NetworkError) in
    let axis = try context.axis(context.integer("axis") ?? 1, rank: types[0].shape.rank)
    var tensors: [AnyTensor] = []
    for index in context.inputs.indices { tensors.append(try context.tensor(index)) }
    return [concatenated(tensors, axis: axis, shape: types[0].shape)]
  }

  /// Tensors side by side along an axis.
  static func concatenated(_ tensors: [AnyTensor], axis: Int, shape: Shape) -> AnyTensor {
    let rows = shape.dimensions.prefix(axis).reduce(1, *)
    let runs = tensors.map { $0.shape.dimensions.dropFirst(axis).reduce(1, *) }
    var starts = [0]
    for tensor in tensors { starts.append(starts[starts.count - 1] + tensor.shape.count) }
    let indices = (0..<rows).flatMap { row in
      runs.indices.flatMap { part in (0..<runs[part]).map { starts[part] + row * runs[part] + $0 } }
    }
    return tensors[0].joined(Array(tensors.dropFirst())).gathered(shape, indices)
  }

  private static let dropout = Operator(inputs: 1...3) { context throws(NetworkError) in
    if context.has(2), try context.integers(2) != [0] {
      throw context.fail(.unsupported, "drops at random in training mode; inference is supported")
    }
    let input = try context.type(0)
    return [input, ValueType(type: context.opset < 10 ? input.type : .bool, shape: input.shape)]
  } evaluate: { context, types throws(NetworkError) in
    let ones = [Double](repeating: 1, count: types[1].shape.count)
    return [try context.tensor(0), AnyTensor(types[1].type.elementType, types[1].shape, converting: ones)]
  }

  private static let gather = Operator(inputs: 2...2) { context throws(NetworkError) in
    let (data, indices) = (try context.type(0), try context.shape(1))
    let axis = try context.axis(context.integer("axis") ?? 0, rank: data.shape.rank)
    guard axis < data.shape.rank else { throw context.fail(.inconsistent, "a scalar has no axis to gather along") }
    let dimensions = data.shape.dimensions
    let shape = dimensions[..<axis] + indices.dimensions + dimensions[(axis + 1)...]
    return [ValueType(type: data.type, shape: try context.shape(Array(shape)))]
  } evaluate: { context, types throws(NetworkError) in
    let data = try context.shape(0)
    let axis = try context.axis(context.integer("axis") ?? 0, rank: data.rank)
    var picks = data.dimensions.map { Array(0..<$0) }
    let extent = data[axis]
    let chosen = try context.integers(1)
    if let outside = chosen.first(where: { !(-extent..<extent).contains($0) }) {
      throw context.fail(.inconsistent, "index \(outside) is outside axis \(axis) of \(data)")
    }
    picks[axis] = chosen.map { $0 < 0 ? $0 + extent : $0 }
    return [try context.tensor(0).gathered(types[0].shape, indices(data, picks))]
  }

  private static let expand = Operator(inputs: 2...2) { context throws(NetworkError) in
    let input = try context.type(0)
    let target = try context.shape(context.integers(1))
    return [ValueType(type: input.type, shape: try broadcastShape(context, [input.shape, target]))]
  } evaluate: { context, types throws(NetworkError) in
    let input = try context.tensor(0)
    return [input.gathered(types[0].shape, broadcastIndices(input.shape, to: types[0].shape))]
  }

  private static let split = Operator(inputs: 1...2) { context throws(NetworkError) in
    let input = try context.type(0)
    let axis = try context.axis(context.integer("axis") ?? 0, rank: input.shape.rank)
    var types: [ValueType] = []
    for size in try splitSizes(context, input.shape, axis) {
      var dimensions = input.shape.dimensions
      dimensions[axis] = size
      types.append(ValueType(type: input.type, shape: try context.shape(dimensions)))
    }
    return types
  } evaluate: { context, types throws(NetworkError) in
    let input = try context.tensor(0)
    let axis = try context.axis(context.integer("axis") ?? 0, rank: input.shape.rank)
    var first = 0
    return types.map { type in
      var picks = input.shape.dimensions.map { Array(0..<$0) }
      picks[axis] = Array(first..<first + type.shape[axis])
      first += type.shape[axis]
      return input.gathered(type.shape, indices(input.shape, picks))
    }
  }

  private static func splitSizes(_ context: NodeContext, _ input: Shape, _ axis: Int) throws(NetworkError) -> [Int] {
    guard axis < input.rank else { throw context.fail(.inconsistent, "a scalar cannot be split") }
    let declared = context.has(1) ? try context.integers(1) : try context.integerList("split")
    let parts = max(1, context.node.outputs.count)
    let even = (input[axis] + parts - 1) / parts
    let sizes = declared ?? (0..<parts).map { max(0, min(even, input[axis] - $0 * even)) }
    var sum = 0
    for size in sizes where size < 0 || size > input[axis] - sum {
      throw context.fail(.inconsistent, "splits \(sizes) do not fit the \(input[axis]) of axis \(axis)")
    }
    sum = sizes.reduce(0) { $0.addingReportingOverflow($1).partialValue }
    guard sum == input[axis], sizes.count == parts else {
      throw context.fail(.inconsistent, "\(parts) splits \(sizes) do not sum to the \(input[axis]) of axis \(axis)")
    }
    return sizes
  }
}
