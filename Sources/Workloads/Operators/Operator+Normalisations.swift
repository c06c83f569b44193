internal import Foundation
internal import Tensors

extension Operator {
  /// Normalisations over channels, batches and local neighbourhoods.
  static let normalisations: [String: Operator] = [
    "Softmax": softmax { exponentials, sum in exponentials.map { Float($0 / sum) } },
    "LogSoftmax": softmax { exponentials, sum in exponentials.map { Float(log($0 / sum)) } },
    "BatchNormalization": batchNormalization,
    "LRN": Operator(inputs: 1...1) { context throws(NetworkError) in
      try context.requireFloat(0)
      let input = try context.type(0)
      if input.shape.rank < 2 { throw context.fail(.inconsistent, "\(input.shape) has no channels") }
      guard let size = try context.integer("size"), (1...1 << 30).contains(size) else {
        throw context.fail(.inconsistent, "attribute size is missing or below 1")
      }
      return [input]
    } evaluate: { context, types throws(NetworkError) in
      let sums = try localResponse(context, types[0].shape)
      return [AnyTensor(types[0].type.elementType, types[0].shape, floats: sums)]
    },
  ]

  private static func localResponse(_ context: NodeContext, _ shape: Shape) throws(NetworkError) -> [Float] {
    let values = try context.floats(0)
    let size = try context.integer("size") ?? 1
    let (alpha, beta) = (Double(try context.float("alpha") ?? 0.0001), Double(try context.float("beta") ?? 0.75))
    let bias = Double(try context.float("bias") ?? 1)
    let channels = shape[1]
    let plane = shape.strides[1]
    return values.indices.map { index in
      let channel = index / plane % channels
      let low = max(0, channel - (size - 1) / 2)
      let high = min(channels - 1, channel + size / 2)
      var sum = 0.0
      for other in low...high {
        let value = Double(values[index + (other - channel) * plane])
        sum += value * value
      }
      return Float(Double(values[index]) / pow(bias + alpha / Double(size) * sum, beta))
    }
  }

  /// Rows are the given axis from opset 13 on, and everything from the axis on before.
  private static func softmax(
    _ finish: @escaping @Sendable (_ exponentials: [Double], _ sum: Double) -> [Float]
  ) -> Operator {
    Operator(inputs: 1...1) { context throws(NetworkError) in
      try context.requireFloat(0)
      let input = try context.type(0)
      _ = try context.axis(context.integer("axis") ?? (context.opset < 13 ? 1 : -1), rank: max(1, input.shape.rank))
      return [input]
    } evaluate: { context, types throws(NetworkError) in
      let dimensions = types[0].shape.dimensions.isEmpty ? [1] : types[0].shape.dimensions
      let shape = Shape(dimensions)
      let axis = try context.axis(context.integer("axis") ?? (context.opset < 13 ? 1 : -1), rank: shape.rank)
      let row = context.opset < 13 ? dimensions[axis...].reduce(1, *) : shape[axis]
      let inner = context.opset < 13 ? 1 : shape.strides[axis]
      let values = try context.floats(0)
      var results = values
      for first in 0..<(row == 0 ? 0 : values.count / row) {
        let base = first / inner * inner * row + first % inner
        let indices = (0..<row).map { base + $0 * inner }
        let peak = indices.map { values[$0] }.max() ?? 0
        let exponentials = indices.map { exp(Double(values[$0]) - Double(peak)) }
        for (index, result) in zip(indices, finish(exponentials, exponentials.reduce(0, +))) { results[index] = result }
      }
      return [AnyTensor(types[0].type.elementType, types[0].shape, floats: results)]
    }
  }

  private static let batchNormalization = Operator(inputs: 5...5) { context throws(NetworkError) in
    try context.requireFloat(0)
    let input = try context.type(0)
    let channels = input.shape.rank < 2 ? 1 : input.shape[1]
    for index in 1...4 {
      try context.requireFloat(index)
      guard try context.shape(index).dimensions == [channels] else {
        throw context.fail(.inconsistent, "input \(index) is \(try context.shape(index)), not \(channels) channels")
      }
    }
    let statistics = try ValueType(type: context.type(3).type, shape: context.shape(3))
    return [input, statistics, statistics]
  } evaluate: { context, types throws(NetworkError) in
    let (values, scale, offset) = (try context.floats(0), try context.floats(1), try context.floats(2))
    var (mean, variance) = (try context.floats(3), try context.floats(4))
    let epsilon = try context.float("epsilon") ?? 1e-5
    let inner = types[0].shape.dimensions.dropFirst(2).reduce(1, *)
    var running = (mean: mean, variance: variance)
    if try context.integer("training_mode") ?? 0 != 0 {
      let momentum = try context.float("momentum") ?? 0.9
      (mean, variance) = moments(values, channels: mean.count, inner: inner)
      running.mean = zip(running.mean, mean).map { $0 * momentum + $1 * (1 - momentum) }
      running.variance = zip(running.variance, variance).map { $0 * momentum + $1 * (1 - momentum) }
    }
    let results = values.indices.map { index in
      let channel = index / inner % mean.count
      let normal = (values[index] - mean[channel]) / (variance[channel] + epsilon).squareRoot()
      return scale[channel] * normal + offset[channel]
    }
    return [
      AnyTensor(types[0].type.elementType, types[0].shape, floats: results),
      AnyTensor(types[1].type.elementType, types[1].shape, floats: running.mean),
      AnyTensor(types[2].type.elementType, types[2].shape, floats: running.variance),
    ]
  }

  /// Mean and population variance of every channel.
  private static func moments(_ values: [Float], channels: Int, inner: Int) -> ([Float], [Float]) {
    var (sums, squares, counts) = (
      [Double](repeating: 0, count: channels), [Double](repeating: 0, count: channels), 0.0
    )
    for (index, value) in values.enumerated() { sums[index / inner % channels] += Double(value) }
    counts = Double(values.count / max(1, channels))
    for (index, value) in values.enumerated() {
      let difference = Double(value) - sums[index / inner % channels] / counts
      squares[index / inner % channels] += difference * difference
    }
    return (sums.map { Float($0 / counts) }, squares.map { Float($0 / counts) })
  }
}
