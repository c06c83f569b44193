internal import Tensors

extension Operator {
  /// The transposed convolution: every input element adds its scaled filter to the output, 1 to 3 spatial dimensions.
  static let convolutionTranspose = Operator(inputs: 2...3) { context throws(NetworkError) in
    try context.requireFloat(0)
    try context.requireSameType(1)
    let geometry = try TransposedGeometry(context)
    if context.has(2), try context.shape(2).dimensions != [geometry.filters] {
      throw context.fail(.inconsistent, "the bias is \(try context.shape(2)), not \(geometry.filters) numbers")
    }
    let dimensions = [geometry.batch, geometry.filters] + geometry.axes.map(\.output)
    return [ValueType(type: try context.type(0).type, shape: try context.shape(dimensions))]
  } evaluate: { context, types throws(NetworkError) in
    let bias = context.has(2) ? try context.floats(2) : []
    let sums = try TransposedGeometry(context).sums(try context.floats(0), try context.floats(1), bias: bias)
    return [AnyTensor(types[0].type.elementType, types[0].shape, floats: sums)]
  }
}

/// The loops of a transposed convolution, always as three spatial axes.
private struct TransposedGeometry {
  let batch: Int
  let channels: Int
  let filters: Int
  let groups: Int
  let axes: [SpatialAxis]

  init(_ context: NodeContext) throws(NetworkError) {
    let input = try context.shape(0)
    let weight = try context.shape(1)
    guard input.rank == weight.rank, (3...5).contains(input.rank) else {
      throw context.fail(.unsupported, "transposes \(weight) over \(input); 1 to 3 spatial dimensions are supported")
    }
    groups = try context.integer("group") ?? 1
    batch = input[0]
    channels = input[1]
    guard groups >= 1, channels == weight[0], channels % groups == 0 else {
      throw context.fail(.inconsistent, "\(groups) groups and weights \(weight) do not fit the input \(input)")
    }
    let (total, overflow) = weight[1].multipliedReportingOverflow(by: groups)
    if overflow { throw context.fail(.inconsistent, "\(groups) groups of \(weight[1]) filters are too many") }
    filters = total
    axes = try Self.axes(context, input, kernel: Array(weight.dimensions.dropFirst(2)))
  }

  private static func axes(_ context: NodeContext, _ input: Shape, kernel: [Int]) throws(NetworkError) -> [SpatialAxis]
  {
    let rank = kernel.count
    func list(_ name: String, _ count: Int, _ value: Int, least: Int) throws(NetworkError) -> [Int] {
      let list = try context.integerList(name) ?? [Int](repeating: value, count: count)
      guard list.count == count, list.allSatisfy({ $0 >= least && $0 <= 1 << 30 }) else {
        throw context.fail(.inconsistent, "attribute \(name) is \(list), not \(count) numbers from \(least) on")
      }
      return list
    }
    let strides = try list("strides", rank, 1, least: 1)
    let dilations = try list("dilations", rank, 1, least: 1)
    let pads = try list("pads", 2 * rank, 0, least: 0)
    let extra = try list("output_padding", rank, 0, least: 0)
    let outputs = try context.integerList("output_shape").map { Array($0.suffix(rank)) }
    let automatic = try context.string("auto_pad") ?? "NOTSET"
    var axes: [SpatialAxis] = []
    for axis in 0..<rank {
      let full = (input[axis + 2] - 1) * strides[axis] + extra[axis] + (kernel[axis] - 1) * dilations[axis] + 1
      var before = pads[axis]
      var output = full - pads[axis] - pads[rank + axis]
      let isSame = automatic.hasPrefix("SAME")
      if let wanted = outputs.flatMap({ axis < $0.count ? $0[axis] : nil })
        ?? (isSame ? input[axis + 2] * strides[axis] : nil)
      {
        guard wanted >= 0, wanted <= 1 << 30 else { throw context.fail(.inconsistent, "output_shape holds \(wanted)") }
        output = wanted
        // The standard gives the odd element to the end for SAME_UPPER and to the beginning otherwise.
        let total = max(0, full - wanted)
        before = automatic == "SAME_UPPER" ? total / 2 : total - total / 2
      }
      axes.append(
        SpatialAxis(
          input: input[axis + 2], kernel: kernel[axis], stride: strides[axis], dilation: dilations[axis],
          before: before, after: 0, output: output))
    }
    return axes
  }

  func sums(_ input: [Float], _ weight: [Float], bias: [Float]) -> [Float] {
    let flat = SpatialAxis(input: 1, kernel: 1, stride: 1, dilation: 1, before: 0, after: 0, output: 1)
    let axes = [SpatialAxis](repeating: flat, count: 3 - axes.count) + axes
    let inputPlane = axes.map(\.input).reduce(1, *)
    let outputPlane = axes.map(\.output).reduce(1, *)
    let kernelPlane = axes.map(\.kernel).reduce(1, *)
    let perGroup = (channels: channels / groups, filters: filters / groups)
    var sums = (0..<batch * filters * outputPlane).map { bias.isEmpty ? 0 : bias[$0 / outputPlane % filters] }
    let moves = self.moves(axes)
    for n in 0..<batch {
      for c in 0..<channels {
        for m in 0..<perGroup.filters {
          let source = (n * channels + c) * inputPlane
          let kernel = (c * perGroup.filters + m) * kernelPlane
          let target = (n * filters + c / perGroup.channels * perGroup.filters + m) * outputPlane
          for move in moves { sums[target + move.output] += input[source + move.input] * weight[kernel + move.kernel] }
        }
      }
    }
    return sums
  }

  /// Every (input, filter tap, output) triple of one plane.
  private func moves(_ axes: [SpatialAxis]) -> [(input: Int, kernel: Int, output: Int)] {
    var moves = [(input: 0, kernel: 0, output: 0)]
    for axis in axes {
      moves = moves.flatMap { move in
        (0..<axis.input).flatMap { position in
          (0..<axis.kernel).compactMap { tap in
            let output = position * axis.stride + tap * axis.dilation - axis.before
            guard (0..<axis.output).contains(output) else { return nil }
            return (
              move.input * axis.input + position, move.kernel * axis.kernel + tap, move.output * axis.output + output
            )
          }
        }
      }
    }
    return moves
  }
}
