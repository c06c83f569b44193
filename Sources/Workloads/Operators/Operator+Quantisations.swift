internal import Tensors

extension Operator {
  /// Conversions between real numbers and integers with scale and zero point.
  static let quantisations: [String: Operator] = [
    "QuantizeLinear": Operator(inputs: 2...3) { context throws(NetworkError) in
      let input = try context.type(0)
      _ = try ScaleIndex(context)
      return [ValueType(type: try quantisedType(context), shape: input.shape)]
    } evaluate: { context, types throws(NetworkError) in
      let index = try ScaleIndex(context)
      let tensor = try context.tensor(0)
      let values = tensor.floats ?? (tensor.integers ?? []).map { Float($0) }
      let scales = try context.floats(1)
      let zeroPoints = context.has(2) ? try context.integers(2) : [0]
      guard let range = types[0].type.integerRange else {
        throw context.fail(.unsupported, "quantises to \(types[0].type); integer types of up to 32 bits are supported")
      }
      let quantised = values.indices.map { element in
        let scale = index.scale(of: element)
        let zeroPoint = zeroPoints[zeroPoints.count == 1 ? 0 : scale]
        return quantise(values[element], scale: scales[scale], zeroPoint: zeroPoint, range: range)
      }
      return try [wrapped(context, types[0], quantised)]
    },
    "DequantizeLinear": Operator(inputs: 2...3) { context throws(NetworkError) in
      _ = try ScaleIndex(context)
      try context.requireFloat(1)
      if context.has(2) { try context.requireSameType(2) }
      return [ValueType(type: try context.type(1).type, shape: try context.shape(0))]
    } evaluate: { context, types throws(NetworkError) in
      let index = try ScaleIndex(context)
      let values = try context.integers(0)
      let scales = try context.floats(1)
      let zeroPoints = context.has(2) ? try context.integers(2) : [0]
      let reals = values.indices.map { element in
        let scale = index.scale(of: element)
        let zeroPoint = zeroPoints[zeroPoints.count == 1 ? 0 : scale]
        return Float(values[element] &- zeroPoint) * scales[scale]
      }
      return [AnyTensor(types[0].type.elementType, types[0].shape, floats: reals)]
    },
    "DynamicQuantizeLinear": Operator(inputs: 1...1) { context throws(NetworkError) in
      try context.requireFloat(0)
      let scalar = Shape([])
      return [
        ValueType(type: .uint8, shape: try context.shape(0)), ValueType(type: .float32, shape: scalar),
        ValueType(type: .uint8, shape: scalar),
      ]
    } evaluate: { context, types throws(NetworkError) in
      let values = try context.floats(0)
      let low = min(0, values.min() ?? 0)
      let high = max(0, values.max() ?? 0)
      let scale = (high - low) / 255
      let zeroPoint = quantise(-low, scale: scale, zeroPoint: 0, range: 0...255)
      let quantised = values.map { quantise($0, scale: scale, zeroPoint: zeroPoint, range: 0...255) }
      return [
        try wrapped(context, types[0], quantised), .float32(Tensor([], [scale])),
        .uint8(Tensor([], [UInt8(zeroPoint)])),
      ]
    },
  ]

  /// x / scale rounded to nearest even, plus the zero point, saturated; a NaN becomes the zero point.
  static func quantise(_ value: Float, scale: Float, zeroPoint: Int, range: ClosedRange<Int>) -> Int {
    let rounded = (value / scale).rounded(.toNearestOrEven)
    if rounded.isNaN { return zeroPoint }
    let limited = Int(max(-0x1p40, min(0x1p40, rounded)))
    return max(range.lowerBound, min(range.upperBound, limited &+ zeroPoint))
  }

  static func wrapped(_ context: NodeContext, _ type: ValueType, _ values: [Int]) throws(NetworkError) -> AnyTensor {
    guard let tensor = AnyTensor(type.type.elementType, type.shape, wrapping: values) else {
      throw context.fail(.unsupported, "makes \(type.type); integer types are supported")
    }
    return tensor
  }

  /// The type a QuantizeLinear makes: its zero point's, else attribute output_dtype, else uint8.
  private static func quantisedType(_ context: NodeContext) throws(NetworkError) -> ONNXDataType {
    let declared = try context.integer("output_dtype") ?? 0
    let type = context.has(2) ? try context.type(2).type : declared == 0 ? .uint8 : ONNXDataType(rawValue: declared)
    guard let type, type.integerRange != nil else {
      throw context.fail(
        .unsupported, "quantises to type \(ONNXDataType.name(of: Int64(declared))); integer types are supported")
    }
    return type
  }

