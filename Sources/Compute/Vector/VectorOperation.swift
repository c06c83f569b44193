public import Tensors

/// What the vector unit makes of its operands: the registers that a layer sets.
///
/// Every operation passes the same four stages: *reduce* combines the operand vectors of one result, *divide* takes means,
/// *scale* multiplies by the layer's factor, *store* adds the zero point, clamps or looks up.
public enum VectorOperation: Hashable, Sendable, Codable {
  /// Psums to stored results; each channel's factor comes from the parameter memory.
  case requantisation(scheme: RequantisationScheme, range: StoredRange)
  /// The sum of two operands.
  case addition(QuantisedAddition)
  /// The largest of the operands under a window.
  case maximum(VectorRescaling)
  /// Their mean, rounded to nearest, ties away from zero; padding counts as `padding` where that is given.
  case mean(VectorRescaling, padding: Int32?)
  /// A function of one byte, from the table of 256 bytes in the parameter memory.
  case table
  /// The operand itself.
  case move(VectorRescaling)

  /// Its name in waveforms.
  public var kind: VectorOperationKind {
    switch self {
    case .requantisation: .requantisation
    case .addition: .addition
    case .maximum: .maximum
    case .mean: .mean
    case .table: .table
    case .move: .move
    }
  }
}

/// The operations without their registers, for waveforms.
public enum VectorOperationKind: UInt8, CaseIterable, Sendable, Codable {
  case requantisation, addition, maximum, mean, table, move
}

/// How a pooled or moved integer becomes a stored one.
public struct VectorRescaling: Hashable, Sendable, Codable {
  /// Zero point of the operand: subtracted before the factor.
  public var inputZeroPoint: Int32
  /// From operand less zero point to stored result; nil where the quantisation stays.
  public var requantisation: Requantisation?
  /// Results are limited to this range.
  public var clamp: ClosedRange<Int32>?

  /// A rescaling by its parts; nothing changes unless given.
  public init(inputZeroPoint: Int32 = 0, requantisation: Requantisation? = nil, clamp: ClosedRange<Int32>? = nil) {
    self.inputZeroPoint = inputZeroPoint
    self.requantisation = requantisation
    self.clamp = clamp
  }

  /// The scale stage.
  func scaled(_ value: Int32) -> Int32 {
    guard let requantisation else { return value }
    return requantisation.factor(of: 0).scaled(value &- inputZeroPoint, requantisation.scheme)
  }

  /// The store stage.
  func stored(_ scaled: Int32) -> Int32 {
    let value = requantisation?.stored(scaled) ?? scaled
    guard let clamp else { return value }
    return max(clamp.lowerBound, min(clamp.upperBound, value))
  }
}
