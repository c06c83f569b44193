internal import Tensors

extension Operator {
  /// Maxima and means over windows and whole planes.
  static let poolings: [String: Operator] = [
    "MaxPool": Operator(inputs: 1...1) { context throws(NetworkError) in
      let output = try pooledType(context)
      if output.type == .bool { throw context.wrongType(0, "a numeric type") }
      return [output, ValueType(type: .int64, shape: output.shape)]
    } evaluate: { context, types throws(NetworkError) in
      let windows = PlaneWindows(try poolWindow(context))
      let (input, isColumnMajor) = (try context.tensor(0), try context.integer("storage_order") ?? 0 != 0)
      return input.visit(MaximumPool(windows: windows, shape: types[0].shape, isColumnMajor: isColumnMajor)) ?? []
    },
    "AveragePool": Operator(inputs: 1...1) { context throws(NetworkError) in
      try context.requireFloat(0)
      return [try pooledType(context)]
    } evaluate: { context, types throws(NetworkError) in
      let axes = try poolWindow(context)
      let countsPadding = try context.integer("count_include_pad") ?? 0 != 0
      let means = PlaneWindows(axes).means(try context.floats(0), countsPadding: countsPadding)
      return [AnyTensor(types[0].type.elementType, types[0].shape, floats: means)]
    },
    "GlobalAveragePool": globalPool { plane in
      plane.isEmpty ? 0 : Float(plane.reduce(0) { $0 + Double($1) } / Double(plane.count))
    },
    "GlobalMaxPool": globalPool { plane in plane.max() ?? -.infinity },
  ]

  /// The window of a MaxPool or AveragePool node.
  static func poolWindow(_ context: NodeContext) throws(NetworkError) -> [SpatialAxis] {
    let shape = try context.shape(0)
    guard let kernel = try context.integerList("kernel_shape"), (1...3).contains(kernel.count) else {
      throw context.fail(.unsupported, "pools without a kernel_shape of 1 to 3 dimensions")
    }
    return try context.window(input: shape, kernel: kernel)
  }

  private static func pooledType(_ context: NodeContext) throws(NetworkError) -> ValueType {
    let input = try context.type(0)
    let axes = try poolWindow(context)
    if axes.contains(where: { $0.input == 0 }) {
      throw context.fail(.inconsistent, "the input \(input.shape) has no elements to pool")
    }
    // A window over nothing but padding has no maximum and no mean: the standard wants padding below the kernel.
    if let axis = axes.first(where: { max($0.before, $0.after) >= ($0.kernel - 1) * $0.dilation + 1 }) {
      throw context.fail(
        .inconsistent, "padding \(axis.before) and \(axis.after) reach the dilated kernel of \(axis.kernel)")
    }
    if let axis = axes.first(where: { product(of: [$0.output, $0.kernel], atMost: 1 << 28) == nil }) {
      throw context.fail(.unsupported, "a pooling axis of \(axis.output) windows of \(axis.kernel) is too large")
    }
    let dimensions = input.shape.dimensions.prefix(2) + axes.map(\.output)
    return ValueType(type: input.type, shape: try context.shape(Array(dimensions)))
  }

  private static func globalPool(_ reduce: @escaping @Sendable (ArraySlice<Float>) -> Float) -> Operator {
    Operator(inputs: 1...1) { context throws(NetworkError) in
      try context.requireFloat(0)
      let input = try context.type(0)
      if input.shape.rank < 2 { throw context.fail(.inconsistent, "\(input.shape) has no planes to pool") }
      let ones = [Int](repeating: 1, count: input.shape.rank - 2)
      return [ValueType(type: input.type, shape: Shape(input.shape.dimensions.prefix(2) + ones))]
    } evaluate: { context, types throws(NetworkError) in
      let values = try context.floats(0)
      let plane = types[0].shape.count == 0 ? 0 : values.count / types[0].shape.count
      let results = (0..<types[0].shape.count).map { reduce(values[$0 * plane..<($0 + 1) * plane]) }
      return [AnyTensor(types[0].type.elementType, types[0].shape, floats: results)]
    }
  }
}