  /// Integer operands of up to 9 bits: 8-bit elements less their zero point, which is one number or one an index of
  /// `axis`.
  static func operands(
    _ context: NodeContext, _ index: Int, zeroPoint: Int, axis: Int?
  ) throws(NetworkError) -> Tensor<Int16> {
    let tensor = try context.tensor(index)
    guard tensor.elementType == .int8 || tensor.elementType == .uint8, let values = tensor.integers else {
      throw context.wrongType(index, "int8 or uint8")
    }
    let zeroPoints = context.has(zeroPoint) ? try context.integers(zeroPoint) : [0]
    guard let zero = zeroPoints.first, zeroPoints.allSatisfy({ (-128...255).contains($0) }) else {
      throw context.fail(.inconsistent, "the zero point of input \(index) is not in -128...255")
    }
    if zeroPoints.count == 1 { return Tensor(tensor.shape, values.map { Int16($0 - zero) }) }
    guard let axis, axis >= 0, zeroPoints.count == tensor.shape[axis] else {
      throw context.fail(.inconsistent, "\(zeroPoints.count) zero points do not fit input \(index), \(tensor.shape)")
    }
    let inner = tensor.shape.strides[axis]
    return Tensor(tensor.shape, values.enumerated().map { Int16($1 - zeroPoints[$0 / inner % zeroPoints.count]) })
  }

  /// Input scale x weight scale / output scale, one for all channels or one each.
  static func requantisationScales(
    _ context: NodeContext, input: Int, weight: Int, output: Int, channels: Int
  ) throws(NetworkError) -> [Float] {
    let (inputs, weights, outputs) = (try context.floats(input), try context.floats(weight), try context.floats(output))
    guard inputs.count == 1, outputs.count == 1, weights.count == 1 || weights.count == channels else {
      throw context.fail(
        .unsupported,
        "has \(inputs.count) input, \(weights.count) weight and \(outputs.count) output scales; 1, 1 or \(channels), and 1 "
          + "are supported")
    }
    return weights.map { inputs[0] * $0 / outputs[0] }
  }

  /// Psums scaled in binary32, rounded to nearest even and saturated.
  static func requantised(
    _ context: NodeContext, _ psums: [Int32], _ type: ValueType, zeroPoint index: Int, scale: (Int) -> Float
  ) throws(NetworkError) -> AnyTensor {
    let zeroPoints = try context.integers(index)
    guard zeroPoints.count == 1, let range = type.type.integerRange else {
      throw context.fail(.unsupported, "requantises to \(type.type) with \(zeroPoints.count) zero points")
    }
    let values = psums.indices.map { element in
      quantise(Float(psums[element]) * scale(element), scale: 1, zeroPoint: zeroPoints[0], range: range)
    }
    return try wrapped(context, type, values)
  }
}

/// Which scale belongs to which element: one for all, one an index of an axis, or one a block of an axis.
struct ScaleIndex {
  private let extent: Int
  private let inner: Int
  private let block: Int
  private let blocks: Int
  private let isSingle: Bool

  init(_ context: NodeContext) throws(NetworkError) {
    let (input, scale) = (try context.shape(0), try context.shape(1))
    if context.has(2), try context.shape(2).count != scale.count {
      throw context.fail(
        .inconsistent, "\(scale.count) scales do not go with \(try context.shape(2).count) zero points")
    }
    isSingle = scale.count == 1 && scale.rank <= 1
    if isSingle {
      (extent, inner, block, blocks) = (1, 1, 1, 1)
      return
    }
    let axis = try context.axis(context.integer("axis") ?? 1, rank: input.rank)
    guard axis < input.rank else { throw context.fail(.inconsistent, "\(scale) scales do not fit a scalar") }
    extent = input[axis]
    let declared = try context.integer("block_size") ?? 0
    if declared == 0 {
      guard scale.dimensions == [extent] else {
        throw context.fail(.inconsistent, "\(scale) scales do not fit axis \(axis) of \(input)")
      }
      (inner, block, blocks) = (input.strides[axis], 1, 0)
      return
    }
    guard declared > 0, scale.rank == input.rank else {
      throw context.fail(.inconsistent, "block_size is \(declared) and \(scale) scales do not fit \(input)")
    }
    var expected = input.dimensions
    expected[axis] = extent / declared + (extent % declared == 0 ? 0 : 1)
    guard expected == scale.dimensions else {
      throw context.fail(.inconsistent, "\(scale) scales are not one a block of \(declared): \(expected) expected")
    }
    (inner, block, blocks) = (input.strides[axis], declared, expected[axis])
  }

  /// Index into the scales (and zero points) for a row-major element.
  func scale(of element: Int) -> Int {
    if isSingle { return 0 }
    let position = element / inner % extent
    if blocks == 0 { return position }
    return (element / (inner * extent) * blocks + position / block) * inner + element % inner
  }
}
