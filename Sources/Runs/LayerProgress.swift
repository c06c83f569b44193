/// How far the run of a layer is.
public struct LayerProgress: Sendable {
  /// The layer's name.
  public let layer: String
  /// The machine's dataflow: `ws`.
  public let dataflow: String
  /// Cycles of the core clock so far.
  public let cycles: Int
  /// Folds or passes that have entered.
  public let folds: Int
  /// All folds or passes of the layer.
  public let foldCount: Int
  /// What is counted: `fold` or `pass`.
  public var unit = "fold"
}
