public import Accelerators
public import Mappings
public import Tensors
public import Workloads

/// One layer to run on a row-stationary machine.
public struct RowStationaryJob: Sendable {
  /// Where the tensors come from.
  public enum Source: Sendable {
    /// Files.
    case tensors(RowStationaryOperands)
    /// A recipe; the tensors are made when the layer runs.
    case random(RowStationaryTensors)
  }

  /// The extents.
  public let layer: ConvolutionLayer
  /// Where the tensors come from.
  public let source: Source
  /// The mapping that the user forces; nil: the search's.
  public let parameters: RowStationaryMapping.Parameters?
  /// What the ofmap must equal, beside the golden model's.
  public let expectation: LayerJob.Expectation?

  /// A job by its parts.
  public init(
    _ layer: ConvolutionLayer, source: Source, parameters: RowStationaryMapping.Parameters? = nil,
    expectation: LayerJob.Expectation? = nil
  ) {
    self.layer = layer
    self.source = source
    self.parameters = parameters
    self.expectation = expectation
  }

  /// The same layer under another mapping.
  func with(_ parameters: RowStationaryMapping.Parameters) -> RowStationaryJob {
    RowStationaryJob(layer, source: source, parameters: parameters, expectation: expectation)
  }

  /// The contract of its products and sums.
  public var arithmetic: RowStationaryArithmetic {
    switch source {
    case .tensors(let operands): operands.arithmetic
    case .random(let recipe): recipe.arithmetic
    }
  }

  /// The mapping on a machine: the user's, or the search's.
  ///
  /// Throws `RowStationarySpecError` and `RowStationaryMappingError`, before any tensor is made.
  public func mapping(on spec: RowStationarySpec) throws -> RowStationaryMapping {
    try spec.check()
    guard let parameters else { return try spec.search(for: arithmetic).mapping(of: layer) }
    return try RowStationaryMapping(layer, parameters, on: spec.resources(for: arithmetic))
  }

  /// The tensors and the golden ofmap, in the order of a mapping.
  func drawn(_ mapping: RowStationaryMapping) throws -> RowStationaryTensors.Drawn {
    let order = mapping.order
    switch source {
    case .tensors(let operands): return try RowStationaryTensors.golden(operands, order: order)
    case .random(let recipe): return try recipe.draw(layer, order: order)
    }
  }
}
