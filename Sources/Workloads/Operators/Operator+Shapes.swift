internal import Tensors

extension Operator {
  /// Attribute shape before opset 5, a constant input from then on; 0 copies an extent, -1 takes what is left.
  static func reshapedShape(_ context: NodeContext) throws(NetworkError) -> [Int] {
    let input = try context.shape(0)
    var wanted = try context.has(1) ? context.integers(1) : context.integerList("shape") ?? []
    if try context.integer("allowzero") ?? 0 == 0 {
      for (axis, extent) in wanted.enumerated() where extent == 0 {
        guard axis < input.rank else {
          throw context.fail(.inconsistent, "shape \(wanted) copies extent \(axis), which \(input) does not have")
        }
        wanted[axis] = input[axis]
      }
    }
    guard let free = wanted.firstIndex(of: -1) else { return wanted }
    wanted[free] = 1
    guard !wanted.contains(where: { $0 < 0 }), let rest = product(of: wanted, atMost: .max), rest > 0,
      input.count % rest == 0
    else {
      throw context.fail(.inconsistent, "\(input.count) elements do not fill shape \(wanted) with extent \(free) free")
    }
    wanted[free] = input.count / rest
    return wanted
  }

  static func flattenedShape(_ context: NodeContext) throws(NetworkError) -> [Int] {
    let input = try context.shape(0)
    let axis = try context.integer("axis") ?? 1
    guard (-input.rank...input.rank).contains(axis) else {
      throw context.fail(.inconsistent, "axis \(axis) is outside \(-input.rank)...\(input.rank)")
    }
    let split = axis < 0 ? axis + input.rank : axis
    return [input.dimensions.prefix(split).reduce(1, *), input.dimensions.dropFirst(split).reduce(1, *)]
  }

  static func squeezedShape(_ context: NodeContext) throws(NetworkError) -> [Int] {
    let input = try context.shape(0)
    guard let axes = try axes(context, input: 1, rank: input.rank) else { return input.dimensions.filter { $0 != 1 } }
    if let wide = axes.first(where: { $0 >= input.rank || input[$0] != 1 }) {
      throw context.fail(.inconsistent, "axis \(wide) of \(input) is not 1 and cannot be squeezed out")
    }
    return input.dimensions.indices.filter { !axes.contains($0) }.map { input[$0] }
  }

  static func unsqueezedShape(_ context: NodeContext) throws(NetworkError) -> [Int] {
    let input = try context.shape(0)
    let count = try context.has(1) ? context.integers(1).count : context.integerList("axes")?.count ?? 0
    guard let axes = try axes(context, input: 1, rank: input.rank + count), Set(axes).count == axes.count else {
      throw context.fail(.inconsistent, "axes are missing or named twice")
    }
    var rest = input.dimensions[...]
    return (0..<input.rank + count).map { axes.contains($0) ? 1 : rest.removeFirst() }
  }

  /// Axes from an attribute (old opsets) or a constant input, counted from the front; nil where none are given.
  static func axes(_ context: NodeContext, input: Int, rank: Int) throws(NetworkError) -> [Int]? {
    guard let given = try context.has(input) ? context.integers(input) : context.integerList("axes") else { return nil }
    var axes: [Int] = []
    for axis in given { axes.append(try context.axis(axis, rank: rank)) }
    return axes
  }

  /// Positions along every axis of a Pad, -1 for the fill value.
  static func padPicks(_ context: NodeContext) throws(NetworkError) -> [[Int]] {
    let shape = try context.shape(0)
    let attribute = try context.integerList(context.opset < 2 ? "paddings" : "pads")
    let given = try context.has(1) ? context.integers(1) : attribute
    let axes = try self.axes(context, input: 3, rank: shape.rank)
    let padded = axes ?? Array(0..<shape.rank)
    guard let pads = given, pads.count == 2 * padded.count, padded.allSatisfy({ $0 < shape.rank }) else {
      throw context.fail(.inconsistent, "\(given?.count ?? 0) pads do not fit \(padded.count) axes")
    }
    let mode = try context.string("mode") ?? "constant"
    var picks = shape.dimensions.map { Array(0..<$0) }
    for (position, axis) in padded.enumerated() {
      let (before, after) = (pads[position], pads[padded.count + position])
      guard abs(before.clamped) < 1 << 24, abs(after.clamped) < 1 << 24, shape[axis] + before + after >= 0 else {
        throw context.fail(.inconsistent, "pads \(before) and \(after) do not fit axis \(axis) of \(shape)")
      }
      picks[axis] = try padAxis(context, mode, shape[axis], before, after)
    }
    return picks
  }

  private static func padAxis(
    _ context: NodeContext, _ mode: String, _ extent: Int, _ before: Int, _ after: Int
  ) throws(NetworkError) -> [Int] {
    let positions = -before..<extent + after
    guard positions.contains(where: { $0 < 0 || $0 >= extent }) else { return Array(positions) }
    switch mode {
    case "constant": return positions.map { (0..<extent).contains($0) ? $0 : -1 }
    case "edge" where extent > 0: return positions.map { max(0, min(extent - 1, $0)) }
    case "wrap" where extent > 0: return positions.map { ($0 % extent + extent) % extent }
    case "reflect" where extent > 1:
      let period = 2 * (extent - 1)
      return positions.map { position in
        let folded = (position % period + period) % period
        return folded < extent ? folded : period - folded
      }
    case "reflect" where extent == 1: return positions.map { _ in 0 }
    default: throw context.fail(.inconsistent, "mode \(mode) cannot pad an axis of \(extent)")
    }
  }

