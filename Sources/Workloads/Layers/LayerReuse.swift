/// How often a layer uses what it has fetched once: the three kinds of reuse, whatever hardware makes of them.
///
/// Of all uses of an operand by MACs one is its first; each further one is reuse of exactly one kind (Chen, Emer, Sze,
/// ISCA 2016, section III). So first uses and reuse add up to all uses:
///
/// * ifmap: `ifmapElements + convolutionalIfmap + fmap = ifmapUses = macs - paddingMACs`
/// * filter: `weights + convolutionalFilter + filter = macs`
public struct LayerReuse: Hashable, Sendable {
  /// All MACs, those against the padding included: N M P Q C/G R S.
  public let macs: Int
  /// MACs whose ifmap operand is a zero of the padding.
  public let paddingMACs: Int
  /// Ifmap elements that some window meets.
  public let ifmapElements: Int
  /// Weights: M C/G R S.
  public let weights: Int
  /// Convolutional reuse of the ifmap: uses of an element by further windows of the same filter.
  public let convolutionalIfmap: Int
  /// Convolutional reuse of the filters: uses of a weight by further windows of the same image, weights x (P Q - 1).
  public let convolutionalFilter: Int
  /// Fmap reuse: uses of an ifmap element by further filters, (window, element) pairs x (M/G - 1).
  public let fmap: Int
  /// Filter reuse: uses of a weight by further images, weights x P Q x (N - 1).
  public let filter: Int

  /// The reuse of a layer.
  public init(_ layer: ConvolutionLayer) {
    let (rows, columns) = (layer.rowOverlap, layer.columnOverlap)
    let planes = layer.batch * layer.inputChannels
    let pairs = planes * rows.uses * columns.uses
    let windows = layer.outputHeight * layer.outputWidth
    macs = layer.macs
    weights = layer.weights
    ifmapElements = planes * rows.elements * columns.elements
    convolutionalIfmap = pairs - ifmapElements
    fmap = pairs * (layer.filtersPerGroup - 1)
    convolutionalFilter = weights * (windows - 1)
    filter = weights * windows * (layer.batch - 1)
    paddingMACs = macs - pairs * layer.filtersPerGroup
  }

  /// Uses of ifmap elements by MACs.
  public var ifmapUses: Int { macs - paddingMACs }
}
