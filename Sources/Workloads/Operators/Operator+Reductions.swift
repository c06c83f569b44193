internal import Tensors

extension Operator {
  /// Reductions over axes.
  static let reductions: [String: Operator] = [
    "ReduceMean": reduction { sum, count in sum / count },
    "ReduceSum": reduction { sum, _ in sum },
  ]

  private static func reduction(_ finish: @escaping @Sendable (_ sum: Double, _ count: Double) -> Double) -> Operator {
    Operator(inputs: 1...2) { context throws(NetworkError) in
      try context.requireFloat(0)
      let input = try context.type(0)
      let axes = try reducedAxes(context, input.shape)
      let keeps = try context.integer("keepdims") ?? 1 != 0
      let dimensions = input.shape.dimensions.enumerated().compactMap { axis, extent in
        axes.contains(axis) ? (keeps ? 1 : nil) : extent
      }
      return [ValueType(type: input.type, shape: Shape(dimensions))]
    } evaluate: { context, types throws(NetworkError) in
      let input = try context.shape(0)
      let axes = try reducedAxes(context, input)
      let target = Shape(input.dimensions.enumerated().map { axes.contains($0) ? 1 : $1 })
      var sums = [Double](repeating: 0, count: target.count)
      let values = try context.floats(0)
      for (value, slot) in zip(values, broadcastIndices(target, to: input)) { sums[slot] += Double(value) }
      let count = Double(target.count == 0 ? 0 : values.count / target.count)
      return [AnyTensor(types[0].type.elementType, types[0].shape, converting: sums.map { finish($0, count) })]
    }
  }

  private static func reducedAxes(_ context: NodeContext, _ input: Shape) throws(NetworkError) -> [Int] {
    let axes = try axes(context, input: 1, rank: input.rank) ?? []
    if !axes.isEmpty { return axes }
    return try context.integer("noop_with_empty_axes") ?? 0 != 0 ? [] : Array(0..<input.rank)
  }
}