  static func padFill(_ context: NodeContext) throws(NetworkError) -> AnyTensor? {
    if context.has(2) {
      try context.requireSameType(2)
      return try context.tensor(2)
    }
    guard let value = try context.float("value") else { return nil }
    return AnyTensor(try context.type(0).type.elementType, [1], converting: [Double(value)])
  }

  /// Positions along every axis of a Slice; attributes before opset 10, constant inputs from then on.
  static func slicePicks(_ context: NodeContext) throws(NetworkError) -> [[Int]] {
    let shape = try context.shape(0)
    let starts = try context.has(1) ? context.integers(1) : context.integerList("starts") ?? []
    let ends = try context.has(2) ? context.integers(2) : context.integerList("ends") ?? []
    let axes = try self.axes(context, input: 3, rank: shape.rank)
    let sliced = axes ?? Array(0..<starts.count)
    let steps = try context.has(4) ? context.integers(4) : [Int](repeating: 1, count: starts.count)
    guard starts.count == ends.count, sliced.count == starts.count, steps.count == starts.count,
      sliced.allSatisfy({ $0 < shape.rank }), !steps.contains(0)
    else {
      throw context.fail(.inconsistent, "starts \(starts), ends \(ends) and steps \(steps) do not slice \(shape)")
    }
    var picks = shape.dimensions.map { Array(0..<$0) }
    for (position, axis) in sliced.enumerated() {
      let (extent, step) = (shape[axis], steps[position].clamped)
      func limit(_ value: Int, _ low: Int, _ high: Int) -> Int {
        let value = value.clamped
        return max(low, min(high, value < 0 ? value + extent : value))
      }
      let bounds = step > 0 ? (0, extent) : (-1, extent - 1)
      let start = limit(starts[position], max(bounds.0, 0), bounds.1)
      let end = ends[position] < -extent ? bounds.0 : limit(ends[position], bounds.0, bounds.1)
      picks[axis] = Array(stride(from: start, to: end, by: step)).filter { (0..<extent).contains($0) }
    }
    return picks
  }

  static let depthToSpace = Operator(inputs: 1...1) { context throws(NetworkError) in
    let input = try context.type(0)
    let block = try blockSize(context)
    guard input.shape.rank == 4, input.shape[1] % (block * block) == 0 else {
      throw context.fail(.inconsistent, "\(input.shape) does not divide into blocks of \(block)")
    }
    let (n, c, h, w) = (input.shape[0], input.shape[1], input.shape[2], input.shape[3])
    return [ValueType(type: input.type, shape: try context.shape([n, c / block / block, h * block, w * block]))]
  } evaluate: { context, types throws(NetworkError) in
    let block = try blockSize(context)
    let isColumnsFirst = try context.string("mode") == "CRD"
    let (input, output) = (try context.shape(0), types[0].shape)
    let indices = positions(output) { n, c, h, w in
      let tap = h % block * block + w % block
      let channel = isColumnsFirst ? c * block * block + tap : tap * output[1] + c
      return ((n * input[1] + channel) * input[2] + h / block) * input[3] + w / block
    }
    return [try context.tensor(0).gathered(output, indices)]
  }

  static let spaceToDepth = Operator(inputs: 1...1) { context throws(NetworkError) in
    let input = try context.type(0)
    let block = try blockSize(context)
    guard input.shape.rank == 4, input.shape[2] % block == 0, input.shape[3] % block == 0 else {
      throw context.fail(.inconsistent, "\(input.shape) does not divide into blocks of \(block)")
    }
    let (n, c, h, w) = (input.shape[0], input.shape[1], input.shape[2], input.shape[3])
    return [ValueType(type: input.type, shape: try context.shape([n, c * block * block, h / block, w / block]))]
  } evaluate: { context, types throws(NetworkError) in
    let block = try blockSize(context)
    let (input, output) = (try context.shape(0), types[0].shape)
    let indices = positions(output) { n, c, h, w in
      let tap = c / input[1]
      let row = h * block + tap / block
      return ((n * input[1] + c % input[1]) * input[2] + row) * input[3] + w * block + tap % block
    }
    return [try context.tensor(0).gathered(output, indices)]
  }

  private static func blockSize(_ context: NodeContext) throws(NetworkError) -> Int {
    let block = try context.integer("blocksize") ?? 0
    guard (1...1 << 15).contains(block) else {
      throw context.fail(.inconsistent, "blocksize is \(block), not 1...32768")
    }
    return block
  }

  private static func positions(_ shape: Shape, _ index: (Int, Int, Int, Int) -> Int) -> [Int] {
    var indices: [Int] = []
    indices.reserveCapacity(shape.count)
    for n in 0..<shape[0] {
      for c in 0..<shape[1] {
        for h in 0..<shape[2] {
          for w in 0..<shape[3] { indices.append(index(n, c, h, w)) }
        }
      }
    }
    return indices
  }
}

extension Int {
  /// The same number, or the nearest within 2^40 of zero: enough for any axis, and sums of a few stay exact.
  fileprivate var clamped: Int { Swift.max(-(1 << 40), Swift.min(1 << 40, self)) }
}
