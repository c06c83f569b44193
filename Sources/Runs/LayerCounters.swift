internal import Mappings
public import Signals
public import Workloads

extension LayerReuse: CounterSet {
  /// What each of them counts.
  public static let definitions: [CounterDefinition<LayerReuse>] = [
    .init("ifmap_elements", unit: "elements", "First uses: ifmap elements that some window meets.") {
      $0.ifmapElements
    },
    .init(
      "convolutional_ifmap_reuse", unit: "uses",
      "Uses of an ifmap element by further windows of one filter: (window, element) pairs - ifmap_elements."
    ) { $0.convolutionalIfmap },
    .init(
      "fmap_reuse", unit: "uses", "Uses of an ifmap element by further filters: (window, element) pairs x (M/G - 1)."
    ) { $0.fmap },
    .init("weights", unit: "elements", "First uses: weights M C/G R S.") { $0.weights },
    .init(
      "convolutional_filter_reuse", unit: "uses",
      "Uses of a weight by further windows of one image: weights x (P Q - 1)."
    ) { $0.convolutionalFilter },
    .init("filter_reuse", unit: "uses", "Uses of a weight by further images: weights x P Q x (N - 1).") { $0.filter },
    .init(
      "padding_macs", unit: "operations", "MACs whose ifmap operand is a zero of the padding: no use of an element."
    ) {
      $0.paddingMACs
    },
  ]
}

/// What a Toeplitz matrix takes; all zero where a convolution is walked directly.
struct ToeplitzCounters: CounterSet {
  var matrixBytes = 0
  var duplicatedBytes = 0
  var paddingBytes = 0

  static let definitions: [CounterDefinition<ToeplitzCounters>] = [
    .init("toeplitz_bytes", unit: "bytes", "The materialised Toeplitz matrices, N C R S P Q elements.") {
      $0.matrixBytes
    },
    .init("duplicated_bytes", unit: "bytes", "Bytes of them that repeat an ifmap element which they hold already.") {
      $0.duplicatedBytes
    },
    .init("padding_bytes", unit: "bytes", "Bytes of them that are zeros of the padding.") { $0.paddingBytes },
  ]

  init(_ layer: ConvolutionLayer, _ lowering: ConvolutionLowering, operandBytes: Int) {
    // A matrix that is too large was refused before anything ran.
    guard lowering == .toeplitz, let toeplitz = try? ToeplitzLowering(layer) else { return }
    matrixBytes = toeplitz.elements * operandBytes
    duplicatedBytes = toeplitz.duplicatedElements * operandBytes
    paddingBytes = toeplitz.paddingElements * operandBytes
  }
}