/// The windows of one plane, with taps of every axis worked out once; always three spatial axes.
struct PlaneWindows {
  /// Taps on the input, for every output position of the axis.
  let taps: [[[Int]]]
  /// Taps on input or padding, for every output position of the axis.
  let paddedTaps: [[Int]]
  let inputs: [Int]
  let outputs: [Int]

  init(_ axes: [SpatialAxis]) {
    let flat = SpatialAxis(input: 1, kernel: 1, stride: 1, dilation: 1, before: 0, after: 0, output: 1)
    let axes = [SpatialAxis](repeating: flat, count: 3 - axes.count) + axes
    taps = axes.map { axis in (0..<axis.output).map(axis.taps) }
    paddedTaps = axes.map { axis in (0..<axis.output).map(axis.paddedTaps) }
    inputs = axes.map(\.input)
    outputs = axes.map(\.output)
  }

  var inputPlane: Int { inputs.reduce(1, *) }
  var outputPlane: Int { outputs.reduce(1, *) }

  /// Calls `body` with the output's index in its plane, the input indices under its window, and the window's size with
  /// padding.
  func forEach(_ body: (_ output: Int, _ inputs: [Int], _ paddedCount: Int) -> Void) {
    var output = 0
    var window: [Int] = []
    for d in 0..<outputs[0] {
      for h in 0..<outputs[1] {
        for w in 0..<outputs[2] {
          window.removeAll(keepingCapacity: true)
          for depth in taps[0][d] {
            for row in taps[1][h] {
              let base = (depth * inputs[1] + row) * inputs[2]
              for column in taps[2][w] { window.append(base + column) }
            }
          }
          body(output, window, paddedTaps[0][d] * paddedTaps[1][h] * paddedTaps[2][w])
          output += 1
        }
      }
    }
  }

  func means(_ values: [Float], countsPadding: Bool) -> [Float] {
    let planes = inputPlane == 0 ? 0 : values.count / inputPlane
    var means = [Float](repeating: 0, count: planes * outputPlane)
    forEach { output, window, paddedCount in
      let count = Float(countsPadding ? paddedCount : window.count)
      for plane in 0..<planes {
        let sum = window.reduce(Float(0)) { $0 + values[plane * inputPlane + $1] }
        means[plane * outputPlane + output] = sum / count
      }
    }
    return means
  }
}

private struct MaximumPool: NumericVisitor {
  let windows: PlaneWindows
  let shape: Shape
  let isColumnMajor: Bool

  func visit<E: NumericElement>(_ tensor: Tensor<E>) -> [AnyTensor] {
    let (inputPlane, outputPlane) = (windows.inputPlane, windows.outputPlane)
    let planes = inputPlane == 0 ? 0 : tensor.shape.count / inputPlane
    var maxima = [E](repeating: E.lowest, count: planes * outputPlane)
    var places = [Int64](repeating: 0, count: planes * outputPlane)
    windows.forEach { output, window, _ in
      for plane in 0..<planes {
        guard var best = window.first else { continue }
        for index in window.dropFirst()
        where tensor.elements[plane * inputPlane + index] > tensor.elements[plane * inputPlane + best] { best = index }
        maxima[plane * outputPlane + output] = tensor.elements[plane * inputPlane + best]
        places[plane * outputPlane + output] = Int64(plane * inputPlane + place(best))
      }
    }
    return [E.wrap(Tensor(shape, maxima)), .int64(Tensor(shape, places))]
  }

  private func place(_ index: Int) -> Int {
    guard isColumnMajor else { return index }
    let (depth, height, width) = (windows.inputs[0], windows.inputs[1], windows.inputs[2])
    return (index % width * height + index / width % height) * depth + index / width / height
  }
}
