public import Accelerators
public import Tensors
public import Workloads

/// One layer to run: its extents, how its tensors come about, and what the user expects of it.
public struct LayerJob: Sendable {
  /// Where the tensors come from.
  public enum Source: Sendable {
    /// Files.
    case tensors(LayerOperands)
    /// A recipe; the tensors are made when the layer runs.
    case random(RandomOperands)
  }

  /// Psums that a user brings along.
  public struct Expectation: Sendable {
    /// The file's name.
    public let file: String
    /// [N, M, P, Q] as bits.
    public let psums: Tensor<Int32>
  }

  /// The extents.
  public let layer: ConvolutionLayer
  /// Where the tensors come from.
  public let source: Source
  /// What the psums must equal, beside the golden model's.
  public let expectation: Expectation?

  /// A job by its parts.
  public init(_ layer: ConvolutionLayer, source: Source, expectation: Expectation? = nil) {
    self.layer = layer
    self.source = source
    self.expectation = expectation
  }

  /// Whether biases are loaded.
  public var hasBias: Bool {
    switch source {
    case .tensors(let operands): !operands.bias.isEmpty
    case .random: false
    }
  }

  /// The tensors.
  public func operands() throws -> LayerOperands {
    switch source {
    case .tensors(let operands): operands
    case .random(let recipe): try recipe.operands(layer)
    }
  }
}
