import Tensors

// The four stages, lane by lane. Each reads the registers before it and writes its own.

extension VectorUnit {
  /// Combines an operand vector with those before it.
  mutating func reduceStage(_ operands: VectorOperands) {
    var present = 0
    for lane in 0..<operands.count {
      let presence = operands.presence[lane]
      if presence == .operand { present += 1 }
      if operands.isFirst {
        reduced[lane] = firstValue
        reducedCounts[lane] = 0
        reducedChannels[lane] = operands.channels[lane]
      }
      reduce(lane, operands.values[lane], presence, isFirst: operands.isFirst)
    }
    countOperands(present)
  }

  private var firstValue: Int32 {
    if case .maximum = operation { return .min }
    return 0
  }

  private mutating func reduce(_ lane: Int, _ value: Int32, _ presence: VectorOperands.Presence, isFirst: Bool) {
    switch operation {
    case .requantisation, .table, .move: reduced[lane] = value
    case .addition(let addition):
      let term = addition.term(value, isRight: !isFirst)
      reduced[lane] = isFirst ? term : addition.sum(reduced[lane], term)
    case .maximum:
      if presence == .operand { reduced[lane] = max(reduced[lane], value) }
    case .mean(_, let padding):
      let addend = presence == .operand ? value : presence == .padding ? padding : nil
      guard let addend else { return }
      reduced[lane] &+= addend
      reducedCounts[lane] &+= 1
    }
  }

  /// Takes means.
  mutating func divideStage() {
    for lane in 0..<spec.lanes {
      divided[lane] = reduced[lane]
      dividedChannels[lane] = reducedChannels[lane]
    }
    guard case .mean = operation else { return }
    for lane in 0..<spec.lanes { divided[lane] = Int32(mean: Int(reduced[lane]), of: Int(reducedCounts[lane])) }
  }

  /// Multiplies by the factor of the channel or of the layer.
  mutating func scaleStage() {
    switch operation {
    case .requantisation(let scheme, _):
      for lane in 0..<scaledLanes {
        scaled[lane] = parameters.factor(of: Int(dividedChannels[lane]), scheme).scaled(divided[lane], scheme)
      }
    case .addition(let addition): for lane in 0..<scaledLanes { scaled[lane] = addition.scaled(divided[lane]) }
    case .maximum(let rescaling), .mean(let rescaling, _), .move(let rescaling):
      for lane in 0..<scaledLanes { scaled[lane] = rescaling.scaled(divided[lane]) }
    case .table: for lane in 0..<scaledLanes { scaled[lane] = divided[lane] }
    }
  }

  /// Adds the zero point, clamps, or looks up.
  func storeStage() -> VectorResult {
    var result = VectorResult(bytes: SIMD64(repeating: 0), count: scaledLanes)
    func store(_ stored: (Int32) -> Int32) {
      for lane in 0..<scaledLanes { result.bytes[lane] = UInt8(truncatingIfNeeded: stored(scaled[lane])) }
    }
    switch operation {
    case .requantisation(_, let range): store(range.stored)
    case .addition(let addition): store(addition.stored)
    case .maximum(let rescaling), .mean(let rescaling, _), .move(let rescaling): store(rescaling.stored)
    case .table: store { Int32(parameters.byte(at: Int($0 & 255))) }
    }
    return result
  }
}
