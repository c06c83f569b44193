import Compute
public import Memory

/// How an operand scratchpad's bytes become operands in one layer.
public struct OperandReading: Sendable, Codable, Equatable {
  /// How an operand is stored.
  public var format: OperandFormat
  /// Subtracted from every operand.
  public var zeroPoint: Int16

  /// A reading by its parts.
  public init(_ format: OperandFormat, zeroPoint: Int16) {
    self.format = format
    self.zeroPoint = zeroPoint
  }
}

extension SystolicMachine {
  /// Hands the machine a layer whose tensors lie in its memory. It must be quiescent.
  public mutating func begin(_ layer: PlacedLayer, _ operands: LayerOperands) {
    begin(
      layer, ifmap: OperandReading(operands.ifmap.format, zeroPoint: operands.ifmap.zeroPoint),
      filter: OperandReading(operands.filter.format, zeroPoint: operands.filter.zeroPoint))
  }

  /// Hands the machine a layer for the array. It must be quiescent.
  public mutating func begin(_ layer: PlacedLayer, ifmap: OperandReading, filter: OperandReading) {
    precondition(isQuiescent, "a machine runs one layer at a time")
    self.layer = layer
    storesPsums = !layer.requantises
    layersBegun += 1
    prefetcher.begin(layer)
    folds.begin(layer.schedule)
    transfers.beginLayer()
    memory.beginLayer()
    accumulator.beginLayer()
    vector.begin(layer.requantisation?.operation, streaming: nil)
    ifmapSpad.configure(format: ifmap.format, zeroPoint: ifmap.zeroPoint)
    filterSpad.configure(format: filter.format, zeroPoint: filter.zeroPoint)
  }

  /// Hands the machine a layer for the vector unit alone. It must be quiescent.
  public mutating func begin(_ layer: PlacedVectorLayer) {
    precondition(isQuiescent, "a machine runs one layer at a time")
    self.layer = nil
    storesPsums = false
    layersBegun += 1
    transfers.beginLayer()
    memory.beginLayer()
    vector.begin(layer.operation, streaming: layer)
  }
}
